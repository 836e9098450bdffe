"""Audit rows and seals as the database keeps them, turned into records. Whatever stands there, there is a record."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from store.db.database import Database
from store.governance import seals
from store.governance.seals import FIRST, Raw
from workflows.engine.proof.audit_form import AuditRecord
from workflows.engine.proof.chain import SealRecord, unpacked_ids, unpacked_leaves

LAST = 2**63 - 1
"""An id after each other."""
_AT_ONCE = 4_096
"""Rows of one reading transaction: a long one would keep SQLite from tidying up behind it."""
_SEALS = 64
"""Seals of one reading transaction."""


class Unreadable(ValueError):
    """A seal holds something that no seal has."""


def audit_rows(database: Database, *, team: int, after: int = FIRST, until: int = LAST) -> Iterator[AuditRecord]:
    """Yield the audit rows after an id, up to another, in their order, in one reading transaction for some thousand."""
    while True:
        with database.read() as session:
            found = seals.rows_after(session, team=team, row=after, until=until, limit=_AT_ONCE)
        yield from (record_of(team, raw) for raw in found)
        if len(found) < _AT_ONCE:
            return
        after = found[-1][0]


def kept_seals(database: Database, *, team: int, after: int = 0) -> Iterator[SealRecord]:
    """Yield the seals after a number, in their order. Raise `Unreadable` for one that holds what no seal has."""
    while True:
        with database.read() as session:
            found = seals.seals_after(session, team=team, number=after, limit=_SEALS)
        yield from (seal_of(team, raw) for raw in found)
        if len(found) < _SEALS:
            return
        after = found[-1][0]


def record_of(team: int, raw: Raw) -> AuditRecord:
    """Return an audit row from what the driver gives."""
    id, at, actor, action, kind, subject, case, details = raw
    return AuditRecord(
        team=team,
        id=id,
        at=moment(at),
        actor=_said(actor),
        action=_said(action),
        subject_kind=_said(kind),
        subject_id=_said(subject),
        case=_said(case),
        details=_parsed(details),
    )


def seal_of(team: int, raw: Raw) -> SealRecord:
    """Return a seal from what the driver gives. Raise `Unreadable`."""
    number, previous, count, last_row, root, sealed_at, row_ids, leaves, head, key_id, signature = raw
    whole, texts, packed = (number, count, last_row), (previous, root, head), (row_ids, leaves)
    if not (
        all(type(one) is int for one in whole)
        and all(isinstance(one, str) for one in texts)
        and all(isinstance(one, bytes | memoryview) for one in packed)
        and all(one is None or isinstance(one, str) for one in (key_id, signature))
    ):
        raise Unreadable(f"seal {number!r}")
    try:
        ids, hashes = unpacked_ids(bytes(row_ids)), unpacked_leaves(bytes(leaves))
    except ValueError as error:
        raise Unreadable(f"seal {number}: {error}") from error
    return SealRecord(
        team=team,
        number=number,
        previous=previous,
        count=count,
        last_row=last_row,
        root=root,
        sealed_at=moment(sealed_at),
        row_ids=ids,
        leaves=hashes,
        head=head,
        key_id=key_id,
        signature=signature,
    )


def moment(at: object) -> str:
    """Return a time as it is sealed: in UTC, to the microsecond. What is no time stays as it is, as a text."""
    match at:
        case datetime():
            aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            return f"{aware.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
        case str() if len(at) == 26 and at[10] == " ":
            return f"{at[:10]}T{at[11:]}Z"
        case _:
            return str(at)


def _said(value: object) -> object:
    """Return a value that JSON can say."""
    return value if value is None or isinstance(value, str | int | float) else ascii(value)


def _parsed(details: object) -> object:
    """Return the details; the text that stands in their place where that is no JSON."""
    if not isinstance(details, str):
        return details if isinstance(details, dict | list) else _said(details)
    try:
        return json.loads(details)
    except (ValueError, RecursionError):
        return details
