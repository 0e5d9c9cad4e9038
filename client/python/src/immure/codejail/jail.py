"""The generation with objects: configure() gives a Jail."""

from __future__ import annotations

from typing import Any, Dict, Optional, Sequence, Union

from . import _exec, languages
from ._engine import Run, execute
from ._files import ExtraFiles
from .exceptions import JailError
from .limits import get_effective_limits
from .util import JailResult

_PYTHONS = ("python", "python3")


class Jail:
    """A command's jail.  ``bin_path`` and ``user`` are kept and not used: the
    interpreter is immure's, and no guest runs as a user of the host."""

    def __init__(self, command: str, bin_path: str,
                 user: Optional[str] = None,
                 lang: Optional[languages.Language] = None) -> None:
        self.command = command
        self.bin_path = bin_path
        self.user = user
        self.lang = lang or (languages.python3 if command in _PYTHONS
                             else languages.other)

    def __getitem__(self, item: str) -> Any:
        return {"user": self.user, "cmdline_start": self.cmdline_start}[item]

    @property
    def cmdline_start(self) -> Sequence[str]:
        return [self.bin_path]

    def _run(self, limit_overrides_context: Optional[str] = None,
             **asked: Any) -> Run:
        if self.lang.safe_exec_template is None:
            raise JailError("immure runs Python, not %s" % self.command)
        return Run(self.command, self.user,
                   get_effective_limits(limit_overrides_context),
                   context=limit_overrides_context, **asked)

    def jail_code(self, code: Optional[str] = None,
                  files: Optional[Sequence[str]] = None,
                  extra_files: Optional[ExtraFiles] = None,
                  argv: Optional[Sequence[str]] = None,
                  stdin: Union[str, bytes, None] = None,
                  limit_overrides_context: Optional[str] = None,
                  slug: Optional[str] = None) -> JailResult:
        """Run a program.

        :param code: its source; without it, ``argv[0]`` names one of the
            files.
        :param files: paths of files and folders that it finds in its working
            directory.
        :param extra_files: pairs of a name and bytes, in the same place.
        :param argv: its arguments.
        :param stdin: what it reads.
        :param limit_overrides_context: see ``limits.override_limit()``.
        :param slug: a name for log messages.
        :raises JailError: when immure can't run it.
        """
        return execute(self._run(
            limit_overrides_context, code=code, files=files, argv=argv,
            extra_files=extra_files, stdin=stdin, slug=slug))[0]

    def safe_exec(self, code: str,
                  globals_dict: Optional[Dict[str, Any]] = None,
                  files: Optional[Sequence[str]] = None,
                  python_path: Optional[Sequence[str]] = None,
                  limit_overrides_context: Optional[str] = None,
                  slug: Optional[str] = None,
                  extra_files: Optional[ExtraFiles] = None
                  ) -> Dict[str, Any]:
        """``exec(code, globals_dict)``, with what survives JSON going in and
        out (:func:`~immure.codejail.util.json_safe`).

        :param python_path: folders, or zip files, of modules to import.
        :return: the new globals; ``globals_dict`` is updated with them, too.
        :raises SafeExecException: when the code raises, or is over a limit.
        :raises JailError: when there is no result.
        """
        run = self._run(limit_overrides_context, code=code, files=files,
                        slug=slug, extra_files=extra_files)
        res, result = _exec.run_exec(run, globals_dict, python_path)
        if res.status != 0:
            raise _exec.failed(res)
        space = _exec.new_globals(result)
        if globals_dict is not None:
            globals_dict.update(space)
        return space


COMMANDS: Dict[str, Jail] = {}


def configure(command: str, bin_path: str, user: Optional[str] = None,
              lang: Optional[languages.Language] = None) -> Jail:
    """Configure a command, ``"python"`` as a rule."""
    COMMANDS[command] = Jail(command, bin_path, user, lang)
    return COMMANDS[command]


def is_configured(command: str) -> bool:
    """Has it been configured?"""
    return command in COMMANDS


def get_codejail(command: str) -> Jail:
    """The jail of a command.

    :raises JailError: when it has not been configured.
    """
    if command not in COMMANDS:
        raise JailError("CodeJail not found for %s" % command)
    return COMMANDS[command]
