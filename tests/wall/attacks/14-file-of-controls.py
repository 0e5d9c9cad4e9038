# attack: a file of control characters, each of them six bytes in JSON that are
#   written one by one: 15 MB hold up the supervisor, and with it the limits of
#   all other guests, for a second, and take 250 MB of its memory
# expect: ok, and the content is base64
open("x", "w").write("\x01" * (15 << 20))
