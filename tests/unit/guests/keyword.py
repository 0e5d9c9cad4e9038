import keyword

assert keyword.iskeyword("for") and not keyword.iskeyword("print")
assert keyword.issoftkeyword("match") and "def" in keyword.kwlist
