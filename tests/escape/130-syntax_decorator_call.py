# escape: 130
# technique: decorators call functions without parentheses
# family: syntax
# goal: exec
# first-seen: ImaginaryCTF 'decorated'
@print
@(lambda f: f.read())
@lambda _: __import__('os').popen('echo ESCAPED:decorator')
class _: pass
