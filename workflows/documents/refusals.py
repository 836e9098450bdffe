"""Refusals of files, with the reason as a code and in words for whoever handed the file in.

DocumentRefused
DocumentMissing
└── DocumentAltered
"""

from enum import StrEnum


class Why(StrEnum):
    """The reason why a file is refused, as a code for programs."""

    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MUCH_TEXT = "too_much_text"
    TOO_MANY_FILES = "too_many_files"
    """A mail has too many parts, or mails within mails within mails."""
    EMPTY = "empty"
    OTHER_KIND = "other_kind"
    """Its content is of no kind that is read."""
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_SLOW = "too_slow"
    """Reading it took too long, or too much memory."""
    NO_PLACE = "no_place"
    """This installation keeps no documents."""
    BUSY = "busy"
    """Too many others are being read: it can be handed in again later."""
    TOO_MANY_UNNAMED = "too_many_unnamed"
    """Its source handed in too much that no case names: it can be handed in again later."""
    NOT_KEPT = "not_kept"
    """It cannot be written to the shelf now, as on a full disk: it can be handed in again later."""


class DocumentRefused(ValueError):
    """A file is not taken. The message says why, and what to do."""

    def __init__(self, why: Why, message: str, *, found: int | None = None, most: int | None = None) -> None:
        """`found`: the number that is beyond the limit `most`, where a limit is the reason."""
        self.why, self.found, self.most = why, found, most
        super().__init__(message)


class DocumentMissing(Exception):
    """A document is not on the shelf: it was removed, or the shelf is another one."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(self._said(sha256[:12]))

    def _said(self, short: str) -> str:
        return f"document {short} is not on the shelf"


class DocumentAltered(DocumentMissing):
    """A document on the shelf is not as it was put there, so it is not used. Handed in again, it is put there anew."""

    def _said(self, short: str) -> str:
        return f"document {short} on the shelf was changed since it was kept"


def refusal(why: Why, *, found: int | None = None, most: int | None = None) -> DocumentRefused:
    """Return the refusal for a reason. Its words are made here: none of them comes from the process that reads."""
    return DocumentRefused(why, _WORDS[why].format(found=_number(found), most=_number(most)), found=found, most=most)


def _number(value: int | None) -> str:
    return "more" if value is None else f"{value:,}"


_WORDS = {
    Why.TOO_LARGE: "it has {found} bytes, and at most {most} are read: send a smaller file, or its parts one by one",
    Why.TOO_MANY_PAGES: "it has {found} pages, and at most {most} are read: send only the pages that matter",
    Why.TOO_MANY_PIXELS: "a picture in it has {found} pixels, and at most {most} are read: "
    "send it in a lower resolution, such as 300 dpi",
    Why.TOO_MUCH_TEXT: "it has more text than the {most} characters that are read: send only the pages that matter",
    Why.TOO_MANY_FILES: "it has {found} files or parts, and at most {most} are read: "
    "send the files that matter one by one",
    Why.EMPTY: "it is empty: send the file again",
    Why.OTHER_KIND: "by its content it is not a PDF, PNG, JPEG, TIFF or mail, whatever its name says: send it as a PDF",
    Why.ENCRYPTED: "it needs a password to be opened: send it without one",
    Why.BROKEN: "it is broken and cannot be opened: open it on your side, save it anew and send it again",
    Why.TOO_SLOW: "reading it took too much time or memory: print it as a new PDF and send that",
    Why.NO_PLACE: "no folder for documents is set here: set COUNTERSIGN_DOCUMENTS",
    Why.TOO_MANY_UNNAMED: "the files that you handed in and no case names take {found} bytes, and at most {most} are "
    "kept: hand in their cases, or send it again tomorrow",
    Why.NOT_KEPT: "it cannot be kept here now, since the disk is full or its folder cannot be written: send it again "
    "later",
    Why.BUSY: "too many other files are being read just now: send it again in a minute",
}
