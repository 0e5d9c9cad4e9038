# escape: 192
# policy-wall: optional; it changes its own process alone
# technique: csv.reader advanced by the iterator it reads
# family: memory
# goal: memory
# expect: contained
import csv
class Lines:
    n = 0
    def __iter__(self):
        return self
    def __next__(self):
        self.n += 1
        if self.n < 4:
            rows.append(next(reader))
        return 'a,"b\n' if self.n % 2 else 'c",d\n'
rows = []
reader = csv.reader(Lines())
try:
    for _ in range(5):
        rows.append(next(reader))
except (csv.Error, StopIteration, SystemError) as error:
    print(repr(error))
print(rows[:3])
