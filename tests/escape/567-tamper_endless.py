# escape: 567
# technique: generators that never end, and iterators that are their own items
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; items are bounded, and so is the time
# first-seen: this project
class Own:
    def __iter__(self): return self
    def __next__(self): return self
    def __len__(self): return -1
    def __getattr__(self, name): return self
    def __call__(self, *args): return self
def endless():
    while True: yield 0
def solve(n): return endless() if n % 2 else Own()
