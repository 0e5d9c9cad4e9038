# escape: 421
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: setstate() of the ISO 2022 decoders with designations that no table has: the decoder looks for them beyond the table
# family: memory
# goal: memory
# expect: contained
import codecs
for name in ('iso2022_jp', 'iso2022_kr', 'iso2022_jp_1', 'iso2022_jp_2', 'iso2022_jp_3', 'iso2022_jp_2004', 'iso2022_jp_ext', 'hz', 'big5hkscs', 'gb18030'):
    make = codecs.getincrementaldecoder(name)
    for byte in (0, 1, 7, 64, 66, 127, 128, 193, 200, 255):
        for shift in range(8):
            for data in (b'ab!"\n', b'\x0e!"\x0f', b'\x1bN!"', b'~{!"~}'):
                decoder = make()
                try:
                    decoder.setstate((b'', byte << 8 * shift))
                    decoder.decode(data, True)
                except (UnicodeError, RuntimeError, ValueError, OverflowError):
                    continue
decoder = codecs.getincrementaldecoder('iso2022_jp')()
decoder.decode(b'\x1b$B')
state = decoder.getstate()
decoder.reset()
decoder.setstate(state)
assert decoder.decode(b'$"') == '\u3042'
print('done')
