# escape: 464
# policy-wall: optional; it looks at its own process alone
# technique: a str subclass that is an allowed name when it is judged and another one when it is looked up
# family: import
# goal: import
# expect: contained
# first-seen: variation (check, then use)
import itertools, sys, importlib
load = vars(sys.modules['builtins'])['__import__']
class Name(str):
    def __new__(cls, text, answers):
        self = super().__new__(cls, text)
        self.answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.now = text
        return self
    def __hash__(self):
        self.now = next(self.answers)
        return hash(self.now)
    def __eq__(self, other): return self.now == str(other)
    def startswith(self, *ignored): return False
inner = ('_io', '_warnings', '_imp', 'posix', '_thread', '_weakref')
for bad in inner:
    for text in ('json', bad):
        for judged in range(1, 5):
            for call in (lambda n: load(n), lambda n: load(n, {}, {}, ('x',)), importlib.import_module):
                try: module = call(Name(text, ['json'] * judged + [bad]))
                except BaseException: continue
                if module.__name__ == bad: print('ESCAPED: imported', bad)
