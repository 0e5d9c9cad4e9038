# escape: 354
# technique: a zip and a gzip that unpack to more than there is room for
# family: files
# goal: dos-mem
# expect: contained
import gzip, io, os, shutil, zipfile
with zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(40):
        z.writestr('z%d' % i, bytes(4 << 20))
try:
    zipfile.ZipFile('bomb.zip').extractall('out')
    print('ESCAPED: 160 MB in a quota of 16')
except OSError as error:
    print(error.errno)
shutil.rmtree('out')
open('g.gz', 'wb').write(gzip.compress(bytes(64 << 20)))
try:
    shutil.copyfileobj(gzip.open('g.gz'), open('g', 'wb'))
    print('ESCAPED: 64 MB in a quota of 16')
except OSError as error:
    print(error.errno)
