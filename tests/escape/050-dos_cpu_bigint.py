# escape: 050
# technique: one uninterruptible C call: huge power
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: folklore
x = 7 ** (10 ** 9)
