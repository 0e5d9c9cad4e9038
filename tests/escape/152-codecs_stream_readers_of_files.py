# escape: 152
# technique: codecs.open, EncodedFile and StreamReaderWriter over names and numbers
# family: codecs
# goal: read-file
# expect: contained
import codecs, io
for call in (lambda: codecs.open('/etc/passwd').read(), lambda: codecs.EncodedFile(open('/etc/passwd', 'rb'), 'utf-8').read(),
             lambda: codecs.StreamReaderWriter(io.open(0), codecs.getreader('utf-8'), codecs.getwriter('utf-8')).read(),
             lambda: codecs.builtins.open('/etc/passwd').read()):
    try:
        got = call()
        print('ESCAPED:' if got else 'empty', got)
    except Exception as error:
        print(repr(error)[:60])
