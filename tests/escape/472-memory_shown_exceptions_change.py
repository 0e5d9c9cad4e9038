# escape: 472
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: str() and repr() of exceptions whose args, errno, strerror and msg are replaced by what they show
# family: memory
# goal: memory
# expect: contained
hold = []
def fill():
    hold.extend(bytearray(b'q' * n) for n in (1, 9, 25, 40) for _ in range(40))
    hold.extend([1] for _ in range(60))
class Shows:
    def __repr__(self):
        change()
        fill()
        return 'shown'
    __str__ = __repr__
def parts():
    return slice(Shows(), [7, [8]], {'a': [9]})
texts = set()
def change():
    error.args = ()
    for name in ('errno', 'strerror', 'filename', 'filename2', 'msg', 'lineno'):
        try:
            setattr(error, name, None)
        except (AttributeError, TypeError):
            pass
for _ in range(20):
    for make in (ValueError, KeyError, StopIteration, SystemExit, ImportError, NameError):
        for show in (str, repr):
            error = make(parts())
            texts.add(show(error))
    error = OSError(1, 's')
    error.errno, error.strerror, error.filename, error.filename2 = Shows(), [7, [8]], {'a': [9]}, [10]
    texts.add(str(error))
    error = SyntaxError('m')
    error.msg = parts()
    texts.add(str(error))
    error = ExceptionGroup('m', [ValueError()])
    texts.add(str(error) + '[7, [8]]')
if any('[7, [8]]' not in text for text in texts):
    print('ESCAPED: shown was', [text for text in texts if '[7, [8]]' not in text])
print('done')
