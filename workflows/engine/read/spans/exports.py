"""The runs whose spans are to be sent next: they follow the audit, and how far is kept as a number.

Nothing is written when a run stops. The audit says that it did, so a run is found whichever process worked on it, and
however that process ended. Sent once is counted once: where a process ends between sending and counting, the next one
sends the same spans with the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from store.cases import runs
from store.db import snapshots
from store.governance import span_exports
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.read.history import case_view
from workflows.engine.read.spans.content import content_of
from workflows.engine.read.spans.views import SpanView
from workflows.engine.read.spans.way import STOP_ACTIONS, Named, made_from_row, spans_of, spans_of_stop
from workflows.engine.read.views import CaseView, RunView

Stop = span_exports.Stop
"""A row of the audit by which a run stopped."""
AT_ONCE = 50
"""Stops of one look."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""Time after which a stop is given up while the collector takes nothing."""
_PATIENCE = timedelta(minutes=5)
"""Longest wait for transactions that began before: one of somebody else's may last for hours."""


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """The newest row of the audit, and the transactions that may still add older ones."""

    row: int
    transaction: int | None
    """The first transaction that had written nothing yet; None where one writes at a time."""
    at: datetime


@dataclass(kw_only=True)
class Progress:
    """A process's place in the audit, beyond what is kept."""

    looked_to: int = 0
    """Row of the audit up to which there is nothing left to send."""
    settled: int = 0
    """Row of the audit up to which all rows can be seen."""
    horizon: Horizon | None = field(default=None)
    """A later row, of which that is not known yet."""


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """A stop of a run with the spans that are sent with it; none where its run was complete before."""

    stop: Stop
    spans: Sequence[SpanView]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Trouble in sending spans, for an engineer."""

    failing_since: datetime | None
    error: str | None
    given_up: int
    """Number of stops of runs whose spans were given up."""
    given_up_at: datetime | None


def begin(context: Context) -> None:
    """Begin with what happens from now on, where spans were never sent before."""
    with context.database.write() as session:
        newest = span_exports.newest_row(session, team=context.team)
        span_exports.begin(session, team=context.team, position=newest, at=context.clock())


def next_stops(context: Context, progress: Progress, *, limit: int = AT_ONCE) -> Sequence[Stop]:
    """Return the oldest stops that were not sent, and note in `progress` how far there is nothing."""
    with context.database.read() as session:
        kept = span_exports.get(session, team=context.team)
        assert kept is not None
        _settle(session, context, progress)
        after = max(kept.position, progress.looked_to)
        found = span_exports.stops(
            session, team=context.team, after=after, until=progress.settled, actions=STOP_ACTIONS, limit=limit
        )
    if not found:
        progress.looked_to = max(after, progress.settled)
    return found


def _settle(session: Session, context: Context, progress: Progress) -> None:
    """Note up to which row of the audit all can be seen: up to the newest, once all that may add older ones is over."""
    now = context.clock()
    if progress.horizon is None:
        row = span_exports.newest_row(session, team=context.team)
        if row <= progress.settled:
            return
        progress.horizon = Horizon(row=row, transaction=snapshots.next_transaction(session), at=now)
    horizon = progress.horizon
    if snapshots.are_over(session, horizon.transaction) or abs(now - horizon.at) > _PATIENCE:
        progress.settled, progress.horizon = horizon.row, None


def sendable(context: Context, stop: Stop, *, provider: str, content: bool) -> Sendable:
    """Return a stop with its spans. `content`: with content of the case, as far as it may be in spans."""
    try:
        case = case_view(context, stop.case, unseen=True)
    except Unknown:
        return Sendable(stop=stop, spans=())
    run = next((one for one in case.runs if one.id == stop.run), None)
    if run is None:
        return Sendable(stop=stop, spans=())
    show = content_of(context, case, run) if content else None
    origin = _origin(context, case, run)
    spans = spans_of(case, run, team=context.team, provider=provider, show=show, made_from=origin)
    return Sendable(stop=stop, spans=spans_of_stop(spans, case, run, stop.id))


def case_spans(context: Context, case: int, *, provider: str, content: bool = False) -> list[SpanView]:
    """Return all spans of a case that can be told by now. Raise `Unknown`."""
    view = case_view(context, case, unseen=True)
    found: list[SpanView] = []
    for run in view.runs:
        show = content_of(context, view, run) if content else None
        origin = _origin(context, view, run)
        found += spans_of(view, run, team=context.team, provider=provider, show=show, made_from=origin)
    return found


def _origin(context: Context, case: CaseView, run: RunView) -> Named | None:
    """Return the run of another case from whose outcome a run's input was made; None where it came otherwise."""
    row = made_from_row(case, run)
    number = row.details.get("run") if row is not None else None
    if not isinstance(number, int):
        return None
    with context.database.read() as session:
        before = runs.get(session, number, team=context.team)
    return Named(id=before.id, created_at=before.created_at) if before is not None else None


def note_sent(context: Context, stop: Stop, *, given_up: int = 0, is_taken: bool = True) -> None:
    """Note that all stops up to this one were sent, or given up.

    `given_up`: the number of those. `is_taken`: False where there was nothing to send, so that nothing is known of the
    collector.
    """
    changes: dict[str, Any] = {"position": stop.id}
    with context.database.write() as session:
        kept = span_exports.get(session, team=context.team)
        if kept is None or kept.position >= stop.id:
            return
        at = context.clock()
        if given_up:
            changes |= {"given_up": kept.given_up + given_up, "given_up_at": at}
        elif is_taken:
            changes |= {"failing_since": None, "error": None}
        span_exports.change(session, kept, at=at, **changes)


def note_failed(context: Context, error: str) -> None:
    """Note that the collector took nothing. `error`: a code."""
    with context.database.write() as session:
        kept = span_exports.get(session, team=context.team)
        if kept is not None and (kept.failing_since is None or kept.error != error):
            at = context.clock()
            span_exports.change(session, kept, at=at, failing_since=kept.failing_since or at, error=error[:100])


def is_too_old(context: Context, stop: Stop) -> bool:
    """Tell whether a stop is so old that its spans are given up where they cannot be sent."""
    return context.clock() - stop.at > GIVEN_UP_AFTER


def trouble(context: Context) -> Trouble | None:
    """Return what is wrong with sending spans; None where nothing is, or none were ever sent."""
    with context.database.read() as session:
        kept = span_exports.get(session, team=context.team)
    if kept is None or (kept.failing_since is None and not kept.given_up):
        return None
    return Trouble(
        failing_since=kept.failing_since, error=kept.error, given_up=kept.given_up, given_up_at=kept.given_up_at
    )
