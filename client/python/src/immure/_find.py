"""Where immure's programs are."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional, Union

from ._errors import Unavailable

#: A file or folder name.
StrPath = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Programs:
    """The three programs, by their paths."""

    immure: str
    supervisor: str
    zygote: str


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _beside(folder: Path) -> Optional[Programs]:
    """All three from the folder of the command: a build tree has them side by
    side, an installation in ../libexec/immure."""
    command = folder / "immure"
    if not _is_program(command):
        return None
    real = Path(os.path.realpath(command)).parent
    for below in (real, real.parent / "libexec" / "immure"):
        supervisor = below / "immure-supervisor"
        zygote = below / "immure-zygote"
        if _is_program(supervisor) and _is_program(zygote):
            return Programs(str(command), str(supervisor), str(zygote))
    return None


def _folder(path: StrPath) -> Path:
    given = Path(path)
    return given if given.is_dir() else given.parent


def _places() -> Iterator[Path]:
    on_path = shutil.which("immure")
    if on_path:
        yield Path(on_path).parent
    # A source tree that this package has not been installed from.
    for parent in Path(__file__).resolve().parents:
        if (parent / "client" / "python").is_dir():
            yield parent / "build"


def find_programs(bin: Optional[StrPath] = None) -> Programs:
    """Find ``immure`` and the two programs that belong to it.

    :param bin: the folder of ``immure``, or its path.  Without it: the
        environment's ``IMMURE_BIN``, then ``PATH``, then ``build/`` of the
        source tree this package is in.  What is named is not searched past.
    :raises Unavailable: with the code ``"programs"``, when they are not there.

    The supervisor and the zygote are those beside ``immure``, or in
    ``../libexec/immure`` from there.
    """
    named = bin or os.environ.get("IMMURE_BIN")
    looked = [_folder(named)] if named else list(_places())
    for folder in looked:
        found = _beside(folder)
        if found is not None:
            return found
    where = ", ".join(str(folder) for folder in looked) or "PATH"
    raise Unavailable(
        "can't find immure with immure-supervisor and immure-zygote in %s: "
        "install it, or name its folder by IMMURE_BIN" % where,
        code="programs")
