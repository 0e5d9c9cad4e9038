# escape: 213
# policy-wall: optional; it changes its own process alone
# technique: errors of a multibyte encoder replaced inside its own error callback
# family: memory
# goal: memory
# expect: contained
import codecs
hold = []
def handler(error):
    enc.errors = 'x' * 40
    hold.extend(bytes(30) for _ in range(500))
    enc.errors = 'immure-test-handler-name-that-is-long'
    return '?', error.end
codecs.register_error('immure-test-handler-name-that-is-long', handler)
enc = codecs.getincrementalencoder('euc_jp')('immure-test-handler-name-that-is-long')
for _ in range(50):
    try:
        got = enc.encode('\uffff' * 20)
    except LookupError as error:
        print('ESCAPED: name read from freed memory', error)
        break
print('done')
