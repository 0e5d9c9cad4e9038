# escape: 480
# policy-wall: optional; it changes its own process alone
# technique: denials of what nobody tried: by functions of _jail, and by callables of the jail's that are made or called by the library
# family: tamper
# goal: claims
# expect: contained
import contextlib, sys
jail = sys.modules['_immure_report']._jail
def attempt(call):
    try:
        call()
    except PermissionError as error:
        if type(error) is PermissionError:
            return print(error)
    except Exception as error:
        return print(repr(error)[:70])
    print('ESCAPED: a forged denial is in the result')
def by_library(function, *args):
    with contextlib.ExitStack() as stack:
        stack.callback(function, *args)
words = 'os.system()', 'posix.system', 'forged', 'forged'
for name in ('note_denial', 'refuse', 'refuse_import', 'refusing'):
    for count in (1, 3, 4):
        attempt(lambda: getattr(jail, name)(*words[:count]))
        attempt(lambda: by_library(getattr(jail, name), *words[:count]))
attempt(lambda: jail.refusing(*words)())
print('done')
