"""Holds a receipt against the audit rows that it names. Pure.

A receipt is not sealed; the rows are. So its hashes, who decided, and when, have to be what those rows say. What no row
says (seconds with the form open, the workflow's name, the state of a run) is the word of whoever made the receipt.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.engine.proof.receipts.document import DecisionPart, Document, HashPart, RunPart

APPLIED = "delivery.applied"
_SETTLED = "delivery.settled"
_KEPT: Mapping[str, Sequence[str]] = {
    "input": ("input",),
    "proposed": ("proposed",),
    "shown": ("shown",),
    "approved": ("approved",),
    "reason": ("said",),
    "delivered": ("delivered", "intended"),
    "receipt": ("receipt",),
}
"""Name of a hash in a receipt -> its names in the details of an audit row."""
_FACTS = ("code", "terms", "floor", "level", "deployed", "documents")
_DOCUMENT = "document_"
"""Beginning of the names of hashes of documents, which are the same in both."""
_WANTED = frozenset({*(name for names in _KEPT.values() for name in names), *_FACTS})


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvingRow:
    """An audit row on which a receipt may rest."""

    id: int
    case: int
    at: str
    actor: str
    action: str
    details: Mapping[str, str]
    """Hashes, and what the policy went by."""


def proving_row(*, id: int, case: object, at: str, actor: object, action: object, details: object) -> ProvingRow | None:
    """Return an audit row as receipts use it; None where no receipt rests on it. A row may hold anything."""
    if type(case) is not int or not isinstance(actor, str) or not isinstance(action, str):
        return None
    said: Mapping[str, Any] = details if isinstance(details, dict) else {}
    if not (action.startswith(("review.", "delivery.")) or "resolution" in said or "revision" in said):
        return None
    wanted = (name for name in said if name in _WANTED or name.startswith(_DOCUMENT))
    kept = {name: said[name] for name in wanted if isinstance(said[name], str)}
    return ProvingRow(id=id, case=case, at=at, actor=actor, action=action, details=kept)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that a receipt says otherwise than the audit row that it names."""

    what: str
    """The name of a hash, or of another part."""
    row: int | None
    """None where it names no row for it."""
    is_there: bool = True
    """False: the audit has no such row of this case."""


def rows_named(receipt: Document) -> set[int]:
    """Return the numbers of all audit rows that a receipt names."""
    found = {row for run in receipt.runs for row in run.rows}
    found |= {made.row for run in receipt.runs for made in run.decisions if made.row is not None}
    found |= {part.row for run in receipt.runs for part, _ in _claims(run) if part.row is not None}
    return found | {run.policy.row for run in receipt.runs if run.policy is not None}


def differences(
    receipt: Document, rows: Mapping[int, ProvingRow], *, covered: Callable[[int], bool]
) -> Iterator[Difference]:
    """Yield what a receipt says otherwise than its rows.

    `covered`: tells whether a row with that number would be among `rows`; others cannot be compared.
    """
    own = {id: row for id, row in rows.items() if row.case == receipt.case}
    for id in sorted(rows_named(receipt)):
        if id not in own and covered(id):
            yield Difference(what="row", row=id, is_there=False)
    for run in receipt.runs:
        for part, names in _claims(run):
            if part.row is None and part.hash is not None:
                yield Difference(what=names[0], row=None)
            elif (row := own.get(part.row or 0)) is not None and not _holds(row, part, names):
                yield Difference(what=names[0], row=row.id)
        yield from _left_out(run, own)
        for made in run.decisions:
            if (row := own.get(made.row or 0)) is not None and not _decided(row, made):
                yield Difference(what="decision", row=row.id)
        yield from _others(run, own)


def _claims(run: RunPart) -> Iterator[tuple[HashPart, Sequence[str]]]:
    for name, part in run.hashes.items():
        yield part, _KEPT.get(name, (name,))
    for made in run.decisions:
        if made.approved is not None:
            yield made.approved, _KEPT["approved"]
        if made.reason is not None:
            yield made.reason, _KEPT["reason"]


def _left_out(run: RunPart, rows: Mapping[int, ProvingRow]) -> Iterator[Difference]:
    """Yield the hashes of proposed, approved and delivered values, and of documents, that are in a run's rows and not
    in its receipt.
    """
    said = {(part.row, name) for part, names in _claims(run) for name in names}
    for id in run.rows:
        names = {"approved", "delivered"} | ({"proposed"} if run.policy is not None and id == run.policy.row else set())
        documents = {name for name in rows[id].details if name.startswith(_DOCUMENT)} if id in rows else set()
        for name in sorted((names & rows[id].details.keys()) | documents if id in rows else ()):
            if (id, name) not in said:
                yield Difference(what=name, row=id)


def _holds(row: ProvingRow, part: HashPart, names: Sequence[str]) -> bool:
    kept = next((row.details[name] for name in names if name in row.details), None)
    return kept == part.hash


def _decided(row: ProvingRow, made: DecisionPart) -> bool:
    return (row.actor, row.action) == (made.by, f"review.{made.kind}") and _is_at(row, made.at)


def _others(run: RunPart, rows: Mapping[int, ProvingRow]) -> Iterator[Difference]:
    came = rows.get(run.hashes["input"].row or 0) if "input" in run.hashes else None
    if came is not None and not (came.actor == run.handed_in_by and _is_at(came, run.came_in_at)):
        yield Difference(what="what came in", row=came.id)
    documents = ", ".join(f"{one.kind} {one.pages}" for one in run.documents)
    if came is not None and came.details.get("documents", "") != documents:
        yield Difference(what="documents", row=came.id)
    policy = run.policy
    proven = rows.get(policy.row) if policy is not None else None
    if policy is not None and proven is not None:
        floor = proven.details.get("floor")
        named = (policy.code_version, policy.terms, policy.deployed, policy.level)
        said = (*named, None if policy.floor is None else str(policy.floor))
        facts = [proven.details.get(name) for name in ("code", "terms", "deployed", "level")]
        if said != (*facts, None if floor is None else _number(floor)) or not _is_at(proven, policy.at):
            yield Difference(what="policy", row=proven.id)
    settled = run.delivery.settled_by if run.delivery is not None else None
    found = [rows[id] for id in run.rows if id in rows and rows[id].action == _SETTLED]
    if settled is not None and found and all(one.actor != settled for one in found):
        yield Difference(what="who found it delivered", row=found[-1].id)


def _number(said: str) -> str:
    try:
        return str(float(said))
    except ValueError:
        return said


def _is_at(row: ProvingRow, at: datetime | None) -> bool:
    try:
        return at is not None and datetime.fromisoformat(row.at) == at
    except (ValueError, TypeError):
        return False
