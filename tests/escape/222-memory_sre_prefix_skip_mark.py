# escape: 222
# policy-wall: optional; it changes its own process alone
# technique: re._compiler._code replaced: prefix_skip, which the validator does not follow, jumps into the bits of a charset, where MARK writes far outside
# family: memory
# goal: memory
# expect: contained
import re, sys
compiler, c = sys.modules['re._compiler'], sys.modules['re._constants']
INFO, IN, CHARSET, FAILURE, SUCCESS, MARK, ANY = (
    int(getattr(c, n)) for n in ('INFO', 'IN', 'CHARSET', 'FAILURE', 'SUCCESS', 'MARK', 'ANY'))
def code(p, flags):
    prefix = [97, 98, 99]
    info = [INFO, 0, 1, 1, 100, 3, 2, *prefix, 0, 0, 0]
    info[1] = len(info) - 1
    bits = [0, MARK, 30, SUCCESS, SUCCESS, 0, 0, 0]
    return info + [IN, 11, CHARSET, *bits, FAILURE, ANY, ANY, SUCCESS]
real = compiler._code
compiler._code = code
pattern = re.compile('(x)')
compiler._code = real
near = [bytearray(b'A' * 15) for _ in range(4000)]
del near[::7]
for _ in range(20):
    pattern.search('zzabczz' * 50)
if any(b != b'A' * 15 for b in near):
    print('ESCAPED: the matcher wrote into another object')
print('done')
