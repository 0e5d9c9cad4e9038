# escape: 064
# technique: endless stdout
# family: dos
# goal: dos-output
# expect: output-limited
# first-seen: folklore
s = 'x' * 10000
while True: print(s)
