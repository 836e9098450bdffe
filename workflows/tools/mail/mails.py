"""A mail as plain values. All of it is untrusted: anybody can write any sender, and any text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address with the name that stands beside it. Whoever wrote the mail chose both."""

    name: str
    """The name as it is shown; empty where there is none."""
    address: str
    """Empty where it is not in the form of an address."""

    def __str__(self) -> str:
        """Write it as people read it."""
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file in a mail."""

    name: str
    """Without a folder; empty where it has none."""
    size: int
    """In bytes; an estimate where the mail is longer than what is read of it."""
    type: str
    """As the mail says it, such as `application/pdf`."""
    data: bytes | None = field(default=None, repr=False)
    """Its content; None where it was not loaded: the mailbox loads no files, or the mail is too large."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail."""

    message_id: str
    """As its sender gave it; made from its content where there is none."""
    sender: Address
    to: Sequence[Address]
    subject: str
    text: str
    """Its plain text; that of its HTML where it has no other."""
    sent_at: datetime | None
    """As the sender says it, in UTC; the time at which it arrived where the sender says none."""
    attachments: Sequence[Attachment]
    is_automatic: bool
    """True for what no person wrote to us: an answer by a program, a bounce, a mailing list."""
    in_reply_to: str | None
    """The message id of the mail that it answers."""
    is_whole: bool
    """False if only a part of it was read, since it is too long, or made so that it cannot be read."""
    raw: bytes | None = field(default=None, repr=False)
    """The mail itself, with its attachments; None where these were not loaded."""

    @property
    def key(self) -> str:
        """The hash of what makes two mails the same one: the message id, the sender, the subject and the text.

        Where files are loaded, these too. A message id alone would let anybody replace the case of another mail.
        """
        files = [sha256(one.data).hexdigest() for one in self.attachments if one.data is not None]
        parts = (self.message_id, str(self.sender), self.subject, self.text, *files)
        return sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]
