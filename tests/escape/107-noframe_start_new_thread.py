# escape: 107
# technique: _thread.start_new_thread(posix.system, args): a new thread state with an empty frame stack
# family: noframe
# goal: exec
# first-seen: variation (caller check with frame == NULL)
import _thread, posix, time
_thread.start_new_thread(posix.system, ('echo ESCAPED:thread',)); time.sleep(0.5)
