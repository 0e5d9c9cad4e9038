# escape: 060
# technique: recursion with a raised limit (C stack / heap frames)
# family: dos
# goal: dos-mem
# expect: memory-error
# first-seen: folklore
try:
    import sys
    sys.setrecursionlimit(2 ** 31 - 1)
except Exception: pass
def f(): f()
f()
