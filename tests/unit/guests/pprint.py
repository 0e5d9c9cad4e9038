import pprint

text = pprint.pformat({"b": list(range(30)), "a": "x" * 30}, width=40)
assert text.startswith("{'a': 'xxx") and text.count("\n") > 5
