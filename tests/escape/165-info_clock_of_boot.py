# escape: 165
# technique: time.monotonic() and the zone of the host
# family: info
# goal: info
# expect: contained
import time, sys
print(time.monotonic(), time.tzname, time.timezone, sys.getallocatedblocks())
