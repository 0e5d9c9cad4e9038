# escape: 571
# technique: exceptions that are called like those of the tests' own
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; an exception of the student's costs the test, whatever its name
# first-seen: this project
class StudentDied(Exception): pass
class SkipTest(Exception): pass
class AssertionError(Exception): pass
class Stop(StopIteration): value = 9
kinds = [StudentDied, SkipTest, AssertionError, Stop, StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit]
def solve(n):
    class Mixed(kinds[n % len(kinds)]):
        def __str__(self): return "ok"
        verdict = points = kind = message = "ok"
    raise Mixed(9)
