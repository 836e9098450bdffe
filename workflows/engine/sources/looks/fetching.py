"""Looks for cases: an author's function is called, and what it found is taken in with the move of its cursor.

The look is the author's code: it runs outside of any transaction, within a time limit. One transaction then takes its
inputs in and moves the cursor, if the cursor is still as it was read. So each input comes in once, whatever ends in
between, and the key of its case tells what a source brings twice.

One process at a time has the turn: it moved the time of the next look, until which nobody else looks. A process that
ends within its turn leaves it to another one at that time.

Files that were found are read and kept before that transaction. Each of them puts off the end of the turn.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store.db import failpoints
from store.db.failpoints import Failpoint
from store.faces import FAILURES
from store.governance import audit
from store.slack import outbox
from store.sources import cursors, sources
from store.sources.cursors import CursorLine
from store.states import SourceKind
from store.subjects import SubjectKind
from workflows.documents.document import Arrived
from workflows.documents.refusals import DocumentRefused
from workflows.engine.case.intake import Accepted, Intake, Receipt, accept, accept_filled_in, take_in
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.boundary import before_decision
from workflows.engine.declare.calls.call_outcomes import outcome_of
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.incoming.fetching import Fetch, Fetched, source_name
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.arrivals import brought, looked_up
from workflows.engine.errors import AuthorFailed, InvalidInput, QueueFull, Refused, Stale, Unknown
from workflows.engine.text.canonical_json import unstorable_value
from workflows.excerpts import shortened
from workflows.redaction import redacted, without
from workflows.tools import calls
from workflows.tools.calls import Called, CallOutcome

log = structlog.get_logger()

MOST = 500
"""Most inputs of one look: they are taken in with one transaction."""
PAGES = 20
"""Most looks of one turn, where there is more to fetch at once."""
TOLD_AFTER = 3
"""Looks that fail in a row until people are told."""
_MARGIN = timedelta(seconds=30)
"""Time that a turn has beside the look, to take in what was found."""
_READING = timedelta(minutes=5)
"""Time that a turn has from the beginning of each reading of a file."""
_FIRST_WAIT = timedelta(minutes=1)
"""Least time until the next look after one that failed."""
_LONGEST_WAIT = timedelta(hours=1)
"""Most time until the next look after one that failed."""
_LONGEST_CURSOR = 4_000
"""Most characters of a cursor."""
_LONGEST_WHY = 300
"""Most characters of a reason that people are told."""
_CAUSES_A_DAY = 32
"""Most causes of refusals of one source that people are told on a day: each is a number below this."""


@dataclass(frozen=True, kw_only=True)
class RefusedInput:
    """An input of a look that was not taken in."""

    row: int
    """Its place in what the look returned, from 1."""
    why: str
    """In words, without secrets and without its own text."""


@dataclass(frozen=True, kw_only=True)
class LookView:
    """One look for cases, and what became of what it found."""

    source: str
    """Name of the source: that of the workflow and that of the fetch."""
    number: int
    """Number of inputs that it found."""
    cursor: str
    """The place up to which it looked."""
    more: bool
    """True if there is more to fetch at once."""
    intakes: Mapping[Intake, int] = field(default_factory=dict)
    """Result -> number of inputs; empty where nothing was to be taken in."""
    refused: Sequence[RefusedInput] = ()
    cases: Sequence[int] = ()
    """Ids of the cases of all inputs that were taken in, also of those that were known."""
    keys: Sequence[str] = ()
    """Keys of the inputs that fit."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A fetch whose time has come."""

    workflow: AnyWorkflow
    fetch: Fetch[BaseModel]
    line: CursorLine


def begin(context: Context) -> None:
    """Keep a cursor for each fetch of the known workflows, where there is none yet."""
    declared = _declared(context)
    if not declared:
        return
    with context.database.read() as session:
        missing = sorted(declared.keys() - cursors.named(session, declared, team=context.team).keys())
    for name in missing:
        with context.database.write() as session:
            at, team, kind = context.clock(), context.team, SourceKind.SCHEDULE
            source = sources.named_or_new(session, team=team, kind=kind, name=name, by=SYSTEM, at=at)
            cursors.begin(session, source, team=team, at=at)


def due(context: Context) -> list[Due]:
    """Return the fetches whose time has come, the longest overdue first. What nobody here knows is left alone."""
    declared = _declared(context)
    if not declared:
        return []
    with context.database.read() as session:
        lines = cursors.named(session, declared, team=context.team)
    now = context.clock()
    found = [
        Due(workflow=workflow, fetch=fetch, line=lines[name])
        for name, (workflow, fetch) in declared.items()
        if name in lines and lines[name].ended_at is None and lines[name].next_at <= now
    ]
    return sorted(found, key=lambda one: (one.line.next_at, one.line.name))


def take_turn(context: Context, one: Due, *, options: Mapping[str, JsonValue] | None = None) -> list[LookView]:
    """Look for cases, again where there is more, and return the looks; none where another process has the turn.

    A look that fails is counted, told after a while, and made again later. Raise the errors of the database: another
    process looks then, once the turn is over.
    """
    workflow, fetch, line = one.workflow, one.fetch, one.line
    until = context.clock() + fetch.within + _MARGIN
    with context.database.write() as session:
        if not cursors.take_turn(session, line, team=context.team, until=until):
            return []
    line = replace(line, next_at=until)
    looks: list[LookView] = []
    while len(looks) < PAGES:
        turn = _Turn(context, line)
        try:
            found = _look(context, workflow, fetch, line.cursor)
            arrived = _documents(workflow, found, brought(context, before=turn.prolong))
            line = turn.line
            is_last = not found.more or len(looks) + 1 == PAGES
            at = context.clock()
            next_at = _next_at(fetch, found, at=at) if is_last else at + fetch.within + _MARGIN
            sorted_out = _accepted(workflow, found, arrived)
            looks.append(_take_in(context, workflow, line, found, sorted_out, options=options, at=at, next_at=next_at))
        except Stale:
            log.info("fetch.overtaken", source=line.name)
            return looks
        except (AuthorFailed, QueueFull) as error:
            _fail(context, fetch, turn.line, error)
            return looks
        if is_last:
            return looks
        line = replace(
            line, cursor=found.cursor, moves=line.moves + 1, fetched_at=at, next_at=next_at, failures=0, error=None
        )
    return looks


def look_now(
    context: Context,
    workflow: AnyWorkflow,
    name: str | None = None,
    *,
    actor: str,
    options: Mapping[str, JsonValue] | None = None,
    after: str | None = None,
    is_trial: bool = False,
) -> LookView:
    """Look for cases once, whoever has the turn. `name`: of the fetch; None where the workflow has only one.

    `after`: look from this cursor on, empty for the beginning, and leave the kept one where it is. `is_trial`: take
    nothing in. Raise `Unknown`, `AuthorFailed`, `QueueFull`, and `Stale` where another process looked meanwhile:
    nothing was taken in then.
    """
    fetch = fetch_of(workflow, name)
    source = source_name(workflow.name, fetch.name)
    begin(context)
    with context.database.read() as session:
        line = cursors.named(session, [source], team=context.team)[source]
    if line.ended_at is not None and not is_trial:
        raise Refused(f"{source} was stopped: `countersign fetch {workflow.name} --name {fetch.name} --start` first")
    found = _look(context, workflow, fetch, line.cursor if after is None else after or None)
    sorted_out = _accepted(workflow, found, _documents(workflow, found, brought(context, only_read=is_trial)))
    if is_trial:
        return _view(line, found, sorted_out, [])
    at = context.clock()
    return _take_in(
        context,
        workflow,
        line,
        found,
        sorted_out,
        options=options,
        at=at,
        next_at=_next_at(fetch, found, at=at),
        actor=actor,
        moves=after is None,
    )


def _next_at(fetch: Fetch[BaseModel], found: Fetched[BaseModel], *, at: datetime) -> datetime:
    """Return when the next look is due: at once where there is more."""
    return at if found.more else at + fetch.every


def _declared(context: Context) -> dict[str, tuple[AnyWorkflow, Fetch[BaseModel]]]:
    """Return what is declared here, by the name of its source."""
    return {
        source_name(workflow.name, fetch.name): (workflow, fetch)
        for workflow in context.registry
        for fetch in workflow.fetches
    }


def fetch_of(workflow: AnyWorkflow, name: str | None) -> Fetch[BaseModel]:
    """Return a fetch of a workflow by its name; None: the only one. Raise `Unknown`."""
    known = {fetch.name: fetch for fetch in workflow.fetches}
    if name is None and len(known) == 1:
        (name,) = known
    if name is None or name not in known:
        said = ", ".join(known) or "none"
        which = "say which one with --name" if name is None and known else f"it has no fetch {name!r}"
        raise Unknown(f"{workflow.name}: {which if known else 'it looks for no cases by itself'}; its fetches: {said}")
    return known[name]


def _look(context: Context, workflow: AnyWorkflow, fetch: Fetch[BaseModel], cursor: str | None) -> Fetched[BaseModel]:
    """Call an author's function that looks. Raise `AuthorFailed` for whatever it raises, or returns in another form."""
    source = source_name(workflow.name, fetch.name)
    started = time.perf_counter()
    outcome: CallOutcome | None = CallOutcome.ANSWERED
    error: str | None = None
    failpoints.before(Failpoint.FETCH, source)
    with calls.noted() as noted:
        try:
            with before_decision(workflow):
                found: object = author_threads.run(
                    lambda: fetch.look(cursor),
                    what=f"the fetch {fetch.name}",
                    workflow=workflow.name,
                    seconds=fetch.within.total_seconds(),
                )
        except Exception as failed:  # the author's error concerns this look only
            outcome, error = outcome_of(failed), type(failed).__name__
            raise AuthorFailed(f"{error}: {words_of(failed)}") from failed
        finally:
            took = (time.perf_counter() - started) * 1000
            made = noted.made
            if outcome is not None and not noted.systems:
                made = [*made, Called(system=source, outcome=outcome, milliseconds=took, error=error)]
            context.meter.count(made, at=context.clock())
    failpoints.after(Failpoint.FETCH, source)
    return _checked(found)


def _checked(found: object) -> Fetched[BaseModel]:
    if not isinstance(found, Fetched):
        raise AuthorFailed(f"it has to return Fetched(inputs=..., cursor=...), not {type(found).__name__}")
    cursor: object = found.cursor
    if not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR or unstorable_value(cursor) is not None:
        raise AuthorFailed(f"its cursor has to be a text of at most {_LONGEST_CURSOR:,} characters that can be kept")
    if not isinstance(found.inputs, list | tuple):
        raise AuthorFailed(f"its inputs have to be a list, they are {type(found.inputs).__name__}")
    if len(found.inputs) > MOST:
        raise AuthorFailed(
            f"it returned {len(found.inputs):,} inputs, and {MOST} is the limit: return fewer, with more=True"
        )
    return found


@dataclass(frozen=True, kw_only=True)
class _SortedOut:
    """The inputs of a look: those that fit, and the others."""

    accepted: Sequence[Accepted]
    refused: Sequence[RefusedInput]


class _Turn:
    """The turn of this process, which files that are read put off."""

    def __init__(self, context: Context, line: CursorLine) -> None:
        self._context = context
        self.line = line

    def prolong(self) -> None:
        """Have the turn last for one more reading. Raise `Stale` where another process has it."""
        until = self._context.clock() + _READING
        if until <= self.line.next_at:
            return
        with self._context.database.write() as session:
            if not cursors.take_turn(session, self.line, team=self._context.team, until=until):
                raise Stale(f"another process has the turn of {self.line.name} since")
        self.line = replace(self.line, next_at=until)


def _documents(workflow: AnyWorkflow, found: Fetched[BaseModel], arrived: Arrived) -> Arrived:
    """Read and keep the files that were found. Raise `AuthorFailed` where that is to be tried again."""
    form: type[BaseModel] = workflow.input
    values = [input for input in found.inputs if isinstance(input, Mapping)]
    try:
        return looked_up(form, values, arrived)
    except (DocumentRefused, InvalidInput) as error:
        raise AuthorFailed(f"its documents cannot be read now: {error}") from error


def _accepted(workflow: AnyWorkflow, found: Fetched[BaseModel], arrived: Arrived) -> _SortedOut:
    accepted: list[Accepted] = []
    refused: list[RefusedInput] = []
    for row, input in enumerate(found.inputs, 1):
        try:
            accepted.append(_accept(workflow, input, arrived))
        except InvalidInput as error:
            refused.append(RefusedInput(row=row, why=_why(error, input)))
    return _SortedOut(accepted=accepted, refused=refused)


def _accept(workflow: AnyWorkflow, input: object, arrived: Arrived) -> Accepted:
    if isinstance(input, dict):
        return accept(workflow, input, arrived=arrived)
    form: type[BaseModel] = workflow.input
    if not isinstance(input, form):
        raise InvalidInput(f"it is {type(input).__name__}, and has to be {form.__name__} or its values by field")
    return accept_filled_in(workflow, input)


def _why(error: InvalidInput, input: object) -> str:
    """Return a reason without what the input itself says."""
    values = vars(input) if isinstance(input, BaseModel) else input
    own = [one for one in values.values() if isinstance(one, str)] if isinstance(values, dict) else []
    return shortened(without(redacted(str(error)), own), _LONGEST_WHY)


def _take_in(
    context: Context,
    workflow: AnyWorkflow,
    line: CursorLine,
    found: Fetched[BaseModel],
    sorted_out: _SortedOut,
    *,
    options: Mapping[str, JsonValue] | None,
    at: datetime,
    next_at: datetime,
    actor: str = SYSTEM,
    moves: bool = True,
) -> LookView:
    """Take in what was found, and move the cursor in the same transaction. Raise `Stale` where it moved meanwhile."""

    def also(session: Session, _: Sequence[Receipt]) -> None:
        if sorted_out.refused:
            _tell_refused(session, context, line, sorted_out.refused, actor=actor, at=at)
        if not moves:
            return
        if line.failures >= TOLD_AFTER:
            _tell(session, context, line, kind=outbox.FETCH_WELL, error=line.error or "", at=at)
        if not cursors.move(session, line, team=context.team, to=found.cursor, at=at, next_at=next_at):
            raise Stale(f"{line.name} was looked at by another process meanwhile, so nothing was taken in")

    receipts: list[Receipt] = []
    if sorted_out.accepted:
        source = f"schedule {line.name}"[:100]
        try:
            receipts = take_in(
                context, workflow, sorted_out.accepted, source=source, actor=actor, options=options, also=also
            )
        except InvalidInput as error:
            raise AuthorFailed(str(error)) from error  # a document was removed meanwhile
    else:
        with context.database.write() as session:
            also(session, receipts)
    if sorted_out.refused:
        log.warning("fetch.refused", source=line.name, inputs=len(sorted_out.refused))
    if receipts:
        log.info("fetch.taken_in", source=line.name, inputs=len(receipts))
    return _view(line, found, sorted_out, receipts)


def _view(line: CursorLine, found: Fetched[BaseModel], sorted_out: _SortedOut, receipts: Sequence[Receipt]) -> LookView:
    return LookView(
        source=line.name,
        number=len(found.inputs),
        cursor=found.cursor,
        more=found.more,
        intakes=Counter(receipt.intake for receipt in receipts),
        refused=sorted_out.refused,
        cases=[receipt.case for receipt in receipts],
        keys=[one.key for one in sorted_out.accepted],
    )


def _tell_refused(
    session: Session,
    context: Context,
    line: CursorLine,
    refused: Sequence[RefusedInput],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Have people told of refused inputs, once a day for each cause, and have the audit know their number."""
    subject = SubjectKind.SOURCE.of(line.source)
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=actor,
        action="source.inputs_refused",
        subject=subject,
        case=None,
        details={"refused": len(refused), "move": line.moves},
    )
    for why, number in Counter(one.why for one in refused).items():
        first = next(one for one in refused if one.why == why)
        cause = int(sha256(why.encode()).hexdigest(), 16) % _CAUSES_A_DAY
        outbox.add_note_once(
            session,
            team=context.team,
            kind=outbox.FETCH_REFUSED,
            subject=subject,
            channel=FAILURES,
            at=at,
            occasion=f"{at:%Y-%m-%d} {cause}",
            about={
                "source": line.name,
                "number": str(number),
                "row": str(first.row),
                "why": why,
                **({"after": line.cursor} if line.cursor is not None else {}),
            },
        )


def _fail(context: Context, fetch: Fetch[BaseModel], line: CursorLine, error: Exception) -> None:
    """Count a look that failed, and have people told where several did."""
    at, failures = context.clock(), line.failures + 1
    # An author's error is told by its own type.
    name = type(error.__cause__ or error).__name__[:100]
    log.warning("fetch.failed", source=line.name, error=name, failures=failures)
    with context.database.write() as session:
        counted = cursors.fail(
            session,
            line,
            team=context.team,
            until=line.next_at,
            error=name,
            next_at=at + wait_after(failures, every=fetch.every),
        )
        if counted and failures == TOLD_AFTER:
            _tell(session, context, line, kind=outbox.FETCH_FAILED, error=name, at=at)


def wait_after(failures: int, *, every: timedelta) -> timedelta:
    """Return the time until the next look after some that failed in a row: twice as long each time, an hour at most."""
    # Bounded before it is raised to a power: a source may be gone for months.
    doubled: int = 2 ** min(failures - 1, 10)
    return min(max(every, _FIRST_WAIT) * doubled, _LONGEST_WAIT)


def _tell(session: Session, context: Context, line: CursorLine, *, kind: str, error: str, at: datetime) -> None:
    """Have people told of a trouble, or of its end: once each, as the cursor does not move meanwhile."""
    outbox.add_note_once(
        session,
        team=context.team,
        kind=kind,
        subject=SubjectKind.SOURCE.of(line.source),
        channel=FAILURES,
        at=at,
        occasion=str(line.moves),
        about={
            "source": line.name,
            "error": error,
            "failures": str(line.failures + (kind == outbox.FETCH_FAILED)),
            **({"since": line.fetched_at.isoformat()} if line.fetched_at is not None else {}),
        },
    )
