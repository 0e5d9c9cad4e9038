# escape: 067
# technique: waits for stdin that never comes / reads a protocol fd
# family: dos
# goal: dos-cpu
# expect: killed-wall
# first-seen: folklore
import os
r, w = os.pipe()
os.read(r, 1)
