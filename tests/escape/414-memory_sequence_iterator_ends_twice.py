# escape: 414
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: iter() of an old sequence whose __getitem__ brings the iterator to its end: the sequence is let go of twice
# family: memory
# goal: memory
# expect: contained
class Old:
    def __getitem__(self, at):
        if not Old.calls:
            Old.calls = 1
            try:
                next(it)
            except StopIteration:
                pass
        raise IndexError
for _ in range(30):
    Old.calls = 0
    old = Old()
    it = iter(old)
    try:
        next(it)
    except StopIteration:
        pass
    junk = [[1] for _ in range(60)] + [bytes(24) for _ in range(60)]
    if type(old) is not Old:
        print('ESCAPED: the sequence became', type(old))
        break
print('done')
