# escape: 122
# technique: signal to the parent (harmless SIGCONT here; SIGKILL in the wild)
# family: signal
# goal: signal
# first-seen: codejail/grader issues
import os, signal
os.kill(os.getppid(), signal.SIGCONT)
print('ESCAPED:signalled', os.getppid())
