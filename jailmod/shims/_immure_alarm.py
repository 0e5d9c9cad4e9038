"""SIGALRM, which the supervisor sends at a soft time limit, as an exception."""
from _jail import TimeLimit


def on_alarm(signum, frame):
    raise TimeLimit("the time limit is reached; the guest is killed shortly")
