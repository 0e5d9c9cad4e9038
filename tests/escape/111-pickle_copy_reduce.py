# escape: 111
# technique: copy.copy / deepcopy honour __reduce_ex__: trusted code calls a C function for the guest
# family: pickle
# goal: exec
# first-seen: CTF; variation
import copy, posix
class X:
    def __reduce_ex__(self, p): return posix.system, ('echo ESCAPED:copy',)
copy.copy(X())
