# escape: 233
# policy-wall: optional; it changes its own process alone
# technique: str() of a UnicodeDecodeError reads bytes that lie before its object
# family: memory
# goal: memory
# expect: contained
data = b'A' * 64
def byte(at):
    error = UnicodeDecodeError('x', data, at, at + 1, 'r')
    return int(str(error).partition('byte 0x')[2][:2], 16)
try:
    # the type pointer of the bytes object, 24 bytes before its data
    found = sum(byte(i - 24) << 8 * i for i in range(8))
except (ValueError, IndexError, SystemError) as error:
    print(repr(error))
else:
    if found == id(bytes):
        print('ESCAPED: read the head of an object', hex(found))
