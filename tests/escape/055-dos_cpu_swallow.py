# escape: 055
# technique: loop that swallows BaseException (timeout delivered as an exception never ends it)
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: folklore; rocketride PR 1921
while True:
    try:
        while True: pass
    except BaseException: pass
