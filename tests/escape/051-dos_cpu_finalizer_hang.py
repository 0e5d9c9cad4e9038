# escape: 051
# technique: __del__ of a module global at interpreter shutdown hangs
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: variation
class D:
    def __del__(s):
        while True: pass
d = D()
