# escape: 116
# technique: _posixshmem.shm_open + mmap: named memory shared with other processes (and left behind)
# family: sidedoor
# goal: write-file
# first-seen: variation
from multiprocessing import shared_memory
s = shared_memory.SharedMemory('escape-shm', create=True, size=64); s.buf[:2] = b'ok'
import os
if os.path.exists('/dev/shm/escape-shm'): print('ESCAPED:/dev/shm/escape-shm')
s.unlink()
