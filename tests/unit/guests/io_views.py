import io


class Liar(io.RawIOBase):
    """Answers more than it was asked for."""

    def readable(self):
        return True

    def readinto(self, b):
        return len(b) + 1000


for read in (lambda: Liar().read(10),
             lambda: io.BufferedReader(Liar()).read(10)):
    try:
        data = read()
    except (ValueError, OSError):
        continue
    assert data is None or len(data) <= 10, len(data)


class Keeper(io.RawIOBase):
    def readable(self):
        return True

    def readinto(self, b):
        self.view = b
        return 1


raw = Keeper()
buffered = io.BufferedReader(raw, 56)
buffered.peek(1)
view = raw.view
buffered.detach()
del buffered
for _ in range(64):
    bytearray(56)
assert len(bytes(view)) == len(view)
assert type(view) is bytearray or view.obj is not None
# Not by the way around the Python class either.
try:
    data = io.RawIOBase.__base__.read(Liar(), 10)
except (ValueError, OSError):
    data = b""
assert data is None or len(data) <= 10, "read past the end of a buffer"
