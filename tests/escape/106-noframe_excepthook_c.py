# escape: 106
# technique: sys.excepthook / displayhook / unraisablehook set to a C callable: called by the interpreter after the guest's last frame is gone
# family: noframe
# goal: tamper-result
# first-seen: variation
import sys, functools, posix
sys.excepthook = functools.partial(lambda *a: posix.write(1, b'ESCAPED:excepthook ran after the guest\n'))
raise SystemError
