# As spin.py, and asks for more by what is left to it: memory traffic, wake-ups.
import time

block = bytearray(8 << 20)
while True:
    block[::4096] = block[::4096]
    time.sleep(0)
