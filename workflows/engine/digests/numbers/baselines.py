"""Baselines: recorded and looked up. Nothing that was recorded is changed; of each figure the newest counts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases import workflow_pauses
from store.governance import audit, teams
from store.quality import baselines, numbers
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.digests.numbers.baseline_views import BaselineView, Figure, FigureName, Recording, Source
from workflows.engine.digests.numbers.estimates import FEWEST_MEASURED
from workflows.engine.digests.numbers.timings import minutes_of
from workflows.engine.errors import Refused

_MOST: Mapping[FigureName, int] = {
    FigureName.MINUTES: 7 * 24 * 60,
    FigureName.ERROR_RATE: 1,
    FigureName.REWORK: 1,
    FigureName.BACKLOG: 1_000_000_000,
    FigureName.RESPONSE_HOURS: 366 * 24,
    FigureName.COST_PER_HOUR: 100_000,
}
"""Most of each figure."""
_COUNTED: Mapping[FigureName, str] = {
    FigureName.MINUTES: "timings",
    FigureName.ERROR_RATE: "errors_among",
    FigureName.REWORK: "rework_among",
    FigureName.RESPONSE_HOURS: "responses",
}
"""Figure -> the column for the number of cases that it was counted from."""
_RECORDED = "baseline.recorded"
"""The audit's word for the action."""


def stated(name: FigureName, value: float | Decimal) -> Figure:
    """Return a figure by somebody's word. Raise `Refused` where it cannot be."""
    least = 0 if name is not FigureName.MINUTES else 1 / 600
    if not least <= value <= _MOST[name]:
        between = f"above 0 and at most {_MOST[name]:,}" if name is FigureName.MINUTES else f"0 to {_MOST[name]:,}"
        raise Refused(f"{name.replace('_', ' ')} is {between}, not {value}")
    return Figure(name=name, value=value, number=None)


def record(
    context: Context, workflow: str, *, measured: Sequence[Figure], said: Sequence[Figure], source: Source, by: str
) -> BaselineView:
    """Record figures of a workflow's work by hand, and return all that is known of it.

    `measured`: from `source`; `said`: stated beside it. Raise `Unknown`, or `Refused` where there are none, or one
    twice.
    """
    context.registry.get(workflow)
    names = [figure.name for figure in (*measured, *said)]
    if not names:
        raise Refused("there is nothing to record: give a file, --from-forms, or a figure such as --minutes 6")
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refused(f"{twice[0].replace('_', ' ')} is measured and stated at once: leave one out")
    with context.database.write() as session:
        at = context.clock()
        row = workflow_pauses.row_of(session, team=context.team, name=workflow, at=at)
        # What is measured and what is stated are two recordings: each has its source.
        for origin, figures in ((source, measured), (Source.STATED, said)):
            if figures:
                added = baselines.add(
                    session,
                    team=context.team,
                    workflow_id=row,
                    source=origin,
                    by=by,
                    at=at,
                    **_columns(figures),
                )
                audit.record(
                    session,
                    team=context.team,
                    at=at,
                    actor=by,
                    action=_RECORDED,
                    subject=SubjectKind.WORKFLOW.of(row),
                    case=None,
                    details={"baseline": added, "source": origin},
                )
        return _view(workflow, baselines.of_workflow(session, team=context.team, workflow=row))


def from_forms(context: Context, workflow: str, *, days: int) -> Figure:
    """Return the minutes of a case from the empty forms that people answered in the last so many days.

    Empty forms are what people get of a paused workflow, or of cases without a proposal: then they do the case by hand,
    and every form is timed. Raise `Unknown`, or `Refused` where fewer than 5 were timed.
    """
    context.registry.get(workflow)
    at = context.clock()
    with context.database.read() as session:
        row = next((one.id for one in teams.workflows(session, team=context.team) if one.name == workflow), None)
        span = (at - timedelta(days=days), at + timedelta(microseconds=1))
        seconds = (
            numbers.seconds_by_hand(session, team=context.team, workflow=row, days=span) if row is not None else []
        )
    if len(seconds) < FEWEST_MEASURED:
        raise Refused(
            f"{len(seconds)} empty forms of {workflow} were answered and timed in {days} days; at least "
            f"{FEWEST_MEASURED} are needed. To get more, pause it for a while: people get empty forms then"
        )
    return minutes_of(seconds)


def baselines_of(context: Context, workflow: str | None = None) -> list[BaselineView]:
    """Return the baselines of a workflow, or of all that have one. Raise `Unknown`."""
    if workflow is not None:
        context.registry.get(workflow)
    with context.database.read() as session:
        found = by_workflow(session, team=context.team)
    if workflow is not None:
        return [found.get(workflow) or BaselineView(workflow=workflow, recordings=[])]
    return [found[name] for name in sorted(found)]


def by_workflow(session: Session, *, team: int) -> dict[str, BaselineView]:
    """Return the baselines that there are, by the workflow's name."""
    names = {row.id: row.name for row in teams.workflows(session, team=team)}
    rows: dict[str, list[schema.Baseline]] = {}
    for row in baselines.of_team(session, team=team):
        rows.setdefault(names[row.workflow_id], []).append(row)
    return {name: _view(name, theirs) for name, theirs in rows.items()}


def _view(workflow: str, rows: Sequence[schema.Baseline]) -> BaselineView:
    recordings = [Recording(source=Source(row.source), figures=_figures(row), by=row.by, at=row.at) for row in rows]
    return BaselineView(workflow=workflow, recordings=recordings)


def _figures(row: schema.Baseline) -> list[Figure]:
    found = []
    for name in FigureName:
        value = getattr(row, name)
        if value is not None:
            number = getattr(row, _COUNTED[name]) if name in _COUNTED else None
            deviation = row.deviation if name is FigureName.MINUTES else None
            found.append(Figure(name=name, value=value, number=number, deviation=deviation))
    return found


def _columns(figures: Sequence[Figure]) -> dict[str, object]:
    columns: dict[str, object] = {}
    for figure in figures:
        columns[figure.name] = figure.value
        if figure.name in _COUNTED:
            columns[_COUNTED[figure.name]] = figure.number
        if figure.name is FigureName.MINUTES:
            columns["deviation"] = figure.deviation
    return columns
