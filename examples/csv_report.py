"""Sales by region and month, from CSV text to an aligned report."""

import collections
import csv
import io

SALES = """\
date,region,product,units,price
2024-01-04,north,kettle,3,24.50
2024-01-09,south,toaster,1,39.00
2024-01-17,north,"mug, blue",12,6.25
2024-02-02,west,kettle,5,24.50
2024-02-11,north,toaster,2,39.00
2024-02-28,south,"mug, blue",30,5.95
2024-03-05,west,toaster,4,37.50
2024-03-19,south,kettle,2,25.00
"""

totals = collections.defaultdict(collections.Counter)
for row in csv.DictReader(io.StringIO(SALES)):
    cents = round(float(row["price"]) * 100) * int(row["units"])
    totals[row["region"]][row["date"][:7]] += cents

months = sorted({month for by_month in totals.values() for month in by_month})
print(f"{'region':8}" + "".join(f"{month:>10}" for month in months)
      + f"{'total':>10}")
for region in sorted(totals):
    cents = [totals[region][month] for month in months]
    print(f"{region:8}" + "".join(f"{c / 100:10.2f}" for c in cents)
          + f"{sum(cents) / 100:10.2f}")

out = io.StringIO()
writer = csv.writer(out, lineterminator="\n")
writer.writerow(["region", "cents"])
writer.writerows((r, sum(c.values())) for r, c in sorted(totals.items()))
print()
print(out.getvalue(), end="")
