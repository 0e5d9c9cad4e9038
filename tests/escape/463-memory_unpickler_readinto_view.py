# escape: 463
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: _pickle.Unpickler hands its file's readinto() a memoryview that owns nothing: bytes change, and freed memory is read
# family: memory
# goal: memory
# expect: contained
# first-seen: CPython gh-151046
import io, struct, sys
try: pickle = sys.modules.get('_pickle') or __import__('_pickle')
except ImportError:
    print('no _pickle')
    import pickle
class File(io.BytesIO):
    def readinto(self, view):
        self.view = view
        return super().readinto(view)
size = 1 << 20
f = File(b'\x8e' + struct.pack('<Q', size) + b'a' * size + b'.')
try: loaded = pickle.Unpickler(f).load()
except Exception as error: loaded = print(repr(error))
if hasattr(f, 'view') and loaded:
    f.view[0] = 66
    if loaded[0] == 66: print('ESCAPED: a bytes object was written to')
