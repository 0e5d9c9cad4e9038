import bisect

a = [1, 3, 5]
bisect.insort(a, 4)
assert a == [1, 3, 4, 5] and bisect.bisect_left(a, 3) == 1
assert bisect.bisect(a, -2, key=lambda x: -x) >= 0
