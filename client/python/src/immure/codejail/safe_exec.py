"""The generation with functions: safe_exec()."""

from __future__ import annotations

from typing import Any, Dict, Optional

from . import _exec
from .exceptions import SafeExecException
from .jail import COMMANDS, Jail
from .util import json_safe

__all__ = ["SafeExecException", "json_safe", "not_safe_exec", "safe_exec"]

#: Settings of CodeJail's that have no effect here: no code is ever unsafe.
ALWAYS_BE_UNSAFE = False
UNSAFE = False
LOG_ALL_CODE = False

_UNCONFIGURED = Jail("python", "python")


def _jail() -> Jail:
    return COMMANDS.get("python", _UNCONFIGURED)


def safe_exec(code: str, globals_dict: Optional[Dict[str, Any]] = None,
              *args: Any, **kwargs: Any) -> Dict[str, Any]:
    """:meth:`immure.codejail.Jail.safe_exec` of the command ``python``, which
    need not be configured."""
    return _jail().safe_exec(code, globals_dict, *args, **kwargs)


def not_safe_exec(code: str, globals_dict: Optional[Dict[str, Any]] = None,
                  files: Any = None, python_path: Any = None,
                  limit_overrides_context: Optional[str] = None,
                  slug: Optional[str] = None, extra_files: Any = None
                  ) -> Dict[str, Any]:
    """The same: this one runs in the jail as well.  Its exceptions say type
    and message alone."""
    run = _jail()._run(limit_overrides_context, code=code, files=files,
                       slug=slug, extra_files=extra_files)
    res, result = _exec.run_exec(run, globals_dict, python_path)
    if res.status != 0 and result.exception is not None:
        raise SafeExecException("%s: %s" % (result.exception.type,
                                            result.exception.message))
    if res.status != 0:
        raise _exec.failed(res)
    space = _exec.new_globals(result)
    if globals_dict is not None:
        globals_dict.update(space)
    return space
