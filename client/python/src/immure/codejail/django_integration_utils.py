"""The setting CODE_JAIL, without Django."""

from __future__ import annotations

from typing import Any, Mapping

from .jail_code import configure
from .limits import override_limit, set_limit


def apply_django_settings(code_jail_settings: Mapping[str, Any]) -> None:
    """``python_bin`` and ``user`` configure the command ``python``,
    ``limits`` and ``limit_overrides`` set limits."""
    python_bin = code_jail_settings.get("python_bin")
    if python_bin:
        configure("python", python_bin, user=code_jail_settings["user"])
    for name, value in code_jail_settings.get("limits", {}).items():
        set_limit(name, value)
    overrides = code_jail_settings.get("limit_overrides", {})
    for context, limits in overrides.items():
        for name, value in limits.items():
            override_limit(name, value, context)
