# escape: 353
# technique: a million empty files, and folders below folders
# family: files
# goal: dos-mem
# expect: contained
import os
n = 0
try:
    while n < 1000000:
        os.close(os.open('f%d' % n, os.O_CREAT | os.O_WRONLY)); n += 1
except OSError as error:
    print(n, error.errno)
if n >= 1000000:
    print('ESCAPED: a million files')
for name in os.listdir():
    os.unlink(name)
depth = 0
try:
    while depth < 100000:
        os.mkdir('d'); os.chdir('d'); depth += 1
except OSError as error:
    print(depth, error.errno)
if depth >= 100000:
    print('ESCAPED: without a bottom')
