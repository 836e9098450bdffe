"""Verifies what goes alone: each open epoch is computed again from the rows of its cases and from their labels.

What is kept of it has to follow from them, and how far its version goes from the newest act in the audit, which is
sealed. While it reads, labels go on coming: what is found twice alike is a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from store.governance import audit, teams
from store.learning import epochs as kept
from store.schema import Epoch, EpochCase
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.proof.views import Finding, FindingKind, Verdict
from workflows.quality.autonomy import moves
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.evidence import evidence_of

ACTS = ("epoch.began", "epoch.let", "epoch.withdrawn", "epoch.narrowed")
"""Acts after which a version goes further or less far than before."""
_AT_ONCE = 500
"""Cases that are held against their labels in one go."""
_TRIES = 3
"""Times that an epoch is looked at which changes meanwhile."""


class Wrong(StrEnum):
    """Kinds of what does not follow."""

    LABELS = "labels"
    """A case is worked in with another label than people's last word."""
    EVIDENCE = "evidence"
    """The evidence that is kept is not what the cases and their labels give."""
    REACH = "reach"
    """It goes further than the evidence permits, or otherwise than the audit says."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Something about an epoch that does not follow."""

    wrong: Wrong
    case: int | None
    seen: tuple[Any, ...]
    """Its row as it was then. Any: columns."""


def with_epochs(context: Context, verdict: Verdict) -> Verdict:
    """Return a verdict on the database with what came of its open epochs.

    Where the rows of the audit are not as they were sealed, the verdict is returned as it is.
    """
    if not verdict.is_right:
        return verdict
    with context.database.read() as session:
        opened = [
            (epoch.id, epoch.number, teams.workflow_name(session, epoch.workflow_id, team=context.team))
            for epoch in kept.open_ones(session, team=context.team)
        ]
    findings = list[Finding]()
    for epoch, number, name in opened:
        found = _looked_at(context, epoch)
        if found is not None and not findings:
            said = f"{name} {number}: {found.wrong}"
            findings.append(Finding(kind=FindingKind.EVIDENCE_CHANGED, case=found.case, said=said))
    return replace(verdict, findings=findings, epochs=len(opened))


def _looked_at(context: Context, epoch: int) -> _Found | None:
    """Return what does not follow; None where all does."""
    before: _Found | None = None
    for _ in range(_TRIES):
        with context.database.read() as session:
            found = _found(session, context, epoch)
        if found is None or found == before:
            return found
        before = found
    return None


def _found(session: Session, context: Context, epoch: int) -> _Found | None:
    row = kept.get(session, epoch, team=context.team)
    if row is None or row.ended_at is not None:
        return None
    seen = (row.change, row.looked_at, row.worked_until, row.permitted, row.state)
    other = next(_other_labels(session, context, row), None)
    if other is not None:
        return _Found(wrong=Wrong.LABELS, case=other, seen=seen)
    newest = kept.newest_cases(session, [row.id], team=context.team).get(row.id, 0)
    again, earning = evidence_of(session, context, row, until=row.worked_until), Earning.read(row.state)
    if not is_same(earning, again) or row.looked_at != again.labels or max(row.worked_until, row.seen_until) > newest:
        return _Found(wrong=Wrong.EVIDENCE, case=None, seen=seen)
    permitted = again.permitted.at if again.permitted is not None else None
    goes_too_far = row.level in moves.ALONE and (row.floor is None or not again.permits(row.floor))
    is_as_looked_at = _is_looked_at_enough(row, earning) and _is_as_promised(session, context, row, earning)
    if row.permitted != permitted or goes_too_far or not is_as_looked_at or not _is_as_audited(session, context, row):
        return _Found(wrong=Wrong.REACH, case=None, seen=seen)
    return None


def is_same(one: Earning, other: Earning) -> bool:
    """Tell whether two are the same evidence, whatever is looked at next."""
    return (one.certifier, one.alarm, one.labels) == (other.certifier, other.alarm, other.labels)


def _other_labels(session: Session, context: Context, epoch: Epoch) -> Iterator[int]:
    """Yield the cases of an epoch that are worked in otherwise than people's last word says."""
    after, team = 0, context.team
    while lines := kept.rows_after(session, epoch.id, team=team, after=after, limit=_AT_ONCE):
        words = kept.last_words(session, {one.case_id for one in lines}, team=team)
        drawn = kept.drawn_of(session, [one.run_id for one in lines if one.alone], team=team)
        yield from (one.case_id for one in lines if _is_otherwise(one, words.get(one.run_id), drawn))
        after = lines[-1].id


def _is_otherwise(row: EpochCase, word: kept.Word | None, drawn: set[int]) -> bool:
    if row.alone and row.run_id not in drawn:
        return row.label_id is not None
    said = (word.label, word.is_error) if word is not None else (None, None)
    return (row.label_id, row.is_error) != said


def _is_looked_at_enough(epoch: Epoch, earning: Earning) -> bool:
    """Tell whether as much is looked at as its evidence asks for, whatever share its workflow declares."""
    goes_alone = epoch.level in moves.ALONE and epoch.floor is not None and epoch.held is None
    least = epoch.probability if goes_alone else 1.0
    return epoch.least == least and epoch.probability >= earning.probability(0)


def _is_as_promised(session: Session, context: Context, epoch: Epoch, earning: Earning) -> bool:
    """Tell whether its evidence is held against the promise with which it began."""
    subject, promise = SubjectKind.EPOCH.of(epoch.id), earning.certifier.promise
    began = audit.last(session, team=context.team, subject=subject, action="epoch.began")
    said = (began.details.get("wrong"), began.details.get("sure")) if began is not None else None
    return (epoch.wrong, epoch.sure) == (promise.wrong, promise.sure) and said == (str(epoch.wrong), str(epoch.sure))


def _is_as_audited(session: Session, context: Context, epoch: Epoch) -> bool:
    subject = SubjectKind.EPOCH.of(epoch.id)
    acts = [audit.last(session, team=context.team, subject=subject, action=action) for action in ACTS]
    newest = max((one for one in acts if one is not None), key=lambda one: one.id, default=None)
    if newest is None:
        return False
    floor = str(epoch.floor) if epoch.floor is not None else None
    return (newest.details.get("level"), newest.details.get("floor")) == (epoch.level.value, floor)
