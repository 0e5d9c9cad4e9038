# escape: 246
# technique: MemoryError raised by the guest itself: which limit does the result name
# family: tamper
# goal: claims
# expect: contained
raise MemoryError
