"""What is in the memory of processes, as root sees it."""
import os


def below(pid):
    """[(pid, name)] of all processes below PID."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as f:
                name, rest = f.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        parents.setdefault(int(rest.split()[1]), []).append((int(entry), name))
    found = list(parents.get(pid, ()))
    for child, _ in found:
        found += parents.get(child, ())
    return found


# A sanitizer's shadow is terabytes, of which next to nothing is there.
_LARGEST, _PIECE = 1 << 30, 1 << 20


def memory_holds(pid, what):
    """Whether WHAT is in any readable page of the process."""
    with open("/proc/%d/maps" % pid) as maps, \
            open("/proc/%d/mem" % pid, "rb", 0) as memory:
        for line in maps:
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            if line.split()[1][0] == "r" and end - start <= _LARGEST \
                    and "[v" not in line and _holds(memory, start, end, what):
                return True
    return False


def _holds(memory, start, end, what):
    for at in range(start, end, _PIECE):
        try:
            memory.seek(at)
            if what in memory.read(min(_PIECE + len(what), end - at)):
                return True
        except (OSError, ValueError, OverflowError):
            return False
    return False
