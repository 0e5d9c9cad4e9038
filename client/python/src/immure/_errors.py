"""What a run can end with, as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._result import Result


class Error(Exception):
    """The base of all errors of this package."""


class Unavailable(Error):
    """There is no result: immure could not run the code, or lost it.

    :ivar may_have_run: False when no guest has seen the code, so that trying
        again repeats nothing.  True when it was with a supervisor that died.
    :ivar code: one word for the cause: ``"policy"``, ``"wall"``, ``"gone"``,
        ``"busy"``, ``"closed"``, ``"usage"``...
    """

    def __init__(self, message: str, *, may_have_run: bool = False,
                 code: str = "system") -> None:
        super().__init__(message)
        self.may_have_run = may_have_run
        self.code = code


class FunctionError(Error):
    """Raised by a function that a guest calls (:class:`Function`): the call
    failed, and the guest may read why.  It gets the text as
    ``immure.gateway.GatewayError``."""


class RunError(Error):
    """A guest ran, and did not end well.  ``result`` has all of it.

    :ivar result: the :class:`Result`.
    :ivar traceback: the guest's own traceback as a text, or ``""``.  It is
        what the guest says: bounded, but no more to be believed than its
        output.
    """

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result
        self.traceback = result.exception.text if result.exception else ""

    def __str__(self) -> str:
        text = super().__str__()
        return text + "\n\n" + self.traceback if self.traceback else text


class TimeLimit(RunError):
    """Over its processor time, its wall-clock time or its fuel."""


class MemoryLimit(RunError):
    """Over its memory."""


class OutputLimit(RunError):
    """It wrote more than it may."""


class Denied(RunError):
    """It tried what is denied; ``result.denials`` says what, and why."""


class GuestError(RunError):
    """An uncaught exception, or ``sys.exit()`` with a status other than 0."""


class Crashed(RunError):
    """Its process died: of a signal of its own making, or by the wall."""
