# escape: 490
# gate: sound
# technique: files still open at the end: texts with something to write, files without a name, raw objects whose flush opens files and asks for a shell, cycles, all descriptors in use
# family: files
# goal: exec
# expect: contained
import atexit, io, os
kept, hold = [], []
# Open at the end, in all ways: a text with something to write, a file without
# a name, a raw object of our own that opens, removes and prints when it is
# flushed, one in a cycle, more of them than there are descriptors.
class Raw(io.RawIOBase):
    def writable(self):
        return True
    def write(self, view, open=open, os=os, hold=hold):
        with open('late%d' % len(hold), 'wb') as f:
            f.write(bytes(view))
        hold.append(open('late%d' % len(hold), 'ab'))
        try:
            os.system('echo ESCAPED: a shell')
        except PermissionError:
            pass
        return len(view)
text = open('text', 'w'); text.write('unwritten')
gone = open('gone', 'w+'); os.unlink('gone'); gone.write('x')
own = io.TextIOWrapper(io.BufferedWriter(Raw())); own.write('of our own')
cycle = [open('cycle', 'w')]; cycle.append(cycle); cycle[0].write('in a cycle'); del cycle
atexit.register(lambda: kept.append(open('at exit', 'w')))
try:
    while True:
        kept.append(open('many', 'a'))
except OSError:
    del kept[-50:]
