# escape: 068
# technique: io.FileIO(int)/open(int)/os.fdopen/socket(fileno=) wrap a descriptor without opening anything
# family: fd
# goal: tamper-result
# first-seen: variation
f = open(1, 'wb', 0, closefd=False)
f.write(b'ESCAPED:raw bytes on fd 1 below sys.stdout\n')
