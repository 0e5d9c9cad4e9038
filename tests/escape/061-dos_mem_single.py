# escape: 061
# technique: one huge allocation, touched
# family: dos
# goal: dos-mem
# expect: memory-error
# first-seen: folklore
b = bytearray(3 << 30)
for i in range(0, len(b), 4096): b[i] = 1
print('DOS-DONE')
