# escape: 190
# policy-wall: optional; it changes its own process alone
# technique: iter(callable, sentinel) exhausted inside its own callable
# family: memory
# goal: memory
# expect: contained
def call():
    if depth:
        return 0
    depth.append(1)
    try:
        next(it)
    except StopIteration:
        pass
    return [1]
depth = []
it = iter(call, 0)
try:
    print(next(it))
except (StopIteration, SystemError) as error:
    print(repr(error))
