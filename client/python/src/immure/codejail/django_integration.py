"""Django reads its setting CODE_JAIL when it starts."""

from __future__ import annotations

import importlib
from typing import Any

from .django_integration_utils import apply_django_settings


class ConfigureCodeJailMiddleware:
    """Applies ``settings.CODE_JAIL`` once; no request passes through it."""

    def __init__(self, get_response: Any = None) -> None:
        conf = importlib.import_module("django.conf")
        apply_django_settings(conf.settings.CODE_JAIL)
        raise importlib.import_module(
            "django.core.exceptions").MiddlewareNotUsed
