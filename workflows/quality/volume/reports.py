"""The go / no-go report of a volume test."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from pydantic import ValidationError
from sqlalchemy.orm import Session

from store import schema
from store.governance import audit, teams
from store.learning import volume_tests
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.quality.evals.risk import floors
from workflows.quality.evals.trials import Outcome
from workflows.quality.volume import bounds
from workflows.quality.volume.bounds import Look
from workflows.quality.volume.views import Failure, FloorRow, PackState, Report, TestLine, Verdict, WhyNot

PROMISE = 0.05
"""Share of wrong cases that may not be passed, where nobody says another."""
_PLACES = 5
"""Places of cases that are named for a kind of failure."""


def report(
    context: Context,
    test: int,
    *,
    promise: float,
    by: str,
    per_day: float | None = None,
    and_then: Callable[[Session, Report], None] | None = None,
) -> Report:
    """Make the report of a volume test from what is known now, and keep it. Raise `Unknown` or `Refused`.

    `promise`: the share of wrong ones that may not be passed, above 0 and below 1. `per_day`: cases of a day; left out,
    as the test knows them. `and_then`: done in the transaction that keeps it.
    """
    if not 0 < promise < 1:
        raise Refused(f"the share of wrong cases is above 0 and below 1, such as 0.05, not {promise:g}")
    with context.database.read() as session:
        row = volume_tests.get(session, test, team=context.team)
        if row is None:
            raise Unknown(f"there is no volume test {test}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        cases = volume_tests.cases(session, test, team=context.team)
    by_hand = context.registry.get(name).review.by_hand if name in context.registry else None
    made = made_of(name, row, cases, promise=promise, per_day=per_day, by_hand=by_hand)
    at = context.clock()
    with context.database.write() as session:
        volume_tests.report(session, test, team=context.team, report=made.model_dump(mode="json"), at=at)
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="volume_test.reported",
            subject=SubjectKind.WORKFLOW.of(row.workflow_id),
            case=None,
            details={"test": test, "verdict": made.verdict.value},
        )
        if and_then is not None:
            and_then(session, made)
    return made


def newest_report(context: Context, workflow: AnyWorkflow) -> Report | None:
    """Return the newest report of a workflow's volume tests; None where none can be read."""
    with context.database.read() as session:
        rows = [row for row in teams.workflows(session, team=context.team) if row.name == workflow.name]
        found = [volume_tests.newest_reported(session, team=context.team, workflow=row.id) for row in rows]
    try:
        return next((Report.model_validate(row.report) for row in found if row is not None), None)
    except ValidationError:
        return None


def is_to_report(state: PackState, newest: Report | None) -> bool:
    """Tell whether all cases of a pack are judged and no report is made of that. `newest`: of the workflow's tests."""
    if not state.tried or not state.packed or state.waiting or state.removed:
        return False
    return newest is None or newest.test < state.test or (newest.test == state.test and newest.waiting > 0)


def listed(context: Context, workflow: str | None, *, limit: int) -> Sequence[TestLine]:
    """Return the newest volume tests, of a workflow or of all."""
    with context.database.read() as session:
        found = volume_tests.newest(session, team=context.team, limit=limit)
    return [
        TestLine(
            test=row.id,
            workflow=name,
            file=row.file,
            by=row.by,
            size=row.size,
            began_at=row.began_at,
            ended_at=row.ended_at,
            in_batches=row.in_batches,
            verdict=str((row.report or {}).get("verdict") or "") or None,
            removed_at=row.removed_at,
        )
        for name, row in found
        if workflow in (None, name)
    ]


def made_of(
    workflow: str,
    row: schema.VolumeTest,
    cases: Sequence[schema.VolumeCase],
    *,
    promise: float,
    per_day: float | None = None,
    by_hand: timedelta | None = None,
) -> Report:
    """Make a report from the cases of a volume test. `by_hand`: time that a person takes for a case by hand."""
    tried = [one for one in cases if one.outcome != volume_tests.DUE]
    packed = [one for one in tried if one.packed is not None]
    # The same cases that the session goes through. What came without a proposal is an error, whatever people say of it.
    waiting = [one for one in packed if one.judged_at is None and one.body is not None]
    own = row.floor
    alone = {
        floor: [one for one in tried if one.alone_up_to is not None and one.alone_up_to >= floor]
        for floor in floors(own)
    }
    # Whoever skips hard cases does not make the figures better: what nobody has judged counts as wrong.
    looks = {floor: [_look(one, unjudged=True) for one in found] for floor, found in alone.items()}
    recommended = bounds.chosen(list(looks.items()), promise=promise) if row.ended_at is not None else None
    in_scope = [one for one in tried if one.outcome != Outcome.OUT_OF_SCOPE]
    base = bounds.errors([_look(one) for one in in_scope]).share
    best = None
    if base is not None:
        widest = len(looks[min(looks)]) / len(tried)
        best = min(bounds.at_best(base, promise) * len(in_scope) / len(tried), widest)
    why_not = _why_not(row, recommended, is_open=any(one.is_error is None for one in waiting))
    asked = [one for one in tried if one.outcome in (Outcome.PROPOSED, Outcome.NO_PROPOSAL)]
    return Report(
        test=row.id,
        workflow=workflow,
        verdict=Verdict.GO if why_not is None else Verdict.NO_GO,
        why_not=why_not,
        recommended=recommended,
        promise=promise,
        tried=len(tried),
        drawn=row.size,
        rows=row.rows,
        out_of_scope=len(tried) - len(in_scope),
        known=sum(one.packed is None and one.judged_at is not None for one in tried),
        packed=len(packed),
        waiting=len(waiting),
        base=base,
        at_best=best,
        own_floor=own,
        floors=tuple(_row(floor, found, own=own) for floor, found in alone.items()),
        failures=_failures(tried),
        dollars=sum((one.cost for one in tried), Decimal(0)),
        dollars_each=float(sum(one.cost for one in tried)) / max(1, len(tried)),
        milliseconds_each=(
            None if row.in_batches else math.fsum(one.milliseconds for one in asked) / max(1, len(asked))
        ),
        in_batches=row.in_batches,
        per_day=per_day if per_day is not None else row.per_day,
        by_hand_minutes=by_hand.total_seconds() / 60 if by_hand is not None else None,
    )


def _look(one: schema.VolumeCase, *, unjudged: bool | None = None) -> Look:
    """Return what is known of a case. `unjudged`: what one of the pack counts as that nobody has judged."""
    waits = one.packed is not None and one.judged_at is None and one.is_error is None
    # Before the pack is drawn nothing has a probability.
    return Look(probability=one.probability or 1.0, is_error=unjudged if waits else one.is_error)


def _row(floor: float, alone: Sequence[schema.VolumeCase], *, own: float | None) -> FloorRow:
    known = [_look(one) for one in alone]
    return FloorRow(
        floor=floor,
        own=floor == own,
        alone=len(alone),
        looked_at=sum(look.is_error is not None for look in known),
        wrong=sum(bool(look.is_error) for look in known),
        share=bounds.errors(known).share,
        at_least=bounds.errors([_look(one, unjudged=False) for one in alone]).at_least,
        at_most=bounds.errors([_look(one, unjudged=True) for one in alone]).at_most,
    )


def _why_not(row: schema.VolumeTest, recommended: float | None, *, is_open: bool) -> WhyNot | None:
    """Return why a workflow is not ready; None where it is. `is_open`: people may still find something right."""
    if row.ended_at is None:
        return WhyNot.UNTRIED
    if recommended is None:
        return WhyNot.UNJUDGED if is_open else WhyNot.NO_FLOOR
    if row.floor is not None and row.floor < recommended:
        return WhyNot.UNJUDGED if is_open else WhyNot.FLOOR_TOO_LOW
    return None


def _failures(tried: Sequence[schema.VolumeCase]) -> tuple[Failure, ...]:
    kinds: dict[str, list[int]] = defaultdict(list)
    for one in tried:
        if one.outcome in (Outcome.NO_PROPOSAL, Outcome.UNTRIED):
            kinds[one.code or one.outcome].append(one.place)
        for name in one.wrong:
            kinds[f"field:{name}"].append(one.place)
    most_first = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))
    return tuple(Failure(kind=kind, count=len(all_), places=tuple(all_[:_PLACES])) for kind, all_ in most_first)
