"""What an uncaught exception of a guest looks like to others.

The text is what CPython prints at the end of a program: the traceback module's
form plus the "Did you mean" that only the C printer of 3.11 adds.  Source
lines come from memory.  Everything is clipped, and a guest's __str__ or
__dir__ that raises costs only its own part of the report.
"""
import builtins
import io
import linecache
import sys
import tokenize
import traceback
import zlib

import _jail
import _immure_files

MESSAGE_MAX = 8 << 10
TEXT_MAX = 64 << 10
TYPE_MAX = 256
LINE_MAX = 512
FRAMES_MAX = 128
_CHAIN_MAX = 64
_OWN_CODE = "<immure "

_TracebackException = traceback.TracebackException
_sources = {}
_guest = ["<guest>"]


def set_guest(filename, source, earlier=False):
    """Remember the guest's source (bytes) for tracebacks and linecache, which
    asks source_of() for it.  EARLIER: what was remembered under other names
    stays."""
    if not earlier:
        _sources.clear()
    _guest[0] = filename
    _sources[filename] = source
    linecache.cache.clear()


def source_of(filename):
    """The lines of the guest's source, or []; decoded when first needed."""
    source = _sources.get(filename, [])
    if type(source) is bytes:
        source = _sources[filename] = source_lines(source)
    return source


def source_lines(source):
    """SOURCE (bytes) as lines of str, by its own coding line; never fails."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding, "replace")
    except Exception:
        text = source.decode("utf-8", "replace")
    if text.startswith("\ufeff"):
        text = text[1:]
    text = io.IncrementalNewlineDecoder(None, True).decode(text, True)
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last + "\n"] if last else [])


_update_from_file = linecache.updatecache


def update_linecache(filename, module_globals=None):
    """linecache.updatecache() that knows the program itself, which is no
    file of its own, and the library's source, which is in memory."""
    lines = source_of(filename)
    if not lines:
        data = _library_source(filename)
        if data is None:
            return _update_from_file(filename, module_globals)
        lines = source_lines(data)
    # No mtime: linecache.checkcache() leaves such an entry alone.
    size = sum(map(len, lines))
    linecache.cache[filename] = size, None, lines, filename
    return lines


def _library_source(filename, _packed=_jail.library_source,
                    _unpack=zlib.decompress):
    packed = _packed(filename)
    return None if packed is None else _unpack(packed)


def clip(text, limit):
    """TEXT cut to about LIMIT characters, as an exact str that is UTF-8."""
    text = str.__str__(text)
    total = len(text)
    if total > limit:
        text = "%s... [%d characters cut]" % (text[:limit - 32],
                                              total - limit + 32)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def describe(exc):
    """{"type", "message", "text", "frames"} of EXC, bounded; never raises."""
    try:
        kind = clip(type.__dict__["__name__"].__get__(type(exc)), TYPE_MAX)
    except BaseException:
        kind = "Exception"
    message = _message(exc)
    try:
        text, frames = _render(exc)
    except BaseException:
        text, frames = "%s: %s\n" % (kind, message), []
    return {"type": kind, "message": message, "text": text, "frames": frames}


def _message(exc):
    try:
        return clip(str(exc), MESSAGE_MAX)
    except BaseException:
        return "<exception str() failed>"


def _render(exc):
    shown = _TracebackException(type(exc), exc, exc.__traceback__,
                                compact=True)
    for part, error in _each_part(shown, exc):
        _hide_own_frames(part)
        _complete(part, error)
    frames = [_row(frame) for frame in shown.stack
              if frame.filename in _sources
              or _immure_files.is_guests(frame.filename)]
    if not frames and isinstance(exc, SyntaxError):
        frames = _syntax_place(shown)
    if len(frames) > FRAMES_MAX:
        frames = frames[:FRAMES_MAX // 2] + frames[-FRAMES_MAX // 2:]
    return _clip_text("".join(shown.format())), frames


def _row(frame):
    return (clip(frame.filename, LINE_MAX), frame.lineno or 0,
            clip(frame.name, TYPE_MAX), clip(frame.line or "", LINE_MAX))


def _clip_text(text):
    """Cut the middle: the last lines say what went wrong."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= TEXT_MAX:
        return text
    tail = TEXT_MAX // 4
    head = TEXT_MAX - tail - 64
    return "%s\n... [%d characters cut] ...\n%s" % (
        text[:head], len(text) - head - tail, text[-tail:])


def _each_part(shown, exc):
    """Pairs (TracebackException, exception) of the chain and its groups."""
    queue, count = [(shown, exc)], 0
    while queue:
        part, error = queue.pop()
        count += 1
        if count <= _CHAIN_MAX:
            yield part, error
        else:
            part._str = clip(part._str, 256)
        if part.__cause__ is not None:
            queue.append((part.__cause__, error.__cause__))
        if part.__context__ is not None:
            queue.append((part.__context__, error.__context__))
        if part.exceptions:
            queue.extend(zip(part.exceptions, error.exceptions))


def _hide_own_frames(part):
    part.stack[:] = [frame for frame in part.stack
                     if not frame.filename.startswith(_OWN_CODE)]


def _complete(part, error):
    """What CPython adds and the module does not; and the limits."""
    part._str = clip(part._str, MESSAGE_MAX)
    if isinstance(error, SyntaxError):
        _complete_syntax_error(part)
        _point_at_error(part)
    else:
        _add_suggestion(part, error)


def _add_suggestion(part, error):
    try:
        meant = _suggest(error)
    except BaseException:
        return
    if meant is not None:
        part._str += ". Did you mean: '%s'?" % meant


def _complete_syntax_error(part):
    # Errors of the compiler's later passes take their line from the file.
    lines = source_of(part.filename)
    if part.text is None and lines and (part.lineno or "").isdigit():
        number = int(part.lineno)
        if 0 < number <= len(lines):
            part.text = lines[number - 1]
    if part.text is not None:
        part.text = part.text[:TEXT_MAX // 4]
    if type(part.msg) is str:
        part.msg = clip(part.msg, MESSAGE_MAX)


def _point_at_error(part):
    """One caret at least and none behind the text, as the printer in C."""
    start, end = part.offset, part.end_offset
    if type(start) is int and type(end) is int and type(part.text) is str:
        end = min(end, len(part.text.rstrip("\n")) + 1)
        part.end_offset = max(end, start + 1)


def _syntax_place(shown):
    if shown.filename != _guest[0] or not (shown.lineno or "").isdigit():
        return []
    return [(clip(shown.filename, LINE_MAX), int(shown.lineno), "<module>",
             clip((shown.text or "").strip(), LINE_MAX))]


# --- the interpreter's own printers, which look for source in files ----------

def print_uncaught(exc_type, value, tb, /):
    """Print an exception as the end of a program would."""
    if sys.stderr is None:
        return
    if not isinstance(value, BaseException):
        sys.stderr.write("TypeError: print_exception(): Exception expected "
                         "for value, %s found\n" % type(value).__name__)
        return
    shown = _TracebackException(exc_type, value, tb, compact=True)
    for part, error in _each_part(shown, value):
        if isinstance(error, SyntaxError):
            _point_at_error(part)
        else:
            _add_suggestion(part, error)
    sys.stderr.write("".join(shown.format()))
    sys.stderr.flush()


def print_unraisable(unraisable, /):
    """Print an exception that has nowhere to go, such as one of __del__()."""
    if type(unraisable).__name__ != "UnraisableHookArgs":
        raise TypeError("sys.unraisablehook argument must be an "
                        "UnraisableHookArgs")
    head = ""
    if unraisable.object is not None:
        head = "%s: %r\n" % (unraisable.err_msg or "Exception ignored in",
                             unraisable.object)
    elif unraisable.err_msg:
        head = unraisable.err_msg + ":\n"
    shown = _TracebackException(unraisable.exc_type, unraisable.exc_value,
                                unraisable.exc_traceback, compact=True)
    sys.stderr.write(head + "".join(shown.format(chain=False)))
    sys.stderr.flush()


def displayhook(object, /):
    """Print an object to sys.stdout and also save it in builtins._"""
    if object is None:
        return
    builtins._ = None
    out = getattr(sys, "stdout", None)
    if out is None:
        raise RuntimeError("lost sys.stdout")
    text = repr(object)
    try:
        out.write(text)
    except UnicodeEncodeError:
        code = out.encoding
        out.write(text.encode(code, "backslashreplace").decode(code))
    out.write("\n")
    builtins._ = object


displayhook.__module__ = "sys"


# --- "Did you mean": Python/suggestions.c of CPython 3.11 -------------------

# That of 3.12 and later looks into the frames of whoever formats an exception.
if hasattr(traceback, "_compute_suggestion_error"):
    traceback._compute_suggestion_error = lambda exc_value, tb, name: None

_CANDIDATES_MAX = 750
_LENGTH_MAX = 40
_MOVE = 2
_CASE = 1


def _suggest(error):
    """The nearest name to the one that is missing, or None."""
    if type(error) is AttributeError:
        name = error.name
        if type(name) is not str or error.obj is None:
            return None
        return _nearest(dir(error.obj), name)
    if type(error) is NameError:
        return _suggest_variable(error)
    return None


def _suggest_variable(error):
    name, place = error.name, error.__traceback__
    if type(name) is not str or place is None:
        return None
    while place.tb_next is not None:
        place = place.tb_next
    frame = place.tb_frame
    code = frame.f_code
    local = code.co_varnames + code.co_cellvars + code.co_freevars
    for names in (local, frame.f_globals, frame.f_builtins):
        # Not list(names): a guest can give this module a list() of its own,
        # which would be handed the library's globals.
        meant = _nearest([*names], name)
        if meant is not None:
            return meant
    return None


def _nearest(names, wrong):
    if len(names) >= _CANDIDATES_MAX:
        return None
    best, found = None, None
    for name in names:
        if type(name) is not str or name == wrong:
            continue
        limit = (len(name) + len(wrong) + 3) * _MOVE // 6
        if best is not None:
            limit = min(limit, best - 1)
        distance = _distance(wrong, name, limit)
        if distance <= limit and (best is None or distance < best):
            best, found = distance, name
    return found


def _distance(a, b, limit):
    """Edits between A and B, at a cost of 2, or 1 for a change of case; any
    number above LIMIT when there are more."""
    if a == b:
        return 0
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    if not a or not b:
        return _MOVE * (len(a) + len(b))
    if len(a) > _LENGTH_MAX or len(b) > _LENGTH_MAX:
        return limit + 1
    if len(a) < len(b):
        a, b = b, a
    row = [_MOVE * (place + 1) for place in range(len(b))]
    for y, left in enumerate(a):
        diagonal = before = y * _MOVE
        for x, right in enumerate(b):
            change = diagonal + _change(left, right)
            diagonal = row[x]
            before = row[x] = min(change, diagonal + _MOVE, before + _MOVE)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def _change(left, right):
    if left == right:
        return 0
    return _CASE if left.lower() == right.lower() else _MOVE
