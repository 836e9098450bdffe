"""The files of the workspace: uploaded by the app in three steps, or by a person in one."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from secrets import token_hex

from bot.sandbox.errors import SlackError
from bot.sandbox.state.clock import Clock

LARGEST = 64_000_000
"""Bytes of a file; a limit of our own, Slack takes 1 GB."""
LONGEST_NAME = 255


class FileMode(StrEnum):
    """Slack's word for where a file is."""

    HOSTED = "hosted"
    EXTERNAL = "external"
    """Elsewhere, such as in a cloud drive: Slack has its address alone."""
    HIDDEN_BY_LIMIT = "hidden_by_limit"
    """Beyond what a free workspace shows."""


_BY_CONTENT = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"GIF8", "gif", "image/gif"),
    (b"II*\x00", "tiff", "image/tiff"),
    (b"MM\x00*", "tiff", "image/tiff"),
    (b"PK\x03\x04", "zip", "application/zip"),
)
_BY_NAME = {
    ".csv": ("csv", "text/csv"),
    ".eml": ("email", "message/rfc822"),
    ".htm": ("html", "text/html"),
    ".html": ("html", "text/html"),
    ".json": ("json", "application/json"),
    ".md": ("markdown", "text/plain"),
    ".svg": ("svg", "image/svg+xml"),
    ".txt": ("text", "text/plain"),
    ".xml": ("xml", "application/xml"),
}
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
"""Types that a picture in a block may have, and that a page shows."""


@dataclass(kw_only=True)
class File:
    """A file, from the moment that somebody asked for a place for it."""

    id: str
    user: str
    """Person, or bot, who uploads it."""
    name: str
    length: int
    """Bytes that were announced."""
    created: float
    """Seconds since 1970."""
    title: str = ""
    alt_text: str = ""
    key: str = field(default_factory=lambda: token_hex(16))
    """Secret part of the address that its bytes are sent to."""
    data: bytes | None = None
    """Its content; None before it was sent."""
    completed: float | None = None
    """Time at which the upload was finished, in seconds since 1970; None before that."""
    channels: list[str] = field(default_factory=list)
    """Conversations that it is shared in."""
    submitted: bool = False
    """True once it was submitted to the app in a modal."""
    mode: FileMode = FileMode.HOSTED
    deleted: bool = False

    @property
    def is_there(self) -> bool:
        return self.completed is not None and not self.deleted

    @property
    def kind(self) -> tuple[str, str]:
        """Slack's word for the type of its content, and its media type."""
        for start, word, media in _BY_CONTENT:
            if (self.data or b"").startswith(start):
                return word, media
        return _BY_NAME.get(PurePosixPath(self.name).suffix.lower(), ("binary", "application/octet-stream"))


class Files:
    """The files, by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, File] = {}
        self.processing_seconds = 0.0
        """Seconds that Slack needs to look through a finished file; before, it has no type and is in no block."""

    def begin(self, user: str, name: str, length: int, *, alt_text: str = "") -> File:
        """Make a place for a file."""
        file = File(
            id=f"F{token_hex(5).upper()}",
            user=user,
            name=name,
            title=name,
            length=length,
            alt_text=alt_text,
            created=self._clock(),
        )
        self._kept[file.id] = file
        return file

    def add(self, user: str, name: str, data: bytes, *, mode: FileMode = FileMode.HOSTED) -> File:
        """Keep a file that a person uploaded."""
        file = self.begin(user, name, len(data))
        file.data, file.mode = data, mode
        self.complete(file)
        return file

    def find(self, id: str) -> File:
        """Return a file that is finished. Raise SlackError."""
        file = self._kept.get(id)
        if file is None or file.completed is None:
            raise SlackError("file_not_found")
        if file.deleted:
            raise SlackError("file_deleted")
        return file

    def any(self, id: str) -> File | None:
        """Return a file in any state."""
        return self._kept.get(id)

    def place(self, key: str) -> File | None:
        """Return the file whose bytes are awaited under a key."""
        return next((file for file in self._kept.values() if file.key == key and file.completed is None), None)

    def complete(self, file: File) -> None:
        file.completed = self._clock()

    def delete(self, file: File) -> None:
        """Delete a file with its content; the messages that it is in say so."""
        file.deleted, file.data = True, None

    def is_processed(self, file: File) -> bool:
        """Tell whether Slack has looked through it."""
        return file.completed is not None and self._clock() >= file.completed + self.processing_seconds
