"""numpy in a guest: linear algebra, transforms, random numbers, records."""
import io

import numpy as np

# A line through noisy points, by least squares.
rng = np.random.default_rng(7)
x = np.linspace(0, 10, 50)
y = 3 * x - 4 + rng.normal(scale=0.1, size=x.size)
slope, offset = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y,
                                rcond=None)[0]
print("slope %.1f, offset %.0f" % (slope, offset))

# The strongest tone of a signal.
t = np.arange(256) / 256
signal = np.sin(2 * np.pi * 12 * t) + 0.5 * np.sin(2 * np.pi * 40 * t)
print("tone", int(np.argmax(np.abs(np.fft.rfft(signal)))))

a = np.array([[2.0, 1.0], [1.0, 3.0]])
print("det %.1f" % np.linalg.det(a))
print(np.linalg.solve(a, [3, 5]))
print(np.sort(np.linalg.eigvalsh(a)).round(3))

# Records, sorted and grouped.
people = np.array([("Ada", 36, 1.65), ("Alan", 41, 1.78), ("Grace", 85, 1.6)],
                  dtype=[("name", "U8"), ("age", "i4"), ("height", "f8")])
print(people[np.argsort(people["height"])]["name"])
print(people[people["age"] < 50])

# Arrays go through bytes, not through files.
memory = io.BytesIO()
np.savez(memory, a=a)
memory.seek(0)
print(np.array_equal(np.load(memory)["a"], a))
print(np.loadtxt(io.StringIO("1 2\n3 4")).sum(axis=0))

for read in (np.fromfile, np.load):
    try:
        read("/etc/passwd")
    except OSError as error:
        print(type(error).__name__)
