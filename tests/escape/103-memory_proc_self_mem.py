# escape: 103
# technique: write a bytes literal through /proc/self/mem
# family: memory
# goal: memory
# first-seen: jailctf; DiceCTF 'IRS' class of bypasses
s = b'immutable-immutable'
a = id(s) + 32
with open('/proc/self/mem', 'r+b', 0) as f: f.seek(a); f.write(b'M')
if s[0] == 77: print('ESCAPED:/proc/self/mem')
