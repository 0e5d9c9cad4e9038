import os
import sys

import immure

assert input("? ") == "line one" and sys.stdin.readline() == "2\n"
assert sys.stdin.read() == ""
try:
    input()
except EOFError:
    pass
else:
    raise AssertionError("more input")
assert sys.stdin.name == "<stdin>" and sys.stdout.name == "<stdout>"
assert sys.stdout is sys.__stdout__ and sys.stdin is sys.__stdin__
assert sys.stdout.encoding == "utf-8" and sys.stdout.errors == "strict"
assert sys.stderr.errors == "backslashreplace"
assert not sys.stdout.isatty() and sys.stdout.writable()
print("é", file=sys.stderr)
print("\udc80", file=sys.stderr)
sys.stdout.buffer.write(b"bytes\n")
sys.stdout.write("text\n")
sys.stdout.flush()
sys.stdout.reconfigure(line_buffering=False)
for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
    assert stream.fileno() == number and not os.isatty(number)
    try:
        os.write(number, b"beside the stream")
    except OSError:
        pass
    else:
        raise AssertionError("written to a descriptor")
try:
    print("\udc80")
except UnicodeEncodeError:
    pass
else:
    raise AssertionError("a surrogate was printed")
exit(0)
