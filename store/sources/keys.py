"""Keys of sources: added, found by their hash, revoked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Source, SourceKey
from store.states import SourceKind


@dataclass(frozen=True, kw_only=True)
class KnownKey:
    """A key, as somebody uses it, with its source."""

    id: int
    source: int
    name: str
    """Name of the source."""
    settings: Mapping[str, Any]
    """Those of the source."""
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    ended_at: datetime | None
    """The time at which the source ended."""


@dataclass(frozen=True, kw_only=True)
class KeyLine:
    """A key in a list."""

    id: int
    source: int
    name: str
    """Name of the source."""
    prefix: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None
    used_at: datetime | None
    ended_at: datetime | None
    """The time at which the source ended."""


def add(
    session: Session,
    *,
    team: int,
    source: int,
    prefix: str,
    hash: str,
    by: str,
    at: datetime,
    expires_at: datetime | None,
) -> int:
    """Add a key; returns its id."""
    return rows.add(
        session,
        SourceKey,
        team_id=team,
        source_id=source,
        prefix=prefix,
        hash=hash,
        made_by=by,
        made_at=at,
        expires_at=expires_at,
        revoked_by=None,
        revoked_at=None,
        used_at=None,
    )


def team_of(session: Session, *, hash: str) -> int | None:
    """Return the team whose source has a key with this hash; None where there is none. A key tells whose it is."""
    return session.scalar(select(SourceKey.team_id).where(SourceKey.hash == hash))


def known(session: Session, *, team: int, hash: str, kind: SourceKind) -> KnownKey | None:
    """Return the key with this hash, of a source of this kind; None where there is none."""
    query = (
        select(
            SourceKey.id,
            SourceKey.source_id,
            Source.name,
            Source.settings,
            SourceKey.expires_at,
            SourceKey.revoked_at,
            SourceKey.used_at,
            Source.ended_at,
        )
        .join(Source, Source.id == SourceKey.source_id)
        .where(SourceKey.team_id == team, Source.team_id == team, SourceKey.hash == hash, Source.kind == kind)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    id, source, name, settings, expires_at, revoked_at, used_at, ended_at = found
    return KnownKey(
        id=id,
        source=source,
        name=name,
        settings=settings,
        expires_at=expires_at,
        revoked_at=revoked_at,
        used_at=used_at,
        ended_at=ended_at,
    )


def listed(session: Session, *, team: int) -> list[KeyLine]:
    """Return all keys by source, the newest first."""
    query = (
        select(SourceKey, Source.name, Source.ended_at)
        .join(Source, Source.id == SourceKey.source_id)
        .where(SourceKey.team_id == team)
        .order_by(Source.name, SourceKey.id.desc())
    )
    return [
        KeyLine(
            id=key.id,
            source=key.source_id,
            name=name,
            prefix=key.prefix,
            made_by=key.made_by,
            made_at=key.made_at,
            expires_at=key.expires_at,
            revoked_by=key.revoked_by,
            revoked_at=key.revoked_at,
            used_at=key.used_at,
            ended_at=ended_at,
        )
        for key, name, ended_at in session.execute(query)
    ]


def revoke(session: Session, key: int, *, team: int, by: str, at: datetime) -> bool:
    """Revoke a key; False where it was revoked before, or there is no such key."""
    revoking = update(SourceKey).where(SourceKey.id == key, SourceKey.team_id == team, SourceKey.revoked_at.is_(None))
    revoked = session.scalar(
        revoking.values(revoked_by=by, revoked_at=at).returning(SourceKey.id),
        execution_options={"synchronize_session": False},
    )
    return revoked is not None


def used(session: Session, key: int, *, team: int, at: datetime, before: datetime) -> None:
    """Keep the time of a key's use, unless one after `before` is kept."""
    long_ago = or_(SourceKey.used_at.is_(None), SourceKey.used_at < before)
    noting = update(SourceKey).where(SourceKey.id == key, SourceKey.team_id == team, long_ago)
    session.execute(noting.values(used_at=at), execution_options={"synchronize_session": False})
