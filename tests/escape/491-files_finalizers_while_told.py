# escape: 491
# gate: sound
# technique: finalizers that run while the files are told at the end, for names that can't be told make exceptions, and remove all that is told
# family: files
# goal: memory
# expect: contained
import gc, os
hold = []
folders = [b'd%d' % n for n in range(4)]
for folder in folders:
    os.mkdir(folder)
    for n in range(100):
        os.close(os.open(folder + b'/\xff%d' % n, os.O_CREAT | os.O_WRONLY))

class Late:
    def __del__(self, os=os, folders=folders, hold=hold):
        for folder in folders:
            for name in os.listdir(folder):
                os.unlink(folder + b'/' + name)
            os.rmdir(folder)
        hold.extend(bytearray(b'B' * size) for size in range(520, 2200, 8) for _ in range(8))
gc.collect()
gc.disable()
late = Late(); late.me = late; del late
gc.enable(); gc.set_threshold(2)
