"""Schedules of looks for cases as they stand, and what people are told of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from store.governance import audit
from store.sources import cursors, sources
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.incoming.fetching import source_name
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.sources.looks.fetching import begin, fetch_of
from workflows.engine.sources.looks.views import RefusedNote, ScheduleView, TroubleNote

LATE = timedelta(minutes=5)
"""Time after which a look that is due and was not made counts as overdue."""
_NO_TIME = timedelta(0)


def schedule_views(context: Context) -> list[ScheduleView]:
    """Return the schedules of all workflows that are known here, and of those that are not known any more."""
    declared = {
        source_name(workflow.name, fetch.name): fetch.every
        for workflow in context.registry
        for fetch in workflow.fetches
    }
    with context.database.read() as session:
        lines = cursors.named(session, team=context.team)
    now = context.clock()
    found = []
    for name in sorted({*declared, *lines}):
        line, (workflow, _, fetch) = lines.get(name), name.partition("/")
        is_ended = line is not None and line.ended_at is not None
        is_served = line is not None and name in declared and not is_ended
        found.append(
            ScheduleView(
                source=name,
                workflow=workflow,
                fetch=fetch,
                every=declared.get(name),
                cursor=line.cursor if line is not None else None,
                looked_at=line.fetched_at if line is not None else None,
                next_at=line.next_at if line is not None else None,
                failures=line.failures if line is not None else 0,
                error=line.error if line is not None else None,
                is_ended=is_ended,
                late=max(now - line.next_at, _NO_TIME) if line is not None and is_served else _NO_TIME,
            )
        )
    return found


def let(context: Context, workflow: AnyWorkflow, name: str | None, *, look: bool, by: str) -> str:
    """Let a fetch look on schedule, or not, on any process; returns the name of its source. `name`: as in `look_now`.

    Raise `Refused` where it is so already.
    """
    source = source_name(workflow.name, fetch_of(workflow, name).name)
    begin(context)
    with context.database.write(urgent=True) as session:
        line, at = cursors.named(session, [source], team=context.team)[source], context.clock()
        if not sources.let(session, line.source, team=context.team, open=look, by=by, at=at):
            raise Refused(f"{source} is {'looked at on schedule' if look else 'not looked at'} already")
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="source.started" if look else "source.stopped",
            subject=SubjectKind.SOURCE.of(line.source),
            case=None,
        )
    return source


def refused_note(context: Context, about: Mapping[str, str]) -> RefusedNote:
    """Return what is told of inputs that were refused."""
    return RefusedNote(
        source=about["source"],
        owner=_owner(context, about["source"]),
        number=int(about["number"]),
        row=int(about["row"]),
        why=about["why"],
        after=about.get("after"),
    )


def trouble_note(context: Context, about: Mapping[str, str]) -> TroubleNote:
    """Return what is told of looks that fail, or succeed again."""
    since = about.get("since")
    return TroubleNote(
        source=about["source"],
        owner=_owner(context, about["source"]),
        error=about["error"],
        failures=int(about["failures"]),
        since=datetime.fromisoformat(since) if since is not None else None,
    )


def _owner(context: Context, source: str) -> str | None:
    workflow = source.partition("/")[0]
    return context.registry.get(workflow).owner if workflow in context.registry else None
