# escape: 482
# technique: a file that the jail's own function makes over the guest's memory, which is then released and freed
# family: files
# goal: memory
# expect: contained
import sys
add = sys.modules['_immure_files'].add
class B(bytes):
    pass
def views():
    yield bytearray(b'A' * 200000)
    yield B(9)
    yield bytes(9)
    yield memoryview(bytearray(b'A' * 200000))
    yield memoryview(bytearray(b'A' * 200000)).toreadonly()
    yield memoryview(bytes(200000))
    yield memoryview(bytes(200000))[5:]
for n, data in enumerate(views()):
    try:
        add([('f%d' % n, data)])
    except TypeError as error:
        print(str(error)[:30])
        continue
    getattr(data, 'release', int)()
    del data
    more = [bytearray(b'B' * 200000) for _ in range(20)]
    print('ESCAPED: a file over memory that was freed', open('f%d' % n, 'rb').read()[:10])
