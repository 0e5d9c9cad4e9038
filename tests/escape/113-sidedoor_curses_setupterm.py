# escape: 113
# technique: curses terminfo / locale catalog / dbm / gdbm libraries open paths in C
# family: sidedoor
# goal: host-info
# first-seen: variation
import locale, os
p = '/tmp/escape-terminfo'
import curses
os.environ['TERMINFO'] = p
try: curses.setupterm('xterm', 1); print('ESCAPED:terminfo database read', len(curses.tigetstr('clear') or b''))
except Exception: curses.setupterm('linux', 1) or print('ESCAPED:terminfo read')
