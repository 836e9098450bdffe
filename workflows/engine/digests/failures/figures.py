"""The figures of the failure summary: what failed, what still stands, and what needs somebody."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median_low

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reports
from store.quality import digests
from store.quality import failures as rows
from store.quality.digests import UnproposedLine
from store.states import LAPSES, CauseState, Resolution
from workflows.engine.context import SYSTEM
from workflows.engine.digests.days import USUAL_WEEKS, Days, midnight
from workflows.engine.digests.failures.attention import relief
from workflows.engine.digests.failures.attention_figures import attention
from workflows.engine.digests.failures.needs import needs
from workflows.engine.digests.failures.standing import Present, present, standing
from workflows.engine.digests.failures.usual import usual
from workflows.engine.digests.failures.views import (
    Cause,
    CauseNumbers,
    FailureFigures,
    LongWait,
    PausedSince,
    Recovery,
    Unproposed,
    WorkflowFigures,
)
from workflows.engine.digests.scope import Scope
from workflows.engine.health.views import HowEnded
from workflows.engine.reasons import Code, from_json

_CAUSES = 10
"""Most causes that a digest names for each workflow."""
_BARS = 14
"""Days whose failures are drawn."""
_LOOKED_AT = 7 * USUAL_WEEKS + 1
"""Days whose failures are read: up to the same weekday of the first week before."""
_LONG_WAITS = 3
"""Reviews that are named because they wait longest."""
_LONG = timedelta(days=3)
"""Time from which on a review waits for long, whatever its deadline."""


def gather(session: Session, scope: Scope) -> FailureFigures:
    """Return the figures of each workflow with something to report, and what needs somebody."""
    team, since, until = scope.team, scope.days.since, scope.days.until
    now = present(session, scope)
    unproposed = digests.unproposed(session, team=team, since=since, until=until)
    # People look at the reviews of all workflows, so their attention is no matter of one.
    asked = attention(session, scope, now) if scope.workflow is None else None
    stands = standing(session, scope, now, unproposed=unproposed, attention=asked)
    before = _before(session, scope, now)
    workflows = _workflows(session, scope, now, unproposed, before)
    is_too_much = asked is not None and asked.is_too_much
    return FailureFigures(
        workflows=[figures for figures in workflows if not figures.is_quiet],
        needs=needs(stands),
        generation=scope.context.restores.number,
        causes=_cause_numbers(now, since=since, until=until),
        recovery=_recovery(session, scope, now),
        long_waits=_long_waits(session, scope, now),
        oldest=min((one.oldest for one in now.open.values()), default=None),
        failed_by_day=before.failed_by_day(),
        usually_taken_in=before.usually_taken_in(),
        usually_stopped=before.usually_stopped(),
        attention=asked if is_too_much else None,
        relief=relief(asked) if asked is not None else [],
    )


def records(figures: FailureFigures) -> list[dict[str, str | int | Decimal | None]]:
    """Return a record for each workflow."""
    return [
        {
            "workflow": one.workflow,
            "taken_in": one.taken_in,
            "usually_taken_in": one.usually_taken_in,
            "alone": one.alone,
            "by_people": one.by_people,
            "lapsed": one.lapsed,
            "waiting": one.waiting,
            "overdue": one.overdue,
            "stopped": one.stopped,
            "usually_stopped": one.usually_stopped,
            "still_stopped": one.still_stopped,
            "older": one.older,
            "unproposed": sum(reason.cases for reason in one.unproposed),
            "paused": one.paused is not None,
            "reported": one.reported,
            "corrected": one.corrected,
            "needs": sum(need.workflow == one.workflow for need in figures.needs or ()),
            "dollars": one.cost,
        }
        for one in figures.workflows
    ]


class _Before:
    """The days before, and the last one: cases that stopped, and cases taken in on the same weekday, by workflow."""

    def __init__(
        self, workflows: Collection[int], taken_in: Sequence[Mapping[int, int]], stopped: Mapping[tuple[int, int], int]
    ) -> None:
        """`taken_in`: of the weeks before, the last one first. `stopped`: by workflow and place of the day."""
        self._workflows, self._taken_in, self._stopped = workflows, taken_in, stopped

    def usually_taken_in(self, workflow: int | None = None) -> int | None:
        """Return the usual number of cases; None where too little is known. `workflow`: None for all."""
        cases = self._cases(workflow)
        return usual(cases, cases)

    def usually_stopped(self, workflow: int | None = None) -> int | None:
        """Return the usual number of cases that stopped, in the same way."""
        cases = self._cases(workflow)
        weeks = range(1, len(cases) + 1)
        return usual([self._stopped_on(_LOOKED_AT - 1 - 7 * week, workflow) for week in weeks], cases)

    def failed_by_day(self) -> list[int]:
        """Return the cases that stopped on each of the last days."""
        return [self._stopped_on(place) for place in range(_LOOKED_AT - _BARS, _LOOKED_AT)]

    def _cases(self, workflow: int | None) -> list[int]:
        which = self._workflows if workflow is None else (workflow,)
        return [sum(day.get(one, 0) for one in which) for day in self._taken_in]

    def _stopped_on(self, place: int, workflow: int | None = None) -> int:
        which = self._workflows if workflow is None else (workflow,)
        return sum(self._stopped.get((one, place), 0) for one in which)


def _before(session: Session, scope: Scope, now: Present) -> _Before:
    """Read the weeks before. With one day there is a usual one; of several nothing is compared."""
    days, looked_at = list[Days](), scope.days.ending(_LOOKED_AT)
    if scope.days.number == 1:
        days = [scope.days.earlier(7 * week) for week in range(1, USUAL_WEEKS + 1)]
    return _Before(
        {row.id for row in now.workflows},
        [digests.taken_in(session, team=scope.team, since=day.since, until=day.until) for day in days],
        rows.stops_by_day(
            session,
            team=scope.team,
            starts=[midnight(date, scope.days.zone) for date in looked_at],
            until=looked_at.until,
        ),
    )


def _workflows(
    session: Session, scope: Scope, now: Present, unproposed: Sequence[UnproposedLine], before: _Before
) -> Iterator[WorkflowFigures]:
    team, since, until = scope.team, scope.days.since, scope.days.until
    span = {"since": since, "until": until}
    stopped = rows.stops(session, team=team, **span)
    still = {one.workflow: one for one in rows.stopped_cases(session, team=team, **span)}
    causes = _causes(session, scope, now)
    taken_in = digests.taken_in(session, team=team, **span)
    samples = digests.samples(session, team=team, **span)
    resolved = digests.resolved(session, team=team, **span)
    cost = digests.cost(session, team=team, **span)
    without = _unproposed(unproposed)
    reported = reports.counts(session, team=team, **span)
    corrected = reports.corrected_between(session, team=team, **span)
    for row in now.workflows:
        stands, waits = still.get(row.id), now.open.get(row.id)
        yield WorkflowFigures(
            workflow=row.name,
            taken_in=taken_in.get(row.id, 0),
            alone=resolved.get((row.id, Resolution.ALONE), 0),
            by_people=resolved.get((row.id, Resolution.BY_PERSON), 0) + resolved.get((row.id, Resolution.REJECTED), 0),
            lapsed=sum(resolved.get((row.id, one), 0) for one in LAPSES),
            waiting=waits.number if waits is not None else 0,
            overdue=waits.overdue if waits is not None else 0,
            stopped=stopped.get(row.id, 0),
            still_stopped=stands.recent if stands is not None else 0,
            older=stands.older if stands is not None else 0,
            causes=causes[row.id][:_CAUSES],
            more_causes=len(causes[row.id][_CAUSES:]),
            cost=cost.get(row.id, Decimal(0)),
            unproposed=[Unproposed(code=code, cases=number) for code, number in without[row.id].most_common()],
            paused=_paused(row, now.held.get(row.id, 0)),
            samples=samples.get(row.id, 0),
            reported=reported.get(row.id, 0),
            corrected=corrected.get(row.id, 0),
            usually_taken_in=before.usually_taken_in(row.id),
            usually_stopped=before.usually_stopped(row.id),
        )


def _causes(session: Session, scope: Scope, now: Present) -> defaultdict[int, list[Cause]]:
    """Return why cases stopped in the period, by workflow id, the most frequent cause first."""
    known = {one.id: one for one in now.causes}
    found = defaultdict[int, list[Cause]](list)
    for one in rows.stops_by_cause(session, team=scope.team, since=scope.days.since, until=scope.days.until):
        cause = known.get(one.cause) if one.cause is not None else None
        found[one.workflow].append(
            Cause(
                step=cause.step if cause is not None else None,
                error=cause.error if cause is not None else None,
                cases=one.cases,
                id=one.cause,
                state=cause.state if cause is not None else None,
            )
        )
    return found


def _unproposed(lines: Sequence[UnproposedLine]) -> defaultdict[int, Counter[str]]:
    """Return workflow id -> reason for the missing proposal -> cases. A case is counted once for each reason."""
    counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
    each = {
        (line.workflow, line.case, from_json(line.reasons)[0].code if line.reasons is not None else Code.NO_PROPOSAL)
        for line in lines
    }
    for workflow, _, code in sorted(each):
        counted[workflow][code] += 1
    return counted


def _paused(row: schema.Workflow, held: int) -> PausedSince | None:
    if row.paused_at is None:
        return None
    return PausedSince(at=row.paused_at, by_itself=row.paused_by == SYSTEM, held=held)


def _cause_numbers(now: Present, *, since: datetime, until: datetime) -> CauseNumbers:
    def is_within(at: datetime | None) -> bool:
        return at is not None and since <= at < until

    states = Counter(one.state for one in now.causes)
    return CauseNumbers(
        new=sum(is_within(one.first_at) for one in now.causes),
        back=sum(is_within(one.opened_at) and one.opened_at > one.first_at for one in now.causes),
        closed=sum(one.state is CauseState.RESOLVED and is_within(one.resolved_at) for one in now.causes),
        open=states[CauseState.OPEN] + states[CauseState.REGRESSED],
        mending=states[CauseState.MENDING],
        ignored=states[CauseState.IGNORED],
    )


def _recovery(session: Session, scope: Scope, now: Present) -> Recovery | None:
    """Return the times from broken to mended, of the causes and the systems that were mended in the period."""
    since, until = scope.days.since, scope.days.until
    names = {row.id: row.name for row in now.workflows}
    times = [
        ((one.resolved_at - one.opened_at).total_seconds(), names[one.workflow])
        for one in now.causes
        if one.state is CauseState.RESOLVED and one.resolved_at is not None and since <= one.resolved_at < until
    ]
    if scope.workflow is None:
        ended = rows.ended(session, team=scope.team, since=since, until=until, how=HowEnded.WELL)
        times += [((one.ended_at - one.began_at).total_seconds(), one.system) for one in ended]
    if not times:
        return None
    longest, of = max(times)
    return Recovery(
        number=len(times), median=median_low(seconds for seconds, _ in times), longest=longest, longest_of=of
    )


def _long_waits(session: Session, scope: Scope, now: Present) -> list[LongWait]:
    names = {row.id: row.name for row in now.workflows}
    found = rows.longest_open(session, team=scope.team, workflows=list(names), limit=_LONG_WAITS)
    return [
        LongWait(
            review=one.review,
            version=one.version,
            case=one.case,
            workflow=names[one.workflow],
            opened_at=one.opened_at,
            is_overdue=one.answer_by is not None and one.answer_by <= scope.at,
        )
        for one in found
        if scope.at - one.opened_at >= _LONG or (one.answer_by is not None and one.answer_by <= scope.at)
    ]
