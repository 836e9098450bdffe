"""Follow-ups: the outcome of one workflow becomes a case of another, once.

The row of a follow-up was written when its run became delivered. The author's function is called outside transactions;
then one transaction takes the case in and notes it in that row. So a process may die anywhere: the row is due still, or
the case is there. Where a case has a newer outcome, what was made of the earlier one is compared with what would be
made now: a case that nobody decided gets a new revision, and one that is decided is reported to its people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import structlog
from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, runs
from store.governance import audit, teams
from store.sources import follow_ups, sources
from store.sources.origins import NewOrigin
from store.states import CLOSING, ENDED, FollowUpState, Resolution, RunState, SourceKind
from store.subjects import SubjectKind
from workflows.engine.case.intake import Accepted, Intake, Receipt, accept, accept_filled_in, take_in
from workflows.engine.causes import counting
from workflows.engine.causes.counting import Stop
from workflows.engine.causes.dependencies import dependency_of
from workflows.engine.causes.fingerprint import Failure, normalised
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.incoming.follow_ups import Then
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.workflow import Run
from workflows.engine.documents.arrivals import named
from workflows.engine.errors import BadDeclaration, Fenced, InvalidInput, NotDone, QueueFull, Refused, TryAgain
from workflows.engine.review.wrong import reports
from workflows.engine.run.stops import Said, said_of
from workflows.engine.run.work import Found, find
from workflows.engine.sources.differences import NOTHING_FOLLOWS, OTHER_CASE, difference
from workflows.engine.text.canonical_json import canonical

log = structlog.get_logger()

AT_ONCE = 50
"""Follow-ups that are made in one look."""
TRIES = 8
"""Attempts at a follow-up that may work later, before it fails."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
"""Time until the second attempt, which doubles from one attempt to the next, and its limit."""
_LATER = (NotDone, QueueFull)
"""Errors after which it may work later."""


@dataclass(frozen=True, kw_only=True)
class _Before:
    """The case that was made of an earlier outcome."""

    case: int
    key: str
    known: "_Content"
    input: str | None
    """JSON; None where it was removed."""
    is_decided: bool
    """True if it is delivered, or will be without anybody."""


@dataclass(frozen=True, kw_only=True)
class _Content:
    hash: str
    salt: str | None


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """A delivered run, with what its follow-up is made from."""

    row: schema.FollowUp
    found: Found
    key: str
    """The key of its delivery."""
    is_overtaken: bool
    """True if its case has a newer outcome, of which a follow-up is made too."""
    before: _Before | None
    """None where nothing was made of an earlier outcome."""

    @property
    def run(self) -> schema.Run:
        """The run."""
        return self.found.loaded.run

    @property
    def actor(self) -> str:
        """The person who decided it, else Countersign: they hand in what follows, and may be barred there."""
        return self.found.by if self.run.resolution is Resolution.BY_PERSON else SYSTEM


def look(context: Context, *, limit: int = AT_ONCE) -> int:
    """Make the follow-ups that are due, the earliest first; return the number of those that are settled now.

    Several processes may look at once: each follow-up is settled by one.
    """
    known = [workflow.name for workflow in context.registry]
    with context.database.read() as session:
        found = follow_ups.due(session, team=context.team, workflows=known, at=context.clock(), limit=limit)
    return sum(make(context, one) for one in found)


def make(context: Context, follow_up: int) -> bool:
    """Make a follow-up that is due; False where it waits, or somebody else settled it."""
    with context.database.read() as session:
        outcome = _outcome(session, context, follow_up)
    if outcome is None:
        return False
    try:
        return _settle(context, outcome)
    except Fenced:
        return False


def again(context: Context, case: int, *, by: str) -> int:
    """Have the follow-ups of a case made again that failed, and return their number. Raise `Refused` without any."""
    with context.database.write(urgent=True) as session:
        at = context.clock()
        cases.hold(session, case, team=context.team)
        of_it = follow_ups.of_case(session, case, team=context.team)
        failed = [row for row in of_it if row.state is FollowUpState.FAILED]
        if not failed:
            stands = ", ".join(f"{row.workflow}: {row.state}" for row in of_it) or "none"
            raise Refused(f"no follow-up of case {case} failed; its follow-ups are: {stands}")
        for row in failed:
            follow_ups.move(session, row, FollowUpState.DUE, at=at, attempts=0, due_at=at, problem_id=None)
            _record(session, context, row, "again", by=by)
        return len(failed)


def _outcome(session: Session, context: Context, follow_up: int) -> _Outcome | None:
    team, row = context.team, follow_ups.get(session, follow_up, team=context.team)
    if row is None or row.state is not FollowUpState.DUE:
        return None
    loaded = runs.load(session, row.run_id, team=team)
    if loaded is None or loaded.workflow not in context.registry:
        return None  # a process that knows its workflow makes it
    others = follow_ups.of_case(session, row.case_id, team=team, workflow=row.workflow)
    made = [one for one in others if one.id < row.id and one.made_case_id is not None]
    delivery = deliveries.of_run(session, row.run_id, team=team)
    return _Outcome(
        row=row,
        found=find(session, loaded, is_new=True),
        key=delivery.key if delivery is not None else "",
        is_overtaken=any(one.id > row.id for one in others),
        before=_before(session, made[-1]) if made else None,
    )


def _before(session: Session, row: schema.FollowUp) -> _Before | None:
    assert row.made_case_id is not None
    case = cases.get(session, row.made_case_id, team=row.team_id)
    newest = runs.newest(session, row.made_case_id, team=row.team_id)
    if case is None or newest is None:
        return None
    return _Before(
        case=case.id,
        key=case.key,
        known=_Content(hash=case.content_hash, salt=case.salt),
        input=contents.body(session, newest.input_id, team=row.team_id),
        is_decided=_is_decided(session, case.id, team=row.team_id),
    )


def _is_decided(session: Session, case: int, *, team: int) -> bool:
    """Tell whether a case is delivered, or will be without anybody."""
    of_it = runs.of_case(session, case, team=team)
    return any(
        run.state is RunState.DELIVERED
        or (run.state not in ENDED and run.resolution is not None and run.resolution not in CLOSING)
        for run in of_it
    )


def _settle(context: Context, outcome: _Outcome) -> bool:
    """Make what follows an outcome, or note why nothing does. Raise `Fenced` where somebody else settled it."""
    row = outcome.row
    if outcome.is_overtaken:
        return _end(context, outcome, FollowUpState.NOTHING, "overtaken")
    if outcome.found.loaded.input is None or outcome.found.settled is None:
        return _end(context, outcome, FollowUpState.NOTHING, "removed")
    try:
        workflow = context.registry.get(outcome.found.loaded.workflow)
        follower = _follower(context, workflow, row.workflow)
        accepted = _accepted(follower, _made(workflow, _declared(workflow, row.workflow), outcome))
    except Exception as error:  # noqa: BLE001  # the author's error concerns this follow-up only
        return _stopped(context, outcome, error)
    before = outcome.before
    if accepted is None:
        return _end(context, outcome, FollowUpState.NOTHING, "nothing", report=NOTHING_FOLLOWS if before else None)
    if before is not None and before.key == accepted.key:
        if accepted.content_hash(before.known.salt) == before.known.hash:
            return _end(context, outcome, FollowUpState.MADE, "same", made=before.case)
        if before.is_decided:
            said = difference(follower, before.input, accepted.body)
            return _end(context, outcome, FollowUpState.MADE, "marked", made=before.case, report=said)
    try:
        return _take_in(context, outcome, follower, accepted)
    except Refused as error:
        return _stopped(context, outcome, error)


def _follower(context: Context, workflow: AnyWorkflow, name: str) -> AnyWorkflow:
    if name not in context.registry:
        raise BadDeclaration(f"workflow {workflow.name}: then {name}, which is not known here")
    return context.registry.get(name)


def _declared(workflow: AnyWorkflow, follower: str) -> Then:
    then = next((one for one in workflow.follow_ups if one.workflow == follower), None)
    if then is None:
        raise BadDeclaration(f"workflow {workflow.name} no longer declares then {follower}")
    return then


def _made(workflow: AnyWorkflow, then: Then, outcome: _Outcome) -> object:
    """Call the author's function with the delivered output, and return what it makes. Raise what the code raises."""
    found, input, output = outcome.found, outcome.found.loaded.input, outcome.found.settled
    assert input is not None
    assert output is not None
    form: type[BaseModel] = workflow.output
    its_input: type[BaseModel] = workflow.input

    def called() -> object:
        run = Run(
            id=outcome.run.id,
            case=outcome.run.case_id,
            input=read(its_input, input),
            key=outcome.key,
            by=found.by,
            answers=found.heard.answers,
        )
        return then.make(read(form, output), run)

    return within(workflow, f"then {then.workflow}", called)


def _accepted(follower: AnyWorkflow, made: object) -> Accepted | None:
    """Return what was made, ready to be taken in; None where nothing was. Raise `InvalidInput`."""
    if made is None:
        return None
    if isinstance(made, follower.input):
        return accept_filled_in(follower, made)
    if isinstance(made, BaseModel):
        values, arrived = named(made)
        return accept(follower, values, arrived=arrived)
    wanted = follower.input.__name__
    raise InvalidInput(f"an input of {follower.name} is a {wanted}, and a {type(made).__name__} was made")


def _take_in(context: Context, outcome: _Outcome, follower: AnyWorkflow, accepted: Accepted) -> bool:
    """Take the case in, and note it, in one transaction."""
    before, row = outcome.before, outcome.row
    is_same = before is not None and before.key == accepted.key
    parent = outcome.found.loaded.workflow
    report: int | None = None

    def note(session: Session, receipts: Sequence[Receipt]) -> None:
        nonlocal report
        receipt = receipts[0]
        refused = _refusal(follower, receipt)
        if refused is not None:
            raise refused
        if receipt.intake is Intake.REVISED and _is_decided(session, receipt.case, team=context.team):
            raise Fenced("it was decided meanwhile")
        _move(session, context, outcome, FollowUpState.MADE, receipt.intake, made=receipt.case)
        if before is not None and not is_same:
            # Another case follows now; that one stands as it is until a person looks.
            report = _report(session, context, outcome, before, OTHER_CASE)

    take_in(
        context,
        follower,
        [accepted],
        source=f"workflow {parent}",
        actor=outcome.actor,
        origin=NewOrigin(source=_source(context, parent), follow_up=row.id),
        # A case that came from elsewhere is not changed by this one.
        revises=is_same,
        also=note,
    )
    _take_up(context, report)
    return True


def _refusal(follower: AnyWorkflow, receipt: Receipt) -> Refused | None:
    """Return why nothing was taken in; None where it was."""
    if receipt.intake is Intake.REFUSED:
        return Refused(receipt.why or "its content was removed")
    if receipt.intake is Intake.CONFLICT:
        return Refused(
            f"case {receipt.case} of {follower.name} has the same key and other content, and was not made from this "
            "case; give the key what tells them apart"
        )
    return None


def _source(context: Context, workflow: str) -> int:
    """Return the source for what is made from a workflow's outcomes."""
    team, kind = context.team, SourceKind.WORKFLOW
    with context.database.read() as session:
        known = sources.named(session, team=team, kind=kind, name=workflow)
    if known is not None:
        return known.id
    with context.database.write() as session:
        return sources.named_or_new(session, team=team, kind=kind, name=workflow, by=SYSTEM, at=context.clock())


def _end(
    context: Context,
    outcome: _Outcome,
    to: FollowUpState,
    action: str,
    *,
    made: int | None = None,
    report: str | None = None,
) -> bool:
    """Settle a follow-up without taking anything in. `report`: said of the case that was made before."""
    kept = None
    with context.database.write() as session:
        _move(session, context, outcome, to, action, made=made)
        if report is not None and outcome.before is not None:
            kept = _report(session, context, outcome, outcome.before, report)
    _take_up(context, kept)
    return True


def _move(
    session: Session, context: Context, outcome: _Outcome, to: FollowUpState, action: str, *, made: int | None
) -> None:
    """Settle a follow-up, with audit rows of both cases. Raise `Fenced` where somebody else did."""
    row, at = outcome.row, context.clock()
    cause, attempts = row.cause_id, row.attempts + 1
    parent = cases.get(session, row.case_id, team=context.team)
    is_removed = parent is None or parent.erased_at is not None
    if (is_removed and action != "removed") or not follow_ups.move(
        session, row, to, at=at, attempts=attempts, made_case_id=made, problem_id=None
    ):
        raise Fenced(f"the follow-up {row.id} was settled by another process")
    _record(session, context, row, action, by=SYSTEM, made=made)
    if made is not None:
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=SYSTEM,
            action="case.made_from",
            subject=SubjectKind.CASE.of(made),
            case=made,
            details={"case": row.case_id, "run": row.run_id, "follow_up": row.id},
        )
    if cause is not None:
        version = context.registry.code_version(context.registry.get(outcome.found.loaded.workflow))
        counting.close_where_through(session, cause, team=context.team, code_version=version, at=at)


def _report(session: Session, context: Context, outcome: _Outcome, before: _Before, said: str) -> int | None:
    """Report a case that was made of an earlier outcome, so that a person looks at it; return the report."""
    return reports.note_by_itself(session, context, before.case, said=said, occasion=f"follow-up {outcome.row.id}")


def _take_up(context: Context, report: int | None) -> None:
    """Bring a report before people at once. What cannot be taken up yet, `serve` takes up later."""
    if report is not None:
        reports.take_up(context, report)


def _record(
    session: Session, context: Context, row: schema.FollowUp, action: str, *, by: str, made: int | None = None
) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=f"follow_up.{action}",
        subject=SubjectKind.CASE.of(row.case_id),
        case=row.case_id,
        details={"follow_up": row.id, "run": row.run_id, "then": row.workflow, "made": made},
    )


def _stopped(context: Context, outcome: _Outcome, error: Exception) -> bool:
    """Put a follow-up off that may work later, or have it fail, visibly."""
    row, said = outcome.row, said_of(context, outcome.run.id, error)
    if isinstance(error, _LATER) and row.attempts + 1 < TRIES:
        asked = timedelta(seconds=error.after or 0) if isinstance(error, TryAgain) else timedelta()
        pause = min(max(FIRST_PAUSE * 2**row.attempts, asked), LONGEST_PAUSE)
        with context.database.write() as session:
            at = context.clock()
            changes = {"attempts": row.attempts + 1, "due_at": at + pause}
            if not follow_ups.move(session, row, FollowUpState.DUE, at=at, **changes):
                raise Fenced(f"the follow-up {row.id} was settled by another process")
        log.warning("follow_up.waits", follow_up=row.id, case=row.case_id, error=type(error).__name__)
        return False
    with context.database.write() as session:
        _fail(session, context, outcome, error, said)
    log.error("follow_up.failed", follow_up=row.id, case=row.case_id, error=type(error).__name__)
    return True


def _fail(session: Session, context: Context, outcome: _Outcome, error: Exception, said: Said) -> None:
    """Note that a follow-up could not be made, and count it with its cause."""
    row, run, at = outcome.row, outcome.run, context.clock()
    workflow = context.registry.get(teams.workflow_name(session, run.workflow_id, team=context.team))
    step, kind = f"then {row.workflow}", type(error).__name__
    body = canonical({"step": step, "type": kind, "message": said.kept})
    problem = contents.keep(session, team=context.team, case=row.case_id, kind="problem", body=body)
    # The words of a refusal are ours, and have nothing of the case but numbers and keys.
    alike = normalised(said.kept) if isinstance(error, Refused) else said.alike
    failure = Failure(workflow=workflow.name, step=step, error=kind, dependency=dependency_of(error), message=alike)
    stop = Stop(failure=failure, cost=Decimal(0), code_version=context.registry.code_version(workflow))
    cause = counting.cause_of(session, run, failure, at=at)
    began = row.changed_at
    changes = {"attempts": row.attempts + 1, "problem_id": problem, "cause_id": cause}
    if not follow_ups.move(session, row, FollowUpState.FAILED, at=at, **changes):
        raise Fenced(f"the follow-up {row.id} was settled by another process")
    _record(session, context, row, "failed", by=SYSTEM)
    counting.count(session, cause, stop, team=context.team, began=began, at=at)
