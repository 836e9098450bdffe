"""The facts about each workflow of which leads are asked: the week, the four weeks before, and what waits now.

They are the business numbers of that week, as the same digest tells them, and not counted anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reports
from store.quality import courses, digests, numbers
from store.states import Resolution
from workflows.engine.digests.courses.evidence import NO_LOOKS, WEEKS, Counts, Facts, Freed, evidence
from workflows.engine.digests.courses.views import Evidence
from workflows.engine.digests.days import DAY, Days
from workflows.engine.digests.numbers import figures as business
from workflows.engine.digests.numbers.estimates import Looks
from workflows.engine.digests.numbers.views import NumberFigures, Numbers
from workflows.engine.digests.scope import Scope

_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A workflow about which leads are asked."""

    row: int
    """Id of its row."""
    workflow: str
    cases: int
    """Cases of the week, by which the busiest is found."""
    evidence: Evidence


def gather(session: Session, scope: Scope, figures: NumberFigures) -> Sequence[Asked]:
    """Return the workflows about which leads are asked, the busiest first: those with anything to do in the week.

    The week is that up to the last day of the scope. `figures`: the business numbers of all days of the scope.
    """
    team, week = scope.team, scope.days.ending(_WEEK)
    if scope.days.number != _WEEK:
        # The digest catches up several weeks.
        of_week = Scope(context=scope.context, days=week, at=scope.at, workflow=scope.workflow)
        figures = business.gather(session, of_week)
    known = [row for row in scope.workflows(session) if row.name in scope.context.registry]
    now = {one.workflow: one for one in figures.workflows}
    before = _before(
        session, team, known, Days(first=week.first - WEEKS * _WEEK * DAY, last=week.first - DAY, zone=week.zone)
    )
    stopped = courses.stopped(session, team=team, since=week.since, until=week.until)
    looks = _looks(session, team, known, week.ending(WEEKS * _WEEK))
    reported = reports.counts(session, team=team, since=week.since, until=week.until)
    first_cases = courses.first_cases(session, team=team)
    found = []
    for row in known:
        told = now.get(row.name)
        if told is None:
            continue
        declared, first = scope.context.registry.get(row.name), first_cases.get(row.id)
        weeks = max(0, (week.since - first).days // _WEEK) if first is not None else 0
        facts = Facts(
            week=_counts(told, stopped.get(row.id, 0)),
            before=before[row.id],
            weeks=min(weeks, WEEKS),
            looks=looks.get(row.id, NO_LOOKS),
            freed=Freed(hours=told.hours_freed, why_not=told.why_not_freed, stated=told.stated_by_hand),
            reported=reported.get(row.id, 0),
            corrected=told.corrected,
            waiting=told.backlog,
            oldest=told.oldest,
            is_paused=row.paused_at is not None,
            floor=declared.autonomy.at_least,
            is_earned=declared.autonomy.is_earned,
            promise=scope.context.promises.of(session, scope.context, declared),
            is_scoped=declared.scope is not None,
        )
        found.append(Asked(row=row.id, workflow=row.name, cases=told.cases_in, evidence=evidence(facts)))
    return sorted(found, key=lambda one: (-one.cases, one.workflow))


def _counts(told: Numbers, stopped: int) -> Counts:
    return Counts(
        cases=told.cases_in,
        resolved=told.resolved,
        alone=told.alone,
        reviewed=told.reviewed,
        edited=told.edited,
        rejected=told.rejected,
        stopped=stopped,
        cost=told.cost,
    )


def _before(session: Session, team: int, rows: Sequence[schema.Workflow], days: Days) -> Mapping[int, Counts]:
    """Return the same numbers of the weeks before, by workflow id: those that a week is compared with."""
    ids, span = [row.id for row in rows], (days.since, days.until)
    ended: dict[tuple[int, Resolution], int] = {}
    for line in numbers.ended(session, team=team, workflows=ids, days=span):
        ended[line.workflow, line.resolution] = line.cases
    taken_in = digests.taken_in(session, team=team, since=days.since, until=days.until)
    stopped = courses.stopped(session, team=team, since=days.since, until=days.until)
    edited = numbers.edited(session, team=team, workflows=ids, days=span)
    cost = numbers.cost(session, team=team, workflows=ids, days=span)
    return {
        id: Counts(
            cases=taken_in.get(id, 0),
            resolved=sum(ended.get((id, way), 0) for way in Resolution),
            alone=ended.get((id, Resolution.ALONE), 0),
            reviewed=ended.get((id, Resolution.BY_PERSON), 0) + ended.get((id, Resolution.REJECTED), 0),
            edited=edited.get(id, 0),
            rejected=ended.get((id, Resolution.REJECTED), 0),
            stopped=stopped.get(id, 0),
            cost=cost.get((id, 0), Decimal(0)),
        )
        for id in ids
    }


def _looks(session: Session, team: int, rows: Sequence[schema.Workflow], days: Days) -> Mapping[int, Looks]:
    """Return the spot checks of four weeks: those of a single one hardly ever say anything."""
    ids, span = [row.id for row in rows], (days.since, days.until)
    return {
        id: Looks(number=found.number, weight=found.weight, squares=found.squares, wrong=found.wrong)
        for id, found in numbers.looks(session, team=team, workflows=ids, days=span).items()
    }
