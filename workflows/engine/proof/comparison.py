"""Compares the rows of a seal with what was sealed, and finds the first that is not as it was. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.engine.proof.audit_form import AuditRecord, Content, content_of
from workflows.engine.proof.chain import SealRecord
from workflows.engine.proof.views import Finding, FindingKind


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRow:
    """A row as it is found, in the place where it is found."""

    id: int
    leaf: bytes
    record: AuditRecord
    line: int | None = None
    """Its line in an export."""


@dataclass(frozen=True, kw_only=True)
class Searches:
    """Looks through all that there is. It takes a while, so it is done for the first finding alone."""

    sealed_as: Callable[[Content], int | None]
    """Finds the id under which a row of this content was sealed; None where none was."""
    found_as: Callable[[int, bytes], int | None]
    """Finds the id of a row whose content was sealed under another id, with that leaf; None where there is none."""
    is_intact: Callable[[int], bool]
    """Tells whether the row with this id is there and as it was sealed."""


def first_difference(seal: SealRecord, found: Sequence[FoundRow], searches: Searches) -> Finding | None:
    """Return the first row that is not as it was sealed; None where all are.

    `found`: the rows from the one after the last seal's last row up to this one's, in their order.
    """
    place = 0
    for index, row in enumerate(found):
        if place < seal.count and row.id == seal.row_ids[place]:
            if row.leaf != seal.leaves[place]:
                return _other_content(seal, row, searches)
            place += 1
            continue
        if row.id not in seal.row_ids:
            return _not_sealed(seal, row, searches)
        if row.id in seal.row_ids[:place]:
            # It stood here before.
            return Finding(kind=FindingKind.DOUBLED, row=row.id, seal=seal.number, line=row.line)
        return _not_here(seal, place, found[index:], searches)
    return _not_here(seal, place, [], searches) if place < seal.count else None


def _not_here(seal: SealRecord, place: int, later: Sequence[FoundRow], searches: Searches) -> Finding:
    """Return the finding for a sealed row that does not stand in its place."""
    id, line = seal.row_ids[place], later[0].line if later else None
    if any(row.id == id for row in later):
        return Finding(kind=FindingKind.REORDERED, row=id, other=later[0].id, seal=seal.number, line=line)
    now = searches.found_as(id, seal.leaves[place])
    kind = FindingKind.DELETED if now is None else FindingKind.REORDERED
    return Finding(kind=kind, row=id, other=now, seal=seal.number, line=line)


def _other_content(seal: SealRecord, row: FoundRow, searches: Searches) -> Finding:
    """Return the finding for a row that holds something else than was sealed."""
    other = searches.sealed_as(content_of(row.record))
    if other == row.id:
        # An export's line that says the same in another way is not the line that was written.
        other = None
    if other is None and _is_later(row.record.at, seal.sealed_at):
        # SQLite gives the number of a last row that was deleted to the next one.
        return Finding(kind=FindingKind.DELETED, row=row.id, seal=seal.number, said="a later row has its number")
    if other is None:
        kind = FindingKind.EDITED
    else:
        kind = FindingKind.DOUBLED if searches.is_intact(other) else FindingKind.REORDERED
    return Finding(kind=kind, row=row.id, other=other, seal=seal.number, line=row.line)


def _not_sealed(seal: SealRecord, row: FoundRow, searches: Searches) -> Finding:
    """Return the finding for a row where none was sealed."""
    other = searches.sealed_as(content_of(row.record))
    if other is None:
        kind = FindingKind.INSERTED
    else:
        kind = FindingKind.DOUBLED if searches.is_intact(other) else FindingKind.REORDERED
    return Finding(kind=kind, row=row.id, other=other, seal=seal.number, line=row.line)


def _is_later(at: str, than: str) -> bool:
    """Tell whether a time is later than another; False where one of them is no time."""
    try:
        return datetime.fromisoformat(at) > datetime.fromisoformat(than)
    except (ValueError, TypeError):
        return False
