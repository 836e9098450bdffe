"""Files below a folder, named by whoever wrote a list of them: nothing outside of the folder is ever read."""

import errno
import os
import stat
from pathlib import Path

from workflows.documents.document import LONGEST_NAME
from workflows.documents.refusals import DocumentRefused, Why

_NEVER_FOLLOWED = os.O_NOFOLLOW | os.O_CLOEXEC
_IN_WORDS = {
    errno.ELOOP: "it is a link, and none is followed: put the file itself there",
    errno.ENOTDIR: "its folder is a link or a file, and no link is followed: put the folder itself there",
}
"""Errors whose own words do not say what to do."""


def file_below(folder: Path, named: str, *, most: int) -> bytes:
    """Return the content of a file that is named by its path from a folder. Raise `DocumentRefused`.

    Neither an absolute path nor `..` is taken, no link is followed, and only a file is read. `most`: bytes.
    """
    parts = named.split("/")
    if "\0" in named or "\\" in named or any(part in ("", ".", "..") for part in parts):
        raise DocumentRefused(
            Why.OTHER_KIND, "a document is named by its path from the folder of the file, without .. and links"
        )
    shown = parts[-1][:LONGEST_NAME]
    try:
        file = _opened(folder, parts)
    except (OSError, UnicodeError) as error:
        why = _why(error) if isinstance(error, OSError) else "its name cannot be one of a file"
        raise DocumentRefused(Why.BROKEN, f"{shown} cannot be read: {why}") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise DocumentRefused(Why.OTHER_KIND, f"{shown} is not a file")
        with os.fdopen(file, "rb", closefd=False) as reading:
            data = reading.read(most + 1)
    finally:
        os.close(file)
    if len(data) > most:
        raise DocumentRefused(Why.TOO_LARGE, f"{shown} is larger than {most:,} bytes")
    return data


def _why(error: OSError) -> str:
    return _IN_WORDS.get(error.errno or 0) or error.strerror or type(error).__name__


def _opened(folder: Path, parts: list[str]) -> int:
    """Open a file step by step from its folder, so that nobody can put a link in the way meanwhile."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            deeper = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NEVER_FOLLOWED, dir_fd=here)
            os.close(here)
            here = deeper
        # A pipe would not open before somebody writes to it.
        return os.open(parts[-1], os.O_RDONLY | os.O_NONBLOCK | _NEVER_FOLLOWED, dir_fd=here)
    finally:
        os.close(here)
