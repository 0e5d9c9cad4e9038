# escape: 120
# technique: SIGTERM/SIGINT/SIGALRM/SIGXCPU/SIGVTALRM ignored or handled: the host's polite kill has no effect
# family: signal
# goal: signal
# policy: optional
# first-seen: online judge folklore
import signal
for s in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU, signal.SIGVTALRM, signal.SIGPROF): signal.signal(s, signal.SIG_IGN)
signal.raise_signal(signal.SIGTERM); signal.raise_signal(signal.SIGXCPU)
print('ESCAPED:survived SIGTERM and SIGXCPU')
