"""A grader: a student's function against a table of points.

The submission is text; it is executed in a namespace of its own.  A wrong
answer, an exception and a missing function cost points, never the run."""

SUBMISSION = '''
def median(numbers):
    """The middle value, or the mean of the two middle ones."""
    ordered = sorted(numbers)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2
'''

CASES = [
    # points, argument, expected
    (2, [3], 3),
    (2, [5, 1, 3], 3),
    (2, [4, 1, 3, 2], 2.5),
    (1, [-1, -1, 7], -1),
    (3, [], ValueError),
]


def outcome(function, argument, expected):
    """(right, what happened)"""
    try:
        got = function(list(argument))
    except Exception as e:
        return type(e) is expected, f"raised {type(e).__name__}"
    return type(got) is type(expected) and got == expected, f"gave {got!r}"


def main():
    namespace = {"__name__": "submission"}
    exec(compile(SUBMISSION, "submission.py", "exec"), namespace)
    median = namespace["median"]
    score = 0
    for points, argument, expected in CASES:
        right, what = outcome(median, argument, expected)
        score += points if right else 0
        mark = "ok  " if right else "FAIL"
        print(f"{mark} median({argument}) {what}, {points if right else 0}"
              f" of {points}")
    print(f"score: {score} of {sum(case[0] for case in CASES)}")


if __name__ == "__main__":
    main()
