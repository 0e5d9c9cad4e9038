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


def memory_holds(pid, what):
    with open("/proc/%d/maps" % pid) as maps, \
            open("/proc/%d/mem" % pid, "rb", 0) as memory:
        for line in maps:
            if " r" not in line or "[v" in line:
                continue
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            try:
                memory.seek(start)
                if what in memory.read(end - start):
                    return True
            except (OSError, ValueError, OverflowError):
                continue
    return False
