import shlex

assert shlex.split("a 'b c' d\\ e # no", comments=True) == ["a", "b c", "d e"]
assert shlex.quote("it's") == "'it'\"'\"'s'" and shlex.join(["a b"]) == "'a b'"
