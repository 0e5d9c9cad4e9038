# escape: 058
# technique: compile-time folding / multiplied tuples / nested comprehension of repeats
# family: dos
# goal: dos-mem
# expect: memory-error
# first-seen: folklore
x = ((((((0,) * 1000,) * 1000)[0] * 1000) * 1000))
x = x * 3
print('DOS-DONE', len(x))
