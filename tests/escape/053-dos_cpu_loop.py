# escape: 053
# technique: while True: pass
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: folklore
while True: pass
