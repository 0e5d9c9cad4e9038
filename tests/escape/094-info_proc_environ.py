# escape: 094
# technique: /proc/self/environ, /proc/self/maps, /proc/1/cmdline, /proc/self/status
# family: info
# goal: env
# first-seen: HackTricks
b = open('/proc/self/environ', 'rb').read()
i = b.find(b'JAIL_CANARY=')
if i >= 0: print('ESCAPED:env', b[i:].split(b'\0')[0].decode())
