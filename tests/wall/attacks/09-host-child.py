# attack: immure host: a child forked before the jail holds the pipes and is
#   the supervisor's to wait for: no verdict before it ends (immure host
#   --wall 1s)
# expect: wall, after 1 s; no process left
import os, sys, time
if os.fork() == 0:
    time.sleep(8)
    os._exit(0)
sys.enter_jail()
while True:
    pass
