import textwrap

assert textwrap.fill("a bb ccc dddd", 6) == "a bb\nccc\ndddd"
assert textwrap.dedent("  a\n   b") == "a\n b"
assert textwrap.shorten("hello big world", 12) == "hello [...]"
assert textwrap.indent("a\nb", "> ") == "> a\n> b"
