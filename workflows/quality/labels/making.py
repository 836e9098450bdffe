"""The making of labels: decisions are gone through in the order of their ids, and spot checks by the time of their end.

It works beside everything else, in small batches, and an author's code is called outside any transaction. A label is
unique for its decision or spot check, so a batch that is made twice, after a crash or by two processes, is there once.

A decision with a lower id may be committed later. So only those are gone through below which no transaction is open:
see `store.db.snapshots`. A decision draws its id after its review was changed, so its transaction has its own by then.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import snapshots
from store.learning import labels
from store.learning.labels import CheckLine, DecisionLine, Progress
from workflows.engine.context import Context
from workflows.engine.declare.sameness import differing
from workflows.engine.read.edit_changes import changes_from_json, proposed_in
from workflows.engine.review.decisions import DecisionKind, Follows
from workflows.engine.review.spot_checks.views import Origin
from workflows.engine.text.canonical_json import canonical
from workflows.quality.autonomy import working_in
from workflows.quality.autonomy.working_in import is_earned
from workflows.quality.labels.rules import Basis, Facts, LabelKind, Right, Ruling, Verdict, rule

AT_ONCE = 200
"""Decisions, and spot checks, of one batch."""
_PATIENCE = 1.0
"""Seconds to wait for the transactions that are open; then the next look goes on."""
_PAUSE = 0.02
_OVERLAP = timedelta(hours=2)
"""Time before the last look that is looked at again: clocks of processes differ, and what ended may be committed later.
"""

_LOOK_AGAIN = timedelta(seconds=10)
"""Time after which decisions that were taken back are searched for again, where nothing else is to be written."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """The result of a look."""

    labels: int
    """Number of labels that were made."""
    is_more: bool
    """True if there is more to do at once."""


@dataclass(frozen=True, kw_only=True)
class _New:
    """A label that is to be added."""

    kind: LabelKind
    saw: bool
    is_error: bool | None
    wrong: Sequence[str]
    output: int | None
    of: DecisionLine | CheckLine
    judges: bool
    """True if it judges a proposal."""


def make_labels(context: Context, *, limit: int = AT_ONCE) -> Made:
    """Make the labels that are due, at most so many decisions and spot checks at once.

    Raise `store.db.database.Unavailable`.
    """
    team, now = context.team, context.clock()
    with context.database.read() as session:
        seen = labels.progress(session, team=team)
        newest = labels.last_decision(session, team=team)
        horizon = snapshots.next_transaction(session) if newest > seen.decision else None
    until = newest if newest > seen.decision and _is_settled(context, horizon) else seen.decision
    since = seen.spot_checks_until - _OVERLAP if seen.spot_checks_until is not None else None
    with context.database.read() as session:
        decided = labels.decisions_between(session, team=team, after=seen.decision, until=until, limit=limit)
        checked = labels.checks_to_label(session, team=team, since=since, limit=limit)
        ruled = [(line, rule(_facts(line))) for line in decided]
        bodies = contents.bodies(session, _needed(ruled, checked), team=team)
        facts = _facts_left(session, ruled, bodies, team=team)
    # The author's code is called here, outside of any transaction.
    new = [_of_decision(context, line, ruling, bodies, facts) for line, ruling in ruled if ruling is not None]
    new += [_of_check(context, line, bodies) for line in checked if not line.is_handed]
    is_more = len(decided) == limit or len(checked) == limit
    to = replace(
        seen,
        decision=decided[-1].decision if len(decided) == limit else until,
        spot_checks_until=checked[-1].at if len(checked) == limit else now,
        revoked_until=now,
    )
    if not new and not decided and seen.revoked_until is not None and now - seen.revoked_until < _LOOK_AGAIN:
        return Made(labels=0, is_more=False)
    return Made(labels=_keep(context, seen, to, new, now), is_more=is_more)


def _is_settled(context: Context, horizon: int | None) -> bool:
    """Tell whether every transaction that may hold an older decision is over. It waits a little for them."""
    until = time.monotonic() + _PATIENCE
    while True:
        with context.database.read() as session:
            if snapshots.are_over(session, horizon):
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE)


def _facts(line: DecisionLine) -> Facts:
    basis = Basis.OWN
    if line.proposal is None:
        basis = Basis.NONE
    elif line.is_sample or line.is_handed:
        basis = Basis.NO_EVIDENCE
    elif line.was_told:
        basis = Basis.TOLD
    return Facts(
        kind=DecisionKind(line.kind),
        basis=basis,
        confirms=line.confirms,
        unopened=line.unopened,
        revoked=line.is_revoked,
        blind=line.blind,
        closes=line.follows == Follows.CLOSE,
        after_by_hand=line.after_by_hand,
        correction=line.correction > 0,
        reported=line.is_reported,
        checked=line.is_checked,
    )


def _right(line: DecisionLine, ruling: Ruling) -> int | None:
    """Return the content with the right output; None where nobody said it."""
    return {Right.DECIDED: line.output, Right.DELIVERED: line.delivered, Right.UNKNOWN: None}[ruling.right]


def _needed(ruled: Sequence[tuple[DecisionLine, Ruling | None]], checked: Sequence[CheckLine]) -> set[int]:
    """Return the contents that are compared."""
    found = {
        content
        for line, ruling in ruled
        if ruling is not None and ruling.verdict is Verdict.IF_DIFFERING
        for content in (line.proposed, _right(line, ruling))
    }
    found |= {content for line in checked if line.is_error for content in (line.delivered, line.answer)}
    return {content for content in found if content is not None}


def _facts_left(
    session: Session,
    ruled: Sequence[tuple[DecisionLine, Ruling | None]],
    bodies: Mapping[int, str | None],
    *,
    team: int,
) -> Mapping[int, Sequence[str]]:
    """Return the names of the fields that edits changed whose values were removed, by their content."""
    edited = [line.output for line, ruling in ruled if ruling is not None and line.output is not None]
    removed = {content for content in edited if content in bodies and bodies[content] is None}
    found = contents.facts(session, removed, team=team) if removed else {}
    return {content: [change.field for change in changes_from_json(facts)] for content, facts in found.items()}


def _of_decision(
    context: Context,
    line: DecisionLine,
    ruling: Ruling,
    bodies: Mapping[int, str | None],
    facts: Mapping[int, Sequence[str]],
) -> _New:
    right = _right(line, ruling)
    is_error: bool | None = None
    wrong: Sequence[str] = ()
    match ruling.verdict:
        case Verdict.RIGHT:
            is_error = False
        case Verdict.WRONG:
            is_error = True
        case Verdict.IF_DIFFERING:
            one, other = bodies.get(line.proposed or 0), bodies.get(right or 0)
            if one is not None and other is not None:
                wrong = _differing(context, line.name, proposed_in(json.loads(one)), json.loads(other))
                is_error = bool(wrong)
            elif line.blind:
                # Whoever did not see it may have said the same.
                return _New(kind=ruling.kind, saw=False, is_error=None, wrong=(), output=right, of=line, judges=False)
            else:
                # What was removed cannot be compared: what is left of it says which fields were changed.
                wrong = facts.get(right or 0, ())
                is_error = True
    return _New(
        kind=ruling.kind,
        saw=ruling.saw,
        is_error=is_error,
        wrong=wrong,
        output=right,
        of=line,
        judges=ruling.verdict is not Verdict.NOTHING,
    )


def _of_check(context: Context, line: CheckLine, bodies: Mapping[int, str | None]) -> _New:
    """Return the label of a spot check. Right is what the people found so after they looked at both answers."""
    wrong: Sequence[str] = ()
    right = line.delivered
    if line.is_error:
        right = None if line.right == Origin.NEITHER else line.answer
        one, other = bodies.get(line.delivered or 0), bodies.get(line.answer or 0)
        if one is not None and other is not None:
            wrong = _differing(context, line.name, json.loads(one), json.loads(other))
    return _New(
        kind=LabelKind.SPOT_CHECKED if line.is_drawn else LabelKind.PACKED,
        saw=False,
        is_error=line.is_error,
        wrong=wrong,
        output=right,
        of=line,
        judges=line.proposal is not None,
    )


def _differing(
    context: Context, workflow: str, one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]
) -> Sequence[str]:
    if workflow in context.registry:
        return differing(context.registry.get(workflow), one, other)
    # A workflow that is gone has no rule that could be asked.
    return [name for name in {**one, **other} if canonical(one.get(name)) != canonical(other.get(name))]


def _keep(context: Context, seen: Progress, to: Progress, new: Sequence[_New], now: datetime) -> int:
    team, made = context.team, 0
    with context.database.write() as session:
        for one in new:
            made += _add(session, one, team=team)
        since = seen.revoked_until - _OVERLAP if seen.revoked_until is not None else None
        revoked = labels.revoke(session, team=team, since=since, at=now)
        touched = {one.of.case for one in new if is_earned(context, one.of.name)} | set(revoked)
        working_in.learn(session, context, touched, decided=to.decision)
        # Another process may have gone further: then this batch is there already.
        labels.advance(session, seen, to, team=team)
    return made


def _add(session: Session, one: _New, *, team: int) -> bool:
    """Add a label; False where it is there already."""
    of = one.of
    run = of.run
    if isinstance(of, DecisionLine) and of.proposed_by is not None and one.judges:
        run = of.proposed_by
    return (
        labels.add(
            session,
            team=team,
            decision=of.decision if isinstance(of, DecisionLine) else None,
            check=of.check if isinstance(of, CheckLine) else None,
            workflow=of.workflow,
            case=of.case,
            run=run,
            kind=one.kind,
            saw=one.saw,
            by=of.by,
            is_error=one.is_error if one.judges else None,
            wrong=one.wrong,
            output=one.output,
            at=of.at,
            proposal=of.proposal if one.judges else None,
            deployment=of.deployment if one.judges else None,
        )
        is not None
    )
