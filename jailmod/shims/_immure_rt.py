"""A job from its start to its result, inside the guest process.

The host calls begin() before the guest's code, and describe() or
finish_globals() after it.  What these return are claims: the guest shares this
process and can change anything here.  So nothing here decides anything, and
references are bound early only so that honest programs that patch a library
still get honest reports.
"""
import atexit
import os
import sys

import __main__ as _main
import _immure_files
import _immure_modules
import _immure_report
import _immure_stdio

GLOBALS_MAX = 1 << 20

describe = _immure_report.describe


def begin(job):
    """Make the process this job's: {filename, source, args, env, files, stdin,
    globals, seed}.  args is all of sys.argv.  Raises ValueError
    for globals that are no JSON object, and OSError for files that can't be
    where they are to be; nothing else of the job can be wrong."""
    filename = job["filename"]
    _immure_files.add(job["files"])
    _immure_stdio.set_stdin(job["stdin"])
    for name in list(os.environ):
        del os.environ[name]
    for name, value in job["env"]:
        os.environ[name] = value
    sys.argv[:] = job["args"] or [filename]
    _immure_modules.start(_immure_modules.search_path(job["env"]))
    _immure_report.set_guest(filename, job["source"])
    global _seed
    _seed = job["seed"]
    reseed()
    space = vars(_main)
    space["__loader__"] = None
    if not filename.startswith("<"):
        space["__file__"] = filename
    if job["globals"] is not None:
        space.update(_read_globals(job["globals"]))


def next_step(job):
    """A session goes on: names, random state and environment stay; what the
    job brings is added, and stdin is its own."""
    _immure_files.add(job["files"])
    _immure_stdio.set_stdin(job["stdin"])
    _immure_report.set_guest(job["filename"], job["source"], earlier=True)
    if job["seed"] is not None:
        global _seed
        _seed = job["seed"]
        reseed()
    if job["globals"] is not None:
        vars(_main).update(_read_globals(job["globals"]))


def plain_parts():
    """What the host sets for a job that brings nothing but its code, in a
    process where begin() has done the rest: (sys.argv, sources, the guest's
    name, what reseeds, logging's handlers, how many functions the library
    wants to be called at exit).

    logging wants one, which does nothing as long as no handler is there but
    its own: the host looks, and calls it where there are others."""
    random = sys.modules.get("random")
    logging = sys.modules.get("logging")
    seed = reseed
    if random is not None and "numpy" not in sys.modules:
        seed = super(random.Random, random._inst).seed
    handlers = ()
    if logging is not None:
        atexit.unregister(logging.shutdown)
        handlers = (logging._handlerList, logging.shutdown)
    return (sys.argv, _immure_report._sources, _immure_report._guest, seed,
            handlers, atexit._ncallbacks())


_seed = None


def reseed():
    """No two forks of a zygote may draw the same numbers, unless asked."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed(_seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        words = random.Random(_seed)
        numpy.random.seed([words.getrandbits(32) for _ in range(8)])
    uuid = sys.modules.get("uuid")
    if uuid is not None:
        uuid._node = uuid._last_timestamp = None


def _read_globals(text):
    global _encoder, _decode
    import json
    _encoder, _decode = json.JSONEncoder(allow_nan=False), json.loads
    values = json.loads(text)
    if type(values) is not dict:
        raise ValueError("globals: not a JSON object")
    return values


_encoder = _decode = None   # set when the job has globals


def finish_globals():
    """The globals of __main__ that survive JSON, as a JSON object's text.

    The rule is CodeJail's json_safe: a value of another type, or one that does
    not dump, is left out, never an error.  Numbers that other parsers of JSON
    refuse (over 64 bits, NaN) and lone surrogates count as not dumping.
    """
    given = vars(_main)
    parts, room = [], GLOBALS_MAX - 2
    for name, value in list(given.items()):
        if type(name) is not str or name.startswith("__"):
            continue
        part = _dump_pair(name, value, _encoder, _decode)
        if part is not None and len(part) + 2 <= room:
            room -= len(part) + 2
            parts.append(part)
    return "{" + ", ".join(parts) + "}"


_SAFE = (type(None), int, float, str, list, tuple, dict)


def _dump_pair(name, value, encoder, decode):
    if not isinstance(value, _SAFE):
        return None
    try:
        text = encoder.encode({name: value})[1:-1]
        again = decode("{" + text + "}", parse_int=_small_int)
        _check_text(again)
    except Exception:
        return None
    return text


def _small_int(digits):
    """The result's checker reads numbers as doubles, though it passes on all
    their digits: an int it could not read would cost all globals."""
    if len(digits) > 300:
        raise ValueError("over 300 digits")
    return int(digits)


def _check_text(value):
    """Raise for a lone surrogate, or for a key with a NUL."""
    queue = [value]
    while queue:
        item = queue.pop()
        if type(item) is str:
            item.encode("utf-8")
        elif type(item) is dict:
            queue.extend(item.values())
            for key in item:
                key.encode("utf-8")
                if "\0" in key:
                    raise ValueError("NUL in a key")
        elif type(item) is list:
            queue.extend(item)
