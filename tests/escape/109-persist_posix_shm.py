# escape: 109
# technique: POSIX shared memory left behind (below the file system view)
# family: persist
# goal: persist
# check: second-run
# first-seen: variation
import _posixshmem, os
try:
    _posixshmem.shm_open('/escape-persist', os.O_RDWR); _posixshmem.shm_unlink('/escape-persist'); print('ESCAPED:persisted by shm')
except FileNotFoundError: _posixshmem.shm_open('/escape-persist', os.O_RDWR | os.O_CREAT, mode=0o600)
