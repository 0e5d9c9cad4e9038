"""Mean and spread by species, and a nearest-mean classifier by hand."""

import collections
import csv
import math
import statistics

groups = collections.defaultdict(list)
with open("iris.csv", newline="") as f:
    for row in csv.DictReader(f):
        species = row.pop("species")
        groups[species].append(tuple(float(v) for v in row.values()))
        names = list(row)

means = {}
for species, flowers in groups.items():
    means[species] = tuple(map(statistics.mean, zip(*flowers)))
    print(f"{species} ({len(flowers)})")
    for name, column, mean in zip(names, zip(*flowers), means[species]):
        print(f"  {name:13}{mean:6.2f} +- {statistics.stdev(column):.2f}")

right = total = 0
for species, flowers in groups.items():
    for flower in flowers:
        nearest = min(means, key=lambda s: math.dist(means[s], flower))
        right += nearest == species
        total += 1
print(f"nearest mean: {right} of {total} right")
