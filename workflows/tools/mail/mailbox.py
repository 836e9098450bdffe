"""A mailbox that is looked at over IMAP. It is opened for reading only: nothing in it is marked, moved or deleted.

The cursor is the mailbox's UIDVALIDITY, the last UID, and the day from which mails count. Where the server numbers its
mails anew, the look begins anew at that day, and the keys of cases keep out what came in before.
"""

import imaplib
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from workflows.errors import BadDeclaration, NotAllowed, NotDone, TryAgain
from workflows.tools import calls
from workflows.tools.calls import Called, CallOutcome
from workflows.tools.mail.mails import Mail
from workflows.tools.mail.reading import MOST_BYTES, MOST_WHOLE, read_mail

if TYPE_CHECKING:  # imap-tools comes with the extra "mail"
    from imap_tools import BaseMailBox

Security = Literal["tls", "starttls", "none"]
_PORTS: dict[Security, int] = {"tls": 993, "starttls": 143, "none": 143}
_LAST_PORT = 65_535
_HERE = ("127.0.0.1", "::1", "localhost")
_TIMEOUT = 20.0
"""Seconds for one answer of the server."""
_MOST = 200
"""Most mails of one look, whatever an author writes."""
_MOST_LOADED = 64 * 1024 * 1024
"""Bytes of whole mails in one look: with the mail that goes beyond it, the look ends."""
_CURSOR = re.compile(r"(\d{1,20}):(\d{1,20}):(\d{4}-\d{2}-\d{2})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account at an IMAP server."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int | None = None
    """None: the usual one."""
    security: Security = "tls"
    """tls: encrypted from the beginning; starttls: after a greeting; none: on this machine only."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a port that is none, and an account whose password would be told in the open."""
        if self.port is not None and not 1 <= self.port <= _LAST_PORT:
            raise BadDeclaration(f"the port of a mailbox is a number up to {_LAST_PORT}, not {self.port}")
        if self.security not in _PORTS:
            raise BadDeclaration(f"the security of a mailbox is {', '.join(_PORTS)}, not {self.security!r}")
        if self.security == "none" and self.host not in _HERE:
            raise BadDeclaration(f"the mailbox at {self.host} needs tls or starttls: its password would be readable")


def account_in_environment(prefix: str) -> Callable[[], Account]:
    """Return a function that reads an account from the environment: PREFIX_HOST, _USER, _PASSWORD, _PORT, _SECURITY.

    They are read at each look, so that a renewed password holds at once. It raises `NotAllowed` where one is missing,
    and `BadDeclaration` for one that cannot be.
    """

    def read() -> Account:
        missing = [
            f"{prefix}_{name}" for name in ("HOST", "USER", "PASSWORD") if not os.environ.get(f"{prefix}_{name}")
        ]
        if missing:
            raise NotAllowed(f"no mailbox is set: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
        port = os.environ.get(f"{prefix}_PORT")
        if port and not (port.isascii() and port.isdigit()):
            raise BadDeclaration(f"{prefix}_PORT is a number, not {port!r:.40}")
        return Account(
            host=os.environ[f"{prefix}_HOST"],
            user=os.environ[f"{prefix}_USER"],
            password=os.environ[f"{prefix}_PASSWORD"],
            port=int(port) if port else None,
            security=os.environ.get(f"{prefix}_SECURITY", "tls"),  # type: ignore[arg-type]  # it is checked there
        )

    return read


@dataclass(frozen=True, kw_only=True)
class FoundMail:
    """The mails that one look found, oldest first."""

    mails: Sequence[Mail]
    cursor: str
    more: bool
    """True if there are more to read at once."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A folder of a mailbox, and how much of it is read at a time."""

    account: Account | Callable[[], Account]
    """The account, or a function that returns it when it is needed."""
    folder: str = "INBOX"
    since: date | None = None
    """Day from which mails count, in UTC; None: that of the first look, so that old mail makes no cases."""
    most: int = 50
    """Most mails of one look, at most 200. Of each, 256 kB are read."""
    files: bool = False
    """True to load the contents of attachments, and each mail itself: of mails of up to 36 MB, 64 MB in one look."""
    name: str = "the mailbox"
    """Its name, as people call it."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a number of mails that cannot be."""
        if not 1 <= self.most <= _MOST:
            raise BadDeclaration(f"a look at a mailbox reads 1 to {_MOST} mails, not {self.most}")

    def look(self, cursor: str | None) -> FoundMail:
        """Read the mails after a cursor; None: from the beginning.

        Raise `NotAllowed` where the server does not accept us, `NotDone` for a folder or a certificate that will not
        do, and `TryAgain` where it cannot be reached.
        """
        account = self.account() if callable(self.account) else self.account
        started = time.perf_counter()
        error: str | None = None
        try:
            with _opened(account, self.folder, self.name) as box:
                return self._read(box, cursor)
        except (NotDone, OSError) as failed:
            error = type(failed).__name__
            raise
        finally:
            outcome = CallOutcome.ANSWERED if error is None else CallOutcome.FAILED
            took = (time.perf_counter() - started) * 1000
            calls.note(Called(system=self.name, outcome=outcome, milliseconds=took, error=error))

    def _read(self, box: "BaseMailBox", cursor: str | None) -> FoundMail:
        from imap_tools import AND, U

        validity = _validity(box)
        last, since = 0, self.since
        if (known := _CURSOR.fullmatch(cursor or "")) is not None:
            last = int(known[2]) if int(known[1]) == validity else 0
            since = since or date.fromisoformat(known[3])
        since = since or datetime.now(UTC).date()
        # The server counts days by a clock of its own, which may be a day behind: it is asked for the day before too.
        # It answers `5:*` with its last mail, whatever its number is.
        asked = since - timedelta(days=1)
        uids = sorted({int(uid) for uid in box.uids(AND(uid=U(str(last + 1), "*"), date_gte=asked))} - {0})
        uids = [uid for uid in uids if uid > last]
        taken = uids[: self.most]
        begins = datetime.combine(since, datetime.min.time(), UTC)
        mails: list[Mail] = []
        loaded = 0
        for number, uid in enumerate(taken, 1):
            mail = _mail(box, uid, begins=begins, loads=self.files)
            if mail is not None:
                mails.append(mail)
                loaded += len(mail.raw or b"")
            if loaded > _MOST_LOADED:
                taken = taken[:number]
                break
        place = f"{validity}:{max(taken, default=last)}:{since.isoformat()}"
        return FoundMail(mails=mails, cursor=place, more=len(uids) > len(taken))


def _validity(box: "BaseMailBox") -> int:
    """Return the UIDVALIDITY of the opened folder: as long as it is the same, a UID names the same mail."""
    told = box.client.response("UIDVALIDITY")[1]
    if not told or not isinstance(told[0], bytes) or not told[0].isdigit():
        raise NotDone("the server names no UIDVALIDITY, so nobody can tell which of its mails are new")
    return int(told[0])


def _mail(box: "BaseMailBox", uid: int, *, begins: datetime, loads: bool) -> Mail | None:
    """Read one mail; None where it is gone, or arrived before the time from which mails count.

    BODY.PEEK leaves it unread.
    """
    if loads:
        # Of a mail that is too large to be loaded whole, no more is read than of others.
        found = _SIZE.search(_fetched(box, uid, "(RFC822.SIZE)")[0])
        loads = found is not None and int(found[1]) < MOST_WHOLE
    most = MOST_WHOLE if loads else MOST_BYTES
    said, raw = _fetched(box, uid, f"(RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{most}>)")
    if raw is None:
        return None
    size = _SIZE.search(said)
    told = imaplib.Internaldate2tuple(said)
    arrived_at = datetime.fromtimestamp(time.mktime(told), UTC) if told is not None else None
    if arrived_at is not None and arrived_at < begins:
        return None
    return read_mail(raw, size=int(size[1]) if size is not None else len(raw), arrived_at=arrived_at, loads=loads)


def _fetched(box: "BaseMailBox", uid: int, what: str) -> tuple[bytes, bytes | None]:
    """Return what the server says of a mail, and its bytes; None where it gives none."""
    _, answer = box.client.uid("FETCH", str(uid), what)
    raw: bytes | None = None
    said = b""
    for one in answer:
        if isinstance(one, tuple):
            said += one[0]
            raw = one[1]
        elif isinstance(one, bytes):
            said += one
    return said, raw


@contextmanager
def _opened(account: Account, folder: str, name: str) -> "Iterator[BaseMailBox]":
    """Open a folder for reading. What goes wrong becomes an error that the engine knows, without a secret."""
    try:
        from imap_tools import ImapToolsError, MailboxFolderSelectError
    except ModuleNotFoundError as missing:
        from store.db import extras  # here: an automation that works loads nothing of the store

        raise NotDone(f"mail is fetched with imap-tools ({missing.name} is missing): {extras.advice('mail')}") from None

    try:
        box = _connected(account)
        try:
            _log_in(box, account, name)
            box.folder.set(folder, readonly=True)
            yield box
        finally:
            with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
                box.logout()
    except ssl.SSLCertVerificationError as error:
        raise NotDone(f"the certificate of {account.host} is not accepted: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise TryAgain(
            f"{name} at {account.host} does not speak TLS as asked ({error.reason}): look at its port, and whether it "
            "wants starttls"
        ) from None
    except MailboxFolderSelectError:
        raise NotDone(f"{name} has no folder {folder!r}") from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise TryAgain(f"{name} at {account.host} cannot be read: {type(error).__name__}") from None


def _connected(account: Account) -> "BaseMailBox":
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

    port = account.port or _PORTS[account.security]
    if account.security == "none":
        return MailBoxUnencrypted(account.host, port, timeout=_TIMEOUT)
    made = MailBox if account.security == "tls" else MailBoxStartTls
    return made(account.host, port, timeout=_TIMEOUT, ssl_context=ssl.create_default_context())


def _log_in(box: "BaseMailBox", account: Account, name: str) -> None:
    from imap_tools import ImapToolsError

    is_plain = f"{account.user}{account.password}".isascii()
    try:
        (box.login if is_plain else box.login_utf8)(account.user, account.password, initial_folder=None)
    except (imaplib.IMAP4.abort, OSError):
        raise
    except (imaplib.IMAP4.error, ImapToolsError):
        # What the server says may repeat what it was told.
        raise NotAllowed(f"{name} at {account.host} does not accept the user or the password") from None
