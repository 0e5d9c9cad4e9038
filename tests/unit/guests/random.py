import random

assert random.Random(42).random() == 0.6394267984578837
a, b = random.Random(1), random.Random(1)
assert [a.random() for _ in range(5)] == [b.random() for _ in range(5)]
assert random.choice("abc") in "abc" and len(random.sample(range(10), 3)) == 3
state = random.getstate()
x = random.random()
random.setstate(state)
assert random.random() == x
assert 0 <= random.SystemRandom().random() < 1
items = list(range(10))
random.shuffle(items)
assert sorted(items) == list(range(10))
assert random.gauss(0, 1) != random.gauss(0, 1)
