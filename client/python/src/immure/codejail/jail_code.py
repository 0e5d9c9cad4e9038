"""The generation with functions: jail_code() and its settings."""

from __future__ import annotations

from typing import Any, Optional

from .jail import COMMANDS, Jail, configure as _configure, is_configured
from .limits import (DEFAULT_LIMITS, LIMIT_OVERRIDES, LIMITS,
                     get_effective_limits, override_limit, set_limit)
from .util import JailResult

__all__ = ["COMMANDS", "DEFAULT_LIMITS", "Jail", "JailResult", "LIMITS",
           "LIMIT_OVERRIDES", "configure", "get_effective_limits",
           "is_configured", "jail_code", "override_limit", "set_limit"]


def configure(command: str, bin_path: str, user: Optional[str] = None) -> None:
    """Configure a command for :func:`jail_code`; what is not Python can be
    configured, but not run."""
    _configure(command, bin_path, user)


def jail_code(command: str, *args: Any, **kwargs: Any) -> JailResult:
    """Run a program: :meth:`immure.codejail.Jail.jail_code` of a command.

    :raises Exception: when the command has not been configured.
    """
    if not is_configured(command):
        raise Exception("jail_code needs to be configured for %r" % command)
    return COMMANDS[command].jail_code(*args, **kwargs)
