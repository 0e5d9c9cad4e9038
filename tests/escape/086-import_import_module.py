# escape: 086
# technique: importlib.import_module
# family: import
# goal: exec
# first-seen: folklore
import importlib
if importlib.import_module('os').popen('echo im').read() == 'im\n': print('ESCAPED:import_module')
