import os
import sys

assert dict(os.environ) == {"LANGUAGE_TEST": "x", "HOME": "/job"}
assert os.environb[b"LANGUAGE_TEST"] == b"x" and os.getenv("NONE", "n") == "n"
assert os.path.expanduser("~/x") == "/job/x"
assert sys.argv[1:] == ["one", "--two"]
