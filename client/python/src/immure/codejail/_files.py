"""Files of the host, as contents for a guest."""

from __future__ import annotations

import io
import os
import posixpath
import zipfile
from typing import Dict, Iterable, Iterator, Optional, Tuple, Union

Files = Dict[str, bytes]
ExtraFiles = Iterable[Tuple[str, Union[bytes, str]]]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _walk(path: str, name: str) -> Iterator[Tuple[str, str]]:
    """(path, name in the jail) of everything at and below PATH, links not
    followed; names of folders end in a slash."""
    if os.path.islink(path) or not os.path.isdir(path):
        yield path, name
        return
    yield path, name + "/"
    for entry in sorted(os.listdir(path)):
        yield from _walk(os.path.join(path, entry), name + "/" + entry)


def _target(name: str, link: str) -> Optional[str]:
    """What a link means inside the jail, if it points inside at all."""
    if os.path.isabs(link):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def gather(paths: Iterable[str]) -> Files:
    """The contents of files and folders, by name.

    A symbolic link is what it points to, if that is given as well.  Any other
    is left out: it would show the guest a file that nobody gave it.
    """
    found: Files = {}
    links: Dict[str, str] = {}
    for top in paths:
        for path, name in _walk(top, os.path.basename(top)):
            if os.path.islink(path):
                links[name] = os.readlink(path)
            else:
                found[name] = b"" if name.endswith("/") else _read(path)
    for _ in range(len(links)):  # links may point to links
        for name, link in links.items():
            target = _target(name, link)
            if target in found:
                found[name] = found[target]
    return found


def unpack(name: str, content: bytes) -> Files:
    """A zip file of modules as a folder of its name."""
    found: Files = {name + "/": b""}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            path = posixpath.normpath(posixpath.join(name, member))
            if not member.endswith("/") and path.startswith(name + "/"):
                found[path] = archive.read(member)
    return found


def extra(files: Optional[ExtraFiles]) -> Files:
    return {name: content.encode("utf-8") if isinstance(content, str)
            else bytes(content) for name, content in files or ()}
