"""Limits by CodeJail's names; docs/codejail.md says what each does here."""

from __future__ import annotations

import logging
from typing import Dict, Optional

log = logging.getLogger("codejail")

Limits = Dict[str, Optional[int]]

DEFAULT_LIMITS: Limits = {
    "CPU": 1,       # seconds of processor time; 0: a day
    "REALTIME": 1,  # seconds; 0: a day
    "VMEM": 0,      # bytes; 0: 1 GB
    "FSIZE": 0,     # bytes that may be written to files together
    "NPROC": 15,    # without effect: a guest has no processes
    "PROXY": None,  # without effect: nothing forks
}

LIMITS: Limits = DEFAULT_LIMITS.copy()

LIMIT_OVERRIDES: Dict[str, Limits] = {}


def set_limit(limit_name: str, value: Optional[int]) -> None:
    """Set a limit for all jails of the process."""
    LIMITS[limit_name] = value


def override_limit(limit_name: str, value: Optional[int],
                   limit_overrides_context: str) -> None:
    """Set a limit for the runs that name this context.  ``PROXY`` has none:
    trying so is logged, and ignored."""
    if limit_name == "PROXY" and value != LIMITS["PROXY"]:
        log.error("PROXY can't be overridden for %r: it stays %r",
                  limit_overrides_context, LIMITS["PROXY"])
        return
    LIMIT_OVERRIDES.setdefault(limit_overrides_context, {})[limit_name] = value


def get_effective_limits(overrides_context: Optional[str] = None) -> Limits:
    """The limits of a run in this context; one that is unknown has none of
    its own."""
    own = LIMIT_OVERRIDES.get(overrides_context, {}) if overrides_context \
        else {}
    return {**LIMITS, **own}
