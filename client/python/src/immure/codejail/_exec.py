"""safe_exec(): the exec statement, in a guest."""

from __future__ import annotations

import inspect
import json
import logging
import os
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from .._result import Result
from . import _files
from ._engine import Run, execute
from .exceptions import JailError, SafeExecException
from .util import JailResult, json_safe

log = logging.getLogger("codejail")

_RUNNER = '''\
import json
import sys
from typing import Any
class _Quiet:
    def write(self, *args): pass
    def flush(self, *args): pass
sys.stdout = _Quiet()
sys.path.extend(%(path)r)
_code, _space = json.load(sys.stdin)
exec(_code, _space)
%(json_safe)s
_safe = json.dumps(json_safe(_space))
del _code, _space
'''


def _on_path(python_path: Sequence[str], given: Sequence[str]
             ) -> Tuple[List[str], Dict[str, bytes]]:
    """Names for sys.path, and the files behind those that no extra file is."""
    names, found = [], {}
    extra = {name.split("/")[0] for name in given}
    for path in python_path:
        name = os.path.basename(path)
        names.append(name)
        if name in extra:
            continue
        for file, content in _files.gather([path]).items():
            zipped = file == name and content.startswith(b"PK")
            found.update(_files.unpack(name, content) if zipped
                         else {file: content})
    return names, found


def run_exec(run: Run, globals_dict: Optional[Mapping[str, Any]],
             python_path: Optional[Sequence[str]]
             ) -> Tuple[JailResult, Result]:
    """RUN's code over these globals: the result's globals have the text that
    new_globals() reads."""
    extra = list(run.extra_files or ())
    names, found = _on_path(python_path or (), [name for name, _ in extra])
    code = _RUNNER % {"path": names, "json_safe": inspect.getsource(json_safe)}
    stdin = json.dumps([run.code, json_safe(globals_dict or {})])
    return execute(replace(run, code=code, stdin=stdin, extra_files=extra,
                           more=found))


def failed(res: JailResult) -> SafeExecException:
    return SafeExecException(
        "Couldn't execute jailed code: stdout: %r, stderr: %r with status "
        "code: %s" % (res.stdout, res.stderr, res.status))


def new_globals(result: Result) -> Dict[str, Any]:
    text: Union[str, Any] = result.globals.get("_safe")
    if not isinstance(text, str):
        raise JailError("the jailed code left no globals: it ended early, or "
                        "they are over 1 MB")
    try:
        space = json.loads(text)
    except ValueError:
        space = None
    if not isinstance(space, dict):
        raise JailError("the jailed code left no JSON object")
    return space
