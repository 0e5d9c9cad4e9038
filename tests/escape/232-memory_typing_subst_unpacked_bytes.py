# escape: 232
# policy-wall: optional; it changes its own process alone
# technique: __typing_subst__ that answers bytes where a tuple is believed: their content is taken for pointers
# family: memory
# goal: memory
# expect: contained
import types
class Param:
    __typing_is_unpacked_typevartuple__ = True
    def __typing_subst__(self, arg):
        return (1 << 90) - 1
alias = types.GenericAlias(list, (Param(),))
try:
    alias[0,]
except TypeError as error:
    print(error)
