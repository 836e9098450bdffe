"""Seals of the audit, and the rows that they seal, as they are kept: somebody may have altered both.

Rows are read as the driver gives them. What a column cannot hold, such as a time that is none, is somebody's alteration
and no reason to fail.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of, driver_of
from store.schema import AuditRow, Seal

Raw = tuple[Any, ...]
"""A row as the driver gives it."""
_NONE: ColumnElement[int] = literal_column("0")
"""SQLite's statement has an offset in any case."""
FIRST = -(2**63)
"""An id before each other."""


@dataclass(frozen=True, kw_only=True)
class SealHead:
    """A seal without its rows."""

    number: int
    head: str
    last_row: int
    sealed_at: datetime
    key_id: str | None
    signature: str | None


@dataclass(frozen=True, kw_only=True)
class LastSealed:
    """The progress of sealing the audit."""

    number: int | None
    """Number of the last seal, 0 before the first; None where it was altered into something else."""
    row: int
    """The last row that is sealed, and one before each other where none is."""


@dataclass(frozen=True, kw_only=True)
class Unsealed:
    """The rows after the last seal."""

    number: int
    oldest: datetime | None
    """Time of the first of them; None where there is none."""


def newest(session: Session, *, team: int) -> SealHead | None:
    """Return the last seal of a team; None before the first."""
    query = (
        select(Seal.number, Seal.head, Seal.last_row, Seal.sealed_at, Seal.key_id, Seal.signature)
        .where(Seal.team_id == team)
        .order_by(Seal.number.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else SealHead(**row._mapping)


def head_at(session: Session, *, team: int, number: int) -> str | None:
    """Return the head of a team's seal by its number; None where there is no such seal."""
    return session.scalar(select(Seal.head).where(Seal.team_id == team, Seal.number == number))


def last_row(session: Session, *, team: int) -> int:
    """Return the last row that is sealed, and one before each other where none is. The seal may have been altered."""
    return last_sealed(session, team=team).row


def last_sealed(session: Session, *, team: int) -> LastSealed:
    """Tell how far the audit is sealed. The last seal may have been altered."""
    query = select(Seal.number, Seal.last_row).where(Seal.team_id == team).order_by(Seal.number.desc()).limit(1)
    found = session.execute(query).one_or_none()
    if found is None:
        return LastSealed(number=0, row=FIRST)
    number: object = found[0]
    row: object = found[1]
    return LastSealed(number=number if isinstance(number, int) else None, row=row if isinstance(row, int) else FIRST)


def add(session: Session, *, team: int, number: int, **values: Any) -> bool:  # Any: columns of a seal
    """Add a seal; False where another process has added one with this number."""
    return rows.add_new(session, Seal, ("team_id", "number"), team_id=team, number=number, **values) is not None


def sealed_rows(session: Session, *, team: int) -> int:
    """Count all rows that were sealed."""
    return int(session.scalar(select(func.sum(Seal.count)).where(Seal.team_id == team)) or 0)


def first_since(session: Session, *, team: int, at: datetime) -> int | None:
    """Return the number of the first seal that was made at a time or later; None where there is none."""
    return session.scalar(select(func.min(Seal.number)).where(Seal.team_id == team, Seal.sealed_at >= at))


def unsealed(session: Session, *, team: int, at_most: int) -> Unsealed:
    """Count the rows after the last seal, up to so many."""
    last = newest(session, team=team)
    after = last.last_row if last is not None else FIRST
    beyond = select(AuditRow.id).where(AuditRow.team_id == team, AuditRow.id > after).order_by(AuditRow.id)
    number = session.scalar(select(func.count()).select_from(beyond.limit(at_most).subquery())) or 0
    first = select(AuditRow.at).where(AuditRow.team_id == team, AuditRow.id > after)
    return Unsealed(number=number, oldest=session.scalar(first.order_by(AuditRow.id).limit(1)) if number else None)


def seals_after(session: Session, *, team: int, number: int, limit: int) -> Sequence[Raw]:
    """Return the seals after a number in their order, each as number, previous, count, last_row, root, sealed_at,
    row_ids, leaves, head, key_id, signature.
    """
    statement = _seals(connection_of(session).dialect)
    with _any_text(session):
        return statement.run(session, {"team": team, "number": number, "limit": limit}).fetchall()


def rows_after(session: Session, *, team: int, row: int, until: int, limit: int) -> Sequence[Raw]:
    """Return the audit rows after an id in their order, up to another, each as id, at, actor, action, subject_kind,
    subject_id, case_id, details.
    """
    statement = _rows(connection_of(session).dialect)
    with _any_text(session):
        return statement.run(session, {"team": team, "row": row, "until": until, "limit": limit}).fetchall()


@lru_cache(maxsize=MOST)
def _seals(dialect: Dialect) -> Statement:
    query = (
        select(
            Seal.number,
            Seal.previous,
            Seal.count,
            Seal.last_row,
            Seal.root,
            Seal.sealed_at,
            Seal.row_ids,
            Seal.leaves,
            Seal.head,
            Seal.key_id,
            Seal.signature,
        )
        .where(Seal.team_id == bindparam("team"), Seal.number > bindparam("number"))
        .order_by(Seal.number)
        .limit(bindparam("limit", type_=BigInteger))
        .offset(_NONE)
    )
    return compiled(query, dialect)


@lru_cache(maxsize=MOST)
def _rows(dialect: Dialect) -> Statement:
    query = (
        select(
            AuditRow.id,
            AuditRow.at,
            AuditRow.actor,
            AuditRow.action,
            AuditRow.subject_kind,
            AuditRow.subject_id,
            AuditRow.case_id,
            AuditRow.details,
        )
        .where(AuditRow.team_id == bindparam("team"))
        .where(AuditRow.id > bindparam("row"), AuditRow.id <= bindparam("until"))
        .order_by(AuditRow.id)
        .limit(bindparam("limit", type_=BigInteger))
        .offset(_NONE)
    )
    return compiled(query, dialect)


@contextmanager
def _any_text(session: Session) -> Iterator[None]:
    """Have SQLite return texts that are no UTF-8 for the block, which it would refuse to read."""
    driver = driver_of(connection_of(session))
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before = driver.text_factory
    driver.text_factory = _text
    try:
        yield
    finally:
        driver.text_factory = before


def _text(kept: bytes) -> str:
    return kept.decode(errors="backslashreplace")
