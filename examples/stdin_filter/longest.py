"""A filter: the longest lines of standard input, numbered."""

import sys

count = int(sys.argv[1])
lines = [(len(line.rstrip()), n, line.rstrip())
         for n, line in enumerate(sys.stdin, 1)]
for length, n, line in sorted(lines, reverse=True)[:count]:
    print(f"{n:3} {length:3} {line}")
