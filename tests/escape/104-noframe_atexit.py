# escape: 104
# technique: atexit.register(posix.system, cmd): called from C at finalisation, with no guest (or no) python frame on the stack
# family: noframe
# goal: exec
# first-seen: variation (caller check with frame == NULL)
import atexit, posix
atexit.register(posix.system, 'echo ESCAPED:atexit')
