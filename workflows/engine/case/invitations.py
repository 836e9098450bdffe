"""Invitations to install the app in a workspace: each is a secret in a link, good once and for a while.

Of the secret its hash alone is kept: whoever reads the database can install nothing.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from store.db.database import Database
from store.slack import installations
from store.slack.installations import Invited
from workflows.engine.errors import Refused

LONGEST = timedelta(days=7)
"""Time for which an invitation may be good, at most."""
_KEPT = timedelta(days=30)
"""Time for which one that expired stays in the database."""
_BYTES = 32
_SECRET = re.compile(r"[0-9A-Za-z_-]{43}", re.ASCII)
"""Form of a secret, as base64 has these bytes."""
_WORKSPACE = re.compile(r"[TE][0-9A-Z]{2,30}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Made:
    """An invitation that was made."""

    secret: str
    """It is kept nowhere."""
    until: datetime


def is_workspace(text: str) -> bool:
    """Tell whether a text has the form of an id of a workspace, or of an organisation on Enterprise Grid."""
    return _WORKSPACE.fullmatch(text) is not None


def invite(database: Database, *, for_workspace: str | None, lasts: timedelta, by: str, at: datetime) -> Made:
    """Make an invitation. `for_workspace`: the one that alone may take it. Raise `Refused`."""
    if for_workspace is not None and not is_workspace(for_workspace):
        raise Refused("the id of a workspace begins with T, that of an organisation on Enterprise Grid with E")
    if not timedelta() < lasts <= LONGEST:
        raise Refused(f"an invitation is good for up to {LONGEST // timedelta(hours=1)} hours")
    secret, until = secrets.token_urlsafe(_BYTES), at + lasts
    with database.write() as session:
        installations.forget_invitations(session, before=at - _KEPT)
        installations.invite(session, digest=_digest(secret), for_workspace=for_workspace, by=by, at=at, until=until)
    return Made(secret=secret, until=until)


def find(database: Database, secret: str, *, at: datetime) -> Invited | None:
    """Return an invitation that can still be used; None where there is none. It stays as it is."""
    if not _SECRET.fullmatch(secret):
        return None
    with database.read() as session:
        return installations.open_invitation(session, digest=_digest(secret), at=at)


def use(database: Database, secret: str, *, at: datetime) -> Invited | None:
    """Use an invitation; None where it was used, has expired, or there is none. Of two at once one uses it."""
    if not _SECRET.fullmatch(secret):
        return None
    with database.write(urgent=True) as session:
        return installations.use_invitation(session, digest=_digest(secret), at=at)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
