# escape: 470
# gate: sound
# technique: a buffered reader is made anew, and made once more by the __del__ of the raw object that goes: the buffer of one, the size of the other
# family: files
# goal: memory
# expect: contained
# policy-wall: optional; what it reads is memory of its own
import io
views = []
class Raw(io.RawIOBase):
    def readable(self):
        return True
    writable = seekable = readable
    def readinto(self, view):
        views.append(view)
        return 1
    def write(self, view):
        views.append(view)
        return len(view)
    def seek(self, *args):
        return 0
    tell = seek
class Goes(Raw):
    def __del__(self):
        if again:
            again.pop()
            stream.__init__(Raw(), 16)
for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    again = [1]
    stream = kind(Goes(), 16)
    try:
        stream.__init__(Raw(), 1 << 16)
    except RuntimeError as error:
        print(error)
        continue
    if kind is not io.BufferedWriter:
        stream.read(1)
    if kind is not io.BufferedReader:
        stream.write(b'x' * 9)
        stream.flush()
for view in views:
    if any(view[16:]):
        print('ESCAPED: a view of', len(view), 'bytes over 16')
print('done')
