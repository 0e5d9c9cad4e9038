# escape: 479
# gate: sound
# technique: sys.stdout, a stream of C over the guest's own, lets go of itself in the flush at the end of the program
# family: memory
# goal: memory
# expect: contained
import io, sys
real, hold = sys.stdout, []
class Raw(io.RawIOBase):
    def writable(self):
        return True
    def write(self, view):
        sys.stdout = real
        sys.stderr = sys.__stderr__
        hold.extend(bytearray(b'B' * n) for n in (100, 150, 180, 200, 220, 300) for _ in range(100))
        return 1
sys.stderr = io.TextIOWrapper(io.BufferedWriter(Raw()))
sys.stderr.write('x' * 50)
sys.stdout = io.TextIOWrapper(io.BufferedWriter(Raw()))
sys.stdout.write('y' * 50)
