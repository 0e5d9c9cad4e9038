"""The API of openedx/codejail, over immure.

    >>> import immure.codejail
    >>> immure.codejail.install()      # from here on it is `import codejail`
    >>> from codejail.jail_code import configure
    >>> from codejail.safe_exec import safe_exec
    >>> configure("python", "/sandbox/bin/python", user="sandbox")
    >>> space = {"a": 1}
    >>> _ = safe_exec("b = a + 1", space)
    >>> space
    {'a': 1, 'b': 2}

Both generations of that API are here: the modules ``jail_code`` and
``safe_exec``, and the objects of ``configure()`` and ``get_codejail()``.
docs/codejail.md says what differs, and why.
"""

from __future__ import annotations

import importlib
import sys

from ._engine import use_policy
from .exceptions import JailError, SafeExecException
from .jail import Jail, configure, get_codejail, is_configured
from .util import JailResult

__all__ = ["Jail", "JailError", "JailResult", "SafeExecException",
           "configure", "get_codejail", "install", "is_configured",
           "use_policy"]

#: What CodeJail calls the release whose API this is.
__version__ = "3.5.0"

_MODULES = ("exceptions", "jail", "jail_code", "languages", "limits",
            "safe_exec", "util", "django_integration",
            "django_integration_utils")


def install() -> None:
    """Put this package under the name ``codejail``, so that programs written
    for that one need no change.

    :raises RuntimeError: when the real one has been imported already.
    """
    here = sys.modules[__name__]
    if sys.modules.get("codejail", here) is not here:
        raise RuntimeError("codejail has been imported already: call "
                           "immure.codejail.install() before that")
    sys.modules["codejail"] = here
    for name in _MODULES:
        sys.modules["codejail." + name] = importlib.import_module(
            "." + name, __name__)
