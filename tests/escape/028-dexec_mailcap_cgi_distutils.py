# escape: 028
# technique: obscure stdlib spawners (mailcap, distutils.spawn, cgi.test, pipes, crypt helpers)
# family: dexec
# goal: exec
# max-python: 3.12
# first-seen: CVE-2015-20107 (mailcap)
import warnings; warnings.simplefilter('ignore')
import pipes
t = pipes.Template(); t.append('echo pp', '--') if 0 else t.prepend('echo pp', '.-')
if t.open('/dev/null', 'r').read() == 'pp\n': print('ESCAPED:pipes')
