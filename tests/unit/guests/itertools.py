import itertools as it

assert list(it.islice(it.count(5, 2), 3)) == [5, 7, 9]
assert list(it.chain.from_iterable(["ab", "c"])) == ["a", "b", "c"]
assert len(list(it.permutations(range(4)))) == 24
assert [(k, len(list(g))) for k, g in it.groupby("aabccc")] == [
    ("a", 2), ("b", 1), ("c", 3)]
assert list(it.accumulate([1, 2, 3])) == [1, 3, 6]
assert list(it.pairwise("abc")) == [("a", "b"), ("b", "c")]
assert list(it.zip_longest("ab", "c", fillvalue="-")) == [("a", "c"), ("b", "-")]
