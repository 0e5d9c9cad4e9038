"""A guest whose policy brings the data and a module to read it."""

import statistics

import iris

lengths = {}
for row in iris.rows():
    lengths.setdefault(row["species"], []).append(float(row["petal_length"]))
for species, values in sorted(lengths.items()):
    print(f"{species:12} {statistics.mean(values):.2f}")
try:
    open("iris.csv", "a")
except OSError as error:
    print(error)
