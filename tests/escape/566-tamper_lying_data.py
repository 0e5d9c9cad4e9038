# escape: 566
# technique: subclasses of the builtin types whose methods lie about what they hold
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; what crosses is made anew of exact builtin types
# first-seen: this project
class Int(int):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __hash__ = int.__hash__
    def __int__(self): return 9
    __index__ = __trunc__ = __int__
    def __reduce_ex__(self, protocol): return int, (9,)
class Kind(type):
    def __instancecheck__(self, other): return True
    def __subclasscheck__(self, other): return True
    def mro(self): return [self, Int, int, object]
class Meta(Int, metaclass=Kind):
    @property
    def __class__(self): return bool
def solve(n): return Int(0) if n % 2 else Meta(0)
