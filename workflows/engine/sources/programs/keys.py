"""Keys of sources: made and shown once, accepted, revoked.

A key is random, so its SHA-256 is kept: nobody can find the key by it. It is asked for at each request, in one read of
one row, so that a revoked key stops at once in every process.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from store.db.database import Database, Unavailable
from store.db.time_limits import time_limit
from store.governance import audit
from store.sources import keys
from store.sources.keys import KeyLine, KnownKey
from store.states import SourceKind
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import NotAccepted, Refused, Unknown
from workflows.engine.sources.programs import api_sources
from workflows.engine.sources.programs.settings import ApiSettings
from workflows.engine.sources.views import KeyState, KeyView

log = structlog.get_logger()

MARK = "csk_"
"""The beginning of each key, by which scanners for secrets can find one."""
LONGEST_DAYS = 3_650
"""Most days after which a key expires."""
_BYTES = 32
"""Random bytes of a key."""
_SHOWN = len(MARK) + 8
"""Characters of a key that are kept."""
_LONGEST = 200
"""Most characters of what is taken for a key at all."""
_USED = timedelta(minutes=5)
"""Time between two notes of a key's use."""
_NOTED_WITHIN = 0.5
"""Seconds that the note of a use may wait for the database."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A new key."""

    key: str = field(repr=False)
    """The key itself: to be shown once, and kept nowhere."""
    prefix: str
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The source whose key was accepted, with what it may do."""

    source: int
    """Id of the source."""
    key: int
    """Id of the key."""
    name: str
    """Name of the source."""
    workflows: frozenset[str] | None
    """Names of the workflows that it may hand in for; None: all."""
    may_propose: bool
    per_minute: int
    """Most requests in a minute, of all keys of the source together."""
    most_bytes: int
    """Most bytes of a request."""

    @property
    def actor(self) -> str:
        """Name the source as the audit does."""
        return f"source:{self.name}"

    def may(self, workflow: str) -> bool:
        """Tell whether it may hand in for a workflow, and ask for what it handed in."""
        return self.workflows is None or workflow in self.workflows


def make(context: Context, source: str, *, days: int | None = None, by: str) -> Made:
    """Make a key for a source. `days`: after which it expires; None: never. Raise `Unknown` or `Refused`."""
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"a key expires after 1 to {LONGEST_DAYS:,} days, not {days}")
    key = MARK + secrets.token_urlsafe(_BYTES)
    prefix = key[:_SHOWN]
    with context.database.write(urgent=True) as session:
        row = api_sources.held(session, context, source)
        at = context.clock()
        expires_at = at + timedelta(days=days) if days is not None else None
        keys.add(
            session,
            team=context.team,
            source=row.id,
            prefix=prefix,
            hash=_hash(key),
            by=by,
            at=at,
            expires_at=expires_at,
        )
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="source_key.made",
            subject=SubjectKind.SOURCE.of(row.id),
            case=None,
            details={"source": source, "prefix": prefix, "days": days},
        )
    return Made(key=key, prefix=prefix, expires_at=expires_at)


def revoke(context: Context, prefix: str, *, by: str) -> KeyView:
    """Revoke the key that begins like this. Raise `Unknown`, or `Refused` where several do, or it was revoked."""
    with context.database.write(urgent=True) as session:
        at = context.clock()
        # A whole key may be given, too: only its beginning is compared, and no message repeats what was given.
        begun = prefix.strip()[:_SHOWN]
        lines = [line for line in keys.listed(session, team=context.team) if line.prefix.startswith(begun)]
        if len(begun) <= len(MARK) or not lines:
            raise Unknown("there is no key that begins like this; countersign source key list shows all")
        if len(lines) > 1:
            raise Refused(f"{len(lines)} keys begin like this; give more of its characters")
        (line,) = lines
        if not keys.revoke(session, line.id, team=context.team, by=by, at=at):
            when = f" on {line.revoked_at:%Y-%m-%d}" if line.revoked_at is not None else ""
            raise Refused(f"the key {line.prefix} was revoked{when} already")
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="source_key.revoked",
            subject=SubjectKind.SOURCE.of(line.source),
            case=None,
            details={"source": line.name, "prefix": line.prefix},
        )
    with context.database.read() as session:
        lines = [one for one in keys.listed(session, team=context.team) if one.id == line.id]
    return _view(lines[0], at=at)


def listed(context: Context) -> Sequence[KeyView]:
    """Return all keys by source, the newest first."""
    with context.database.read() as session:
        lines = keys.listed(session, team=context.team)
    at = context.clock()
    return [_view(line, at=at) for line in lines]


def team_of(database: Database, key: str) -> int | None:
    """Return the team that a key was made for; None where there is no such key. It may be revoked, or over."""
    with database.read() as session:
        return keys.team_of(session, hash=_hash(key[:_LONGEST]))


def caller_of(context: Context, key: str) -> Caller:
    """Return whose key this is. Raise `NotAccepted`, for each reason in the same words."""
    hash = _hash(key[:_LONGEST])
    with context.database.read() as session:
        found = keys.known(session, team=context.team, hash=hash, kind=SourceKind.API)
    at = context.clock()
    why = _unusable(found, at=at)
    if found is None or why is not None:
        log.info("source_key.not_accepted", why=why, source=found.name if found is not None else None)
        raise NotAccepted
    if found.used_at is None or found.used_at < at - _USED:
        _note_use(context, found, at=at)
    settings = ApiSettings.model_validate(found.settings)
    return Caller(
        source=found.source,
        key=found.id,
        name=found.name,
        workflows=frozenset(settings.workflows) if settings.workflows is not None else None,
        may_propose=settings.may_propose,
        per_minute=settings.per_minute,
        most_bytes=settings.most_bytes,
    )


def _unusable(key: KnownKey | None, *, at: datetime) -> str | None:
    """Return why a key is not accepted, as a word for the log; None where it is."""
    if key is None:
        return "unknown"
    if key.ended_at is not None:
        return "ended"
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= at else None


def _note_use(context: Context, key: KnownKey, *, at: datetime) -> None:
    """Keep the time of a use. A database with more to do is not waited for: a later use is noted."""
    with suppress(Unavailable), time_limit(_NOTED_WITHIN), context.database.write() as session:
        keys.used(session, key.id, team=context.team, at=at, before=at - _USED)


def _hash(key: str) -> str:
    return sha256(key.encode(errors="surrogatepass")).hexdigest()


def _view(line: KeyLine, *, at: datetime) -> KeyView:
    state = KeyState.USABLE
    if line.revoked_at is not None:
        state = KeyState.REVOKED
    elif line.ended_at is not None:
        state = KeyState.ENDED
    elif line.expires_at is not None and line.expires_at <= at:
        state = KeyState.EXPIRED
    return KeyView(
        source=line.name,
        prefix=line.prefix,
        state=state,
        made_by=line.made_by,
        made_at=line.made_at,
        expires_at=line.expires_at,
        revoked_by=line.revoked_by,
        revoked_at=line.revoked_at,
        used_at=line.used_at,
    )
