"""The smallest guest: a greeting, and what it sees of the world."""

import sys

print("hello from inside the jail")
print("python", sys.version_info.major)
print("arguments:", sys.argv[1:])
