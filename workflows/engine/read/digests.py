"""The failure summary: what failed, what is still stopped, and what was spent, once for each local date.

The first process that wakes makes it. A date without a summary, because nothing ran at its time, is covered by the
next.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reports
from store.faces import FAILURES, LEADS
from store.governance import teams
from store.quality import digests
from store.quality.digests import StopLine, StoppedLine
from store.slack import outbox
from store.states import LAPSES, Resolution, RunState
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.steps import DELIVER
from workflows.engine.errors import Unknown
from workflows.engine.read.digest_views import Cause, DigestView, PausedSince, StoppedCase, Unproposed, WorkflowFigures
from workflows.engine.reasons import from_json

CLOCK = "clock"
"""The kind of the note that a summary was made for a future date; its subject is `digest:ID`."""
JOB = "failures"
"""The name of the job that makes the summary."""
LONGEST = 31
"""Most days that one digest covers."""

_CASES = _CAUSES = 10
"""Most cases and causes that a digest names for each workflow."""
_NAME = 100
"""Characters that are kept of the name of an error's type."""

_figures = TypeAdapter(list[WorkflowFigures])


def make(context: Context, *, today: date, zone: ZoneInfo) -> int | None:
    """Make the failure summary of the local dates before `today`, have it posted, and return its id.

    It covers the day before, and the earlier days since the last digest, `LONGEST` days at most; the very first one
    covers only the day before. None where that day is covered already, or ended before the database was made. A summary
    for a future date, made while a clock was wrong, prevents no other; people are told of it.
    """
    last = today - timedelta(days=1)
    # Counting takes long, so it is outside the writing transaction: on SQLite no case would go on meanwhile.
    with context.database.read() as session:
        before = digests.latest_period(session, team=context.team, job=JOB, until=last.isoformat())
        ahead = digests.ahead(session, team=context.team, job=JOB, of=today.isoformat())
        first = max(_first(before, last), _born(session, context, zone))
    if ahead:
        _tell_of_wrong_clock(context, ahead)
    if first > last:
        return None
    with context.database.read() as session:
        since, until = _midnight(first, zone), _midnight(today, zone)
        by_hand = {workflow.name: workflow.review.by_hand for workflow in context.registry}
        figures = _gather(session, context.team, since=since, until=until, by_hand=by_hand)
    missed = (last - date.fromisoformat(before)).days - 1 if before is not None else 0
    with context.database.write() as session:
        if digests.latest_period(session, team=context.team, job=JOB, until=last.isoformat()) != before:
            return None
        at = context.clock()
        made = digests.add(
            session,
            team=context.team,
            job=JOB,
            period=last.isoformat(),
            covers_from=first.isoformat(),
            figures={"missed": missed, "workflows": _figures.dump_python(figures, mode="json")},
            at=at,
        )
        if made is not None:
            outbox.add_note(
                session, team=context.team, kind="digest", subject=SubjectKind.DIGEST.of(made), channel=LEADS, at=at
            )
    return made


def digest_view(context: Context, digest: int) -> DigestView:
    """Return the contents of a digest. Raise `Unknown`."""
    with context.database.read() as session:
        row = digests.get(session, digest, team=context.team)
    if row is None:
        raise Unknown(f"there is no digest {digest}")
    return DigestView(
        id=row.id,
        first=date.fromisoformat(row.covers_from),
        last=date.fromisoformat(row.period),
        missed=row.figures["missed"],
        workflows=_figures.validate_python(row.figures["workflows"]),
    )


def _born(session: Session, context: Context, zone: ZoneInfo) -> date:
    """Return the first local date about which the database can report."""
    made_at = teams.made_at(session, team=context.team)
    # A date in the future was recorded while a clock was wrong.
    return made_at.astimezone(zone).date() if made_at <= context.clock() else date.min


def _tell_of_wrong_clock(context: Context, ahead: Sequence[schema.Digest]) -> None:
    """Have people told, once for each, that a summary was made for a future date."""
    with context.database.write() as session:
        at = context.clock()
        for digest in ahead:
            subject = SubjectKind.DIGEST.of(digest.id)
            outbox.add_note_once(session, team=context.team, kind=CLOCK, subject=subject, channel=FAILURES, at=at)


def _first(before: str | None, last: date) -> date:
    """Return the first date to cover; it is later than `last` where that is covered already."""
    if before is None:
        return last
    return max(date.fromisoformat(before) + timedelta(days=1), last - timedelta(days=LONGEST - 1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the time at which a local date begins. Of a midnight that comes twice the first counts; a midnight that is
    left out is the moment when the clocks were set forward.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _gather(
    session: Session, team: int, *, since: datetime, until: datetime, by_hand: Mapping[str, timedelta | None]
) -> list[WorkflowFigures]:
    """Return the figures of each workflow with something to report. `by_hand`: workflow -> the time that a case
    takes.
    """
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
    for row in teams.workflows(session, team=team):
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
    return [figures for figures in found if not figures.is_quiet]


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
