# escape: 063
# technique: exception with a giant message / repr: the host formats it
# family: dos
# goal: dos-output
# expect: output-limited
# first-seen: variation
class E(Exception):
    def __str__(s): return 'E' * 300000000
raise E
