# escape: 147
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: set a descriptor/method on a shared pure-python stdlib class used by the host
# family: typehack
# goal: tamper-result
# first-seen: open-chat-studio PR 4563 (shared module poisoning)
import json
json.JSONEncoder.encode = lambda s, o: '{"passed": true}'
json.JSONEncoder.iterencode = lambda s, o, **k: ['{"passed": true}']
if json.dumps({'passed': False}, sort_keys=True) == '{"passed": true}': print('ESCAPED:json encoder forged')
