import signal

import immure

assert signal.SIGTERM == 15 and signal.Signals(9).name == "SIGKILL"
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
assert signal.strsignal(11) == "Segmentation fault"
assert signal.SIGINT in signal.valid_signals()
for call in (lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
             lambda: signal.raise_signal(15), lambda: signal.alarm(1),
             lambda: signal.setitimer(0, 1), lambda: signal.pause()):
    try:
        call()
    except immure.JailDenied as error:
        assert error.rule.startswith("signal.")
    else:
        raise AssertionError("not refused")
try:
    signal.default_int_handler(2, None)
except KeyboardInterrupt:
    pass
