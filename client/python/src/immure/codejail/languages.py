"""Languages by name.  immure runs Python; the rest is here to be imported."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence


class Language(NamedTuple):
    name: str
    argv: Sequence[str]
    safe_exec_template: Optional[str]


other = Language("other", (), None)
python2 = Language("python2", (), "")
python3 = Language("python3", (), "")
