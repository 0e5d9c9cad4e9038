# Asked of a guest that runs nothing of the session's: is _given, the lines of
# an input so far, complete?  "split": all but the last line are.
import codeop
def _state(source):
    try:
        return "complete" if codeop.compile_command(source, "<input>") \
            else "incomplete"
    except Exception:
        return "wrong"
_first, _, _last = _given.rpartition("\n")
_said = _state(_given)
_other = _said == "wrong" or (
    _said == "incomplete" and _last[:1] not in ("", " ", "\t")
    and _state(_last) != "wrong")
if _other and _first and _state(_first + "\n") == "complete":
    _said = "split"
print(_said, end="")
