# escape: 105
# technique: codecs.register_error callback (even for 'strict') is called from C for the host's or the next guest's own decoding
# family: noframe
# goal: tamper-result
# check: twice
# first-seen: variation
import codecs
h = codecs.lookup_error('strict')
if getattr(h, '__name__', '') == 'escape_handler': print('ESCAPED:strict handler of the previous guest')
def escape_handler(e): return ('?', e.end)
codecs.register_error('strict', escape_handler)
