# escape: 226
# policy-wall: optional; it changes its own process alone
# technique: methods of Struct.__new__(Struct), which has no codes
# family: memory
# goal: memory
# expect: contained
import struct
s = struct.Struct.__new__(struct.Struct)
for call in (lambda: s.pack(), lambda: s.unpack(b''), lambda: s.unpack_from(b'abc'), lambda: list(s.iter_unpack(b'')), lambda: s.format, lambda: s.__sizeof__()):
    try:
        print(call())
    except Exception as error:
        print(repr(error))
