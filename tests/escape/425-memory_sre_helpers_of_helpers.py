# escape: 425
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: re._compiler._compile replaced, which the granted compile does not name: the guest's own code for a pattern
# family: memory
# goal: memory
# expect: contained
import re, sys
compiler = sys.modules['re._compiler']
real = compiler._compile
number = lambda name: int(getattr(compiler, name))
INFO, IN, CHARSET, MARK, SUCCESS, FAILURE, ANY, LITERAL, REPEAT_ONE, BRANCH = map(number, (
    'INFO', 'IN', 'CHARSET', 'MARK', 'SUCCESS', 'FAILURE', 'ANY', 'LITERAL', 'REPEAT_ONE', 'BRANCH'))
def attempt(words, text='zzabczz' * 50):
    compiler._compile = lambda code, data, flags: code.__setitem__(slice(None), words)
    try:
        pattern = re.compile('(zz)' + 'a' * attempt.calls)
    except (RuntimeError, ValueError) as error:
        return print(error)
    finally:
        attempt.calls += 1
        compiler._compile = real
    near = [bytearray(b'A' * 15) for _ in range(2000)]
    del near[::7]
    for _ in range(5):
        pattern.search(text), pattern.findall(text)
    if any(b != b'A' * 15 for b in near):
        print('ESCAPED: the matcher wrote into another object')
attempt.calls = 0
def info(*rest, flags=1, least=1):
    return [INFO, len(rest) + 4, flags, least, 100, *rest]
bits = [0, MARK, 30, SUCCESS, 0, 0, 0, 0]
attempt(info(3, 2, 97, 98, 99, 0, 0, 0) + [IN, 11, CHARSET, *bits, FAILURE, ANY, ANY])
attempt(info(3, 400, 97, 98, 99, 0, 0, 0) + [LITERAL, 97])
attempt(info(3, 3, 97, 98, 99, 0, 2, 2, flags=3) + [LITERAL, 97, LITERAL, 98, LITERAL, 99])
attempt([MARK, 2, LITERAL, 97, MARK, 3])
attempt([LITERAL, 97, IN, 0, SUCCESS])
attempt([LITERAL, 97, IN, 1, SUCCESS])
attempt([LITERAL, 97] + info(1, 1, 97, 0))
attempt([BRANCH, 1, 0])
print('done')
