# escape: 211
# policy-wall: optional; it changes its own process alone
# technique: memoryview == of a format unpacked by a replaced struct.Struct, which keeps the view of a freed buffer
# family: memory
# goal: memory
# expect: contained
import array, struct
held = []
class Struct:
    def __init__(self, format):
        pass
    def unpack_from(self, view, *rest):
        held.append(view)
        return (1,)
struct.Struct = Struct
one = memoryview(array.array('u', 'ab' * 300))
try:
    one == memoryview(array.array('u', 'ab' * 300))
except Exception as error:
    print(repr(error))
if held and not held[0].readonly:
    before = bytes(held[0])
    hold = [bytes(3 + n % 2) for n in range(99)]
    held[0][:] = b'\1\2\3\4'
    print('ESCAPED: a writable view of freed memory', before)
    for view in held:
        view.release()
