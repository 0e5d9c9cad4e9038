import timeit

assert timeit.timeit("x = 1", number=10) >= 0
assert timeit.timeit(lambda: None, number=10) >= 0
assert len(timeit.repeat("pass", number=1, repeat=2)) == 2
