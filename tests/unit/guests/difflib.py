import difflib

assert difflib.get_close_matches("appel", ["ape", "apple", "peach"])[0] == "apple"
diff = list(difflib.unified_diff(["a\n", "b\n"], ["a\n", "c\n"], "x", "y"))
assert "-b\n" in diff and "+c\n" in diff
assert difflib.SequenceMatcher(None, "abcd", "bcde").ratio() == 0.75
assert "<table" in difflib.HtmlDiff().make_table(["a"], ["b"])
