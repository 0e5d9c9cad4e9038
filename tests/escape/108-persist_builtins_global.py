# escape: 108
# technique: state in builtins/sys/an imported module survives to the next guest of the same interpreter
# family: persist
# goal: persist
# check: twice
# first-seen: notebook/REPL sandboxes folklore
import json
if getattr(json, 'escape_state', 0): print('ESCAPED:persisted in a module')
json.escape_state = 1
