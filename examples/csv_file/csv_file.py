"""Open a file that was given by name; there is no other."""

import csv

with open("data.csv", newline="") as f:
    rows = list(csv.DictReader(f))
print(f"{len(rows)} rows of {', '.join(rows[0])}")
warmest = max(rows, key=lambda row: float(row["celsius"]))
print("warmest:", warmest["station"], warmest["celsius"])
try:
    open("/etc/passwd")
except OSError:
    print("/etc/passwd: not for this guest")
