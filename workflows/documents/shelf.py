"""The shelf: files by the hash of their content, each kept once, with its reading beside it.

`FolderShelf` is a folder. An object store can be put in its place: it needs the same operations, each on one name, and
no lock. Who may put and who may remove at the same time is settled by rows of the database, see
`workflows.engine.documents`.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import structlog

from workflows.documents.refusals import DocumentMissing, Why, refusal

log = structlog.get_logger()

BEGINNINGS = tuple(f"{number:02x}" for number in range(256))
"""The first two digits of all hashes, by which a shelf is listed part by part."""


@dataclass(frozen=True, kw_only=True)
class Shelved:
    """A file on the shelf, or a part of it that its writer left behind."""

    sha256: str
    size: int
    """Bytes of the file; 0 where only its reading is there."""
    at: datetime
    """Time when it was put there."""
    has_reading: bool


class Shelf(Protocol):
    """A place for files. It is called from several threads and processes at once."""

    def put(self, sha256: str, data: bytes, *, reading: bytes) -> None:
        """Keep a file and its reading, in place of what is there under this hash.

        A file that is there is whole, after a crash, too. Raise `DocumentRefused` where there is no room for it.
        """
        ...

    def file(self, sha256: str) -> bytes:
        """Return a file as it is there. Raise `DocumentMissing`."""
        ...

    def reading(self, sha256: str) -> bytes:
        """Return the reading of a file as it is there. Raise `DocumentMissing`."""
        ...

    def holds(self, sha256: str) -> bool:
        """Tell whether a file is there with its reading."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove a file and its reading, if they are there."""
        ...

    def listed(self, beginning: str) -> Iterator[Shelved]:
        """Yield what is there under hashes that begin with these two digits, in any order."""
        ...

    def tidy(self, beginnings: Iterable[str], before: datetime) -> int:
        """Remove what writers that died left half before this time, of hashes that begin so; returns its number."""
        ...


_READING = ".reading"
_HALF = ".half-"
_HASH = re.compile(r"[0-9a-f]{64}")


class FolderShelf:
    """A shelf in a folder: `ab/abcd…` is a file, and `ab/abcd….reading` its reading. Only its owner can read them."""

    def __init__(self, folder: Path) -> None:
        """Open nothing yet. The folder is made when the first file is put."""
        self.folder = folder

    def put(self, sha256: str, data: bytes, *, reading: bytes) -> None:
        """Keep a file and its reading: each is written beside its place, reaches the disk, and is put there whole."""
        place = self._place(sha256)
        try:
            _make(place.parent)
            # The file comes last: what has no reading yet is not there.
            _write(place.with_suffix(_READING), reading)
            _write(place, data)
            _sync(place.parent)
        except OSError as error:
            log.error("document.not_kept", document=sha256[:12], error=error.strerror or type(error).__name__)
            raise refusal(Why.NOT_KEPT) from error

    def file(self, sha256: str) -> bytes:
        """Return a file as it is there. Raise `DocumentMissing`."""
        return self._read(sha256, self._place(sha256))

    def reading(self, sha256: str) -> bytes:
        """Return the reading of a file as it is there. Raise `DocumentMissing`."""
        return self._read(sha256, self._place(sha256).with_suffix(_READING))

    def holds(self, sha256: str) -> bool:
        """Tell whether a file is there with its reading."""
        place = self._place(sha256)
        return place.is_file() and place.with_suffix(_READING).is_file()

    def remove(self, sha256: str) -> None:
        """Remove a file and its reading, if they are there."""
        place = self._place(sha256)
        for path in (place, place.with_suffix(_READING)):
            path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            _sync(place.parent)

    def listed(self, beginning: str) -> Iterator[Shelved]:
        """Yield the files in one of the folders, and readings without a file."""
        names = {path.name: path for path in self._paths(beginning)}
        for sha in {name.removesuffix(_READING) for name in names}:
            if _HASH.fullmatch(sha):
                with suppress(FileNotFoundError):
                    yield _shelved(sha, file=names.get(sha), reading=names.get(sha + _READING))

    def tidy(self, beginnings: Iterable[str], before: datetime) -> int:
        """Remove files that were begun before this time and never put in their place; returns their number."""
        removed = 0
        for beginning in beginnings:
            for path in self._paths(beginning):
                with suppress(FileNotFoundError):
                    if path.name.startswith(_HALF) and _time(path.stat()) < before:
                        path.unlink()
                        removed += 1
        return removed

    def _place(self, sha256: str) -> Path:
        """Return the path of a file. It is made of nothing but the digits of a hash."""
        if not _HASH.fullmatch(sha256):
            raise DocumentMissing(sha256)
        return self.folder / sha256[:2] / sha256

    def _paths(self, beginning: str) -> list[Path]:
        try:
            return list((self.folder / beginning).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _read(self, sha256: str, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise DocumentMissing(sha256) from None


def _shelved(sha: str, *, file: Path | None, reading: Path | None) -> Shelved:
    found = [path.stat() for path in (file, reading) if path is not None]
    return Shelved(
        sha256=sha,
        size=found[0].st_size if file is not None else 0,
        at=max(map(_time, found)),
        has_reading=reading is not None,
    )


def _time(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)


def _make(folder: Path) -> None:
    """Make a folder that only its owner can enter, with those above it, unless it is there."""
    if folder.is_dir():
        return
    _make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        _sync(folder.parent)


def _write(path: Path, content: bytes) -> None:
    half, name = tempfile.mkstemp(prefix=_HALF, dir=path.parent)
    try:
        with os.fdopen(half, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _sync(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
