# escape: 059
# technique: growing list
# family: dos
# goal: dos-mem
# expect: memory-error
# first-seen: folklore
x = []
while True: x.append(b'x' * (1 << 20))
