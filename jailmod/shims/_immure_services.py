"""The machine's time and the operator's log, by gateways of the kinds clock
and log.

    from immure.gateway import clock, log
    log.info("paid", amount=12.5, at=clock.now().isoformat())
"""
import _immure_gateway as _gateway

__all__ = ["Clock", "Log"]


class Clock:
    """The time outside, as far as the operator lets it be known."""

    __module__ = "immure.gateway"

    def __init__(self, name=None):
        self._name = name

    def named(self, name):
        """The same of the gateway NAME, where a program has several."""
        return Clock(name)

    def time_ns(self):
        """Nanoseconds since 1970."""
        answer = _gateway.ask(_gateway.pick("clock", self._name), b"")
        return int.from_bytes(answer, "little")

    def time(self):
        """Seconds since 1970."""
        return self.time_ns() / 1e9

    def now(self, tz=None):
        """The same as a datetime, of UTC or of the time zone TZ."""
        import datetime
        seconds, ns = divmod(self.time_ns(), 10 ** 9)
        then = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        then = then.replace(microsecond=ns // 1000)
        return then if tz is None else then.astimezone(tz)


class Log:
    """Lines in the operator's log."""

    __module__ = "immure.gateway"

    def __init__(self, name=None):
        self._name = name

    def named(self, name):
        """The same of the gateway NAME, where a program has several."""
        return Log(name)

    def write(self, level, text, /, **fields):
        """Append a line: LEVEL is debug, info, warning, error or critical;
        FIELDS are numbers, texts, True, False or None."""
        import json
        data = json.dumps({"level": level, "text": _whole(str(text)),
                           "fields": {name: _whole(value) for name, value
                                      in fields.items()}}, allow_nan=False)
        _gateway.ask(_gateway.pick("log", self._name), data.encode("ascii"))

    def debug(self, text, /, **fields):
        """write("debug", ...)"""
        self.write("debug", text, **fields)

    def info(self, text, /, **fields):
        """write("info", ...)"""
        self.write("info", text, **fields)

    def warning(self, text, /, **fields):
        """write("warning", ...)"""
        self.write("warning", text, **fields)

    def error(self, text, /, **fields):
        """write("error", ...)"""
        self.write("error", text, **fields)

    def critical(self, text, /, **fields):
        """write("critical", ...)"""
        self.write("critical", text, **fields)

    def handler(self, level=0):
        """A handler of the module logging, whose records come here."""
        import logging
        outer = self

        class Handler(logging.Handler):
            """Records to the operator's log."""

            def emit(self, record):
                try:
                    outer.write(_level_name(record.levelno),
                                self.format(record)[:2000],
                                logger=record.name[:200])
                except Exception:
                    self.handleError(record)

        return Handler(level)


def _whole(value):
    """A text without halves of characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value


def _level_name(number):
    return ("debug", "info", "warning", "error",
            "critical")[min(max(number // 10 - 1, 0), 4)]
