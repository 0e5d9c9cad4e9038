"""Signals of the supervisor, as exceptions: SIGALRM at a soft time limit, and
SIGINT when the caller interrupts a session's step."""
from _jail import TimeLimit


def on_alarm(signum, frame):
    raise TimeLimit("the time limit is reached; the guest is killed shortly")


def on_interrupt(signum, frame):
    raise KeyboardInterrupt
