"""The figures of the failure summary: what failed, what is still stopped, and what was spent."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reports
from store.quality import digests
from store.quality.digests import StopLine, StoppedLine
from store.states import LAPSES, Resolution, RunState
from workflows.engine.context import SYSTEM
from workflows.engine.declare.steps import DELIVER
from workflows.engine.digests.failures.views import (
    Cause,
    FailureFigures,
    PausedSince,
    StoppedCase,
    Unproposed,
    WorkflowFigures,
)
from workflows.engine.digests.scope import Scope
from workflows.engine.reasons import from_json

_CASES = _CAUSES = 10
"""Most cases and causes that a digest names for each workflow."""
_NAME = 100
"""Characters that are kept of the name of an error's type."""


def gather(session: Session, scope: Scope) -> FailureFigures:
    """Return the figures of each workflow with something to report."""
    team, since, until = scope.team, scope.days.since, scope.days.until
    by_hand = {workflow.name: workflow.review.by_hand for workflow in scope.context.registry}
    stops: defaultdict[int, list[StopLine]] = defaultdict(list)
    for stop in digests.stops(session, team=team, since=since, until=until):
        # A run in doubt only becomes failed by the word of a person who looked: that is no new failure.
        if stop.frm != RunState.DOUBTFUL:
            stops[stop.workflow].append(stop)
    stopped: defaultdict[int, list[StoppedLine]] = defaultdict(list)
    for line in digests.stopped_now(session, team=team):
        stopped[line.workflow].append(line)
    waiting = digests.in_state(session, team=team, state=RunState.WAITING)
    taken_in = digests.taken_in(session, team=team, since=since, until=until)
    samples = digests.samples(session, team=team, since=since, until=until)
    resolved = digests.resolved(session, team=team, since=since, until=until)
    cost = digests.cost(session, team=team, since=since, until=until)
    unproposed = _unproposed(session, team, since=since, until=until)
    reported = reports.counts(session, team=team, since=since, until=until)
    corrected = reports.corrected_between(session, team=team, since=since, until=until)
    held = digests.in_state(session, team=team, state=RunState.HOLDING)
    found = []
    for row in scope.workflows(session):
        cases = {stop.case for stop in stops[row.id]}
        still = {line.case: line for line in stopped[row.id] if line.case in cases}
        older = {line.case: line for line in stopped[row.id] if line.case not in cases and line.since < since}
        causes = _causes(stops[row.id])
        found.append(
            WorkflowFigures(
                workflow=row.name,
                taken_in=taken_in.get(row.id, 0),
                alone=resolved.get((row.id, Resolution.ALONE), 0),
                by_people=resolved.get((row.id, Resolution.BY_PERSON), 0)
                + resolved.get((row.id, Resolution.REJECTED), 0),
                lapsed=sum(resolved.get((row.id, one), 0) for one in LAPSES),
                waiting=waiting.get(row.id, 0),
                stopped=len(cases),
                still_stopped=len(still),
                still_stopped_cases=_named(still.values()),
                older=len(older),
                older_cases=_named(older.values()),
                causes=causes[:_CAUSES],
                more_causes=len(causes[_CAUSES:]),
                cost=cost.get(row.id, Decimal(0)),
                unproposed=[Unproposed(code=code, cases=number) for code, number in unproposed[row.id].most_common()],
                paused=_paused(row, held.get(row.id, 0)),
                samples=samples.get(row.id, 0),
                reported=reported.get(row.id, 0),
                corrected=corrected.get(row.id, 0),
                by_hand=by_hand.get(row.name),
            )
        )
    return FailureFigures(workflows=[figures for figures in found if not figures.is_quiet])


def records(figures: FailureFigures) -> list[dict[str, str | int | Decimal]]:
    """Return a record for each workflow."""
    return [
        {
            "workflow": one.workflow,
            "taken_in": one.taken_in,
            "alone": one.alone,
            "by_people": one.by_people,
            "lapsed": one.lapsed,
            "waiting": one.waiting,
            "stopped": one.stopped,
            "still_stopped": one.still_stopped,
            "older": one.older,
            "reported": one.reported,
            "corrected": one.corrected,
            "dollars": one.cost,
        }
        for one in figures.workflows
    ]


def _unproposed(session: Session, team: int, *, since: datetime, until: datetime) -> defaultdict[int, Counter[str]]:
    """Return workflow id -> reason for the missing proposal -> cases. A case is counted once for each reason."""
    counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
    each = {
        (workflow, case, from_json(reasons)[0].code)
        for workflow, case, reasons in digests.unproposed(session, team=team, since=since, until=until)
    }
    for workflow, _, code in sorted(each):
        counted[workflow][code] += 1
    return counted


def _paused(row: schema.Workflow, held: int) -> PausedSince | None:
    if row.paused_at is None:
        return None
    return PausedSince(at=row.paused_at, by_itself=row.paused_by == SYSTEM, held=held)


def _named(lines: Iterable[StoppedLine]) -> list[StoppedCase]:
    few = list(lines)[:_CASES]
    return [StoppedCase(case=line.case, in_doubt=line.state == RunState.DOUBTFUL) for line in few]


def _causes(stops: Sequence[StopLine]) -> list[Cause]:
    """Return why these runs stopped, the most frequent cause first. A case is counted once for each cause."""
    each = dict.fromkeys((stop.case, *_cause(stop)) for stop in stops)
    counted = Counter((step, error) for _, step, error in each)
    return [Cause(step=step, error=error, cases=cases) for (step, error), cases in counted.most_common()]


def _cause(stop: StopLine) -> tuple[str | None, str | None]:
    """Return the step and the type of the error; the error's message stays with the case."""
    problem = json.loads(stop.problem) if stop.problem is not None else {}
    step = problem.get("step") or (DELIVER if stop.frm == RunState.DELIVERING else None)
    error = problem.get("type")
    return step, error[:_NAME] if error is not None else None
