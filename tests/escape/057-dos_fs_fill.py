# escape: 057
# technique: fills the writable file system (bounded to 1 GiB here)
# family: dos
# goal: dos-mem
# expect: refused
# first-seen: folklore
b = bytes(1 << 20); n = 0
try:
    with open('/tmp/escape-fill', 'wb', 0) as f:
        while n < 1024: f.write(b); n += 1
except OSError: pass
finally:
    try: open('/tmp/escape-fill', 'wb').close()
    except Exception: pass
if n >= 256: print('DOS-DONE MiB', n)
