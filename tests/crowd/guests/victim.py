# Computes, waits, and says whether all that it knows is still as it was.
import hashlib
import os
import time

secret = os.urandom(4096)
table = {i: hashlib.sha256(secret + bytes((i % 256,))).digest()
         for i in range(500)}
for _ in range(20):
    time.sleep(0.02)
    for i, digest in table.items():
        if hashlib.sha256(secret + bytes((i % 256,))).digest() != digest:
            raise SystemExit(9)
print("unharmed")
