"""Intake of a case: validation, key, rows. An accepted input is committed; any other is refused with the reason."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, JsonValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from store import schema
from store.cases import cases, contents, deliveries, queue, runs
from store.cases.cases import KnownCase, NewContent
from store.cases.review import reviews
from store.cases.runs import FirstRun
from store.governance import audit, teams
from store.governance.audit import Act
from store.learning import announcements
from store.sources import origins
from store.sources.origins import NewOrigin
from store.states import STOPPED, AnnouncementState, Resolution, ReviewState, RunState
from store.subjects import SubjectKind
from workflows.complaints import Place
from workflows.documents.document import ARRIVED, AS_KEPT, Arrived, documents_in, holds_documents, none_arrived
from workflows.engine.case import held_documents, notices
from workflows.engine.case.idempotency_keys import case_key
from workflows.engine.case.removed import intake_refused
from workflows.engine.case.source.answers import keep_answers
from workflows.engine.case.transitions import UNRESOLVED, move_announcement, move_review, move_run
from workflows.engine.causes.counting import close_where_through
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import called, within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import checked, kept
from workflows.engine.errors import AuthorFailed, InvalidInput, Misfit, QueueFull, TimeLimitPassed
from workflows.engine.text.canonical_json import (
    MAX_BYTES,
    MAX_WITH_DOCUMENTS,
    content_hash,
    larger_than,
    printable,
    unstorable,
    unstorable_value,
)
from workflows.engine.text.salted_hash import Of, new_salt, salted_hash

INPUT_CORRECTED = "case.input_corrected"
"""The audit's word for a person's putting right of what a source sent."""
_MOST_GIVEN = 4 * MAX_BYTES
"""Most bytes of an input, including the fields that the form does not have. A larger one is not examined."""


class Intake(StrEnum):
    """The result of taking in an input."""

    TAKEN_IN = "taken_in"
    DUPLICATE = "duplicate"
    """The case exists with the same content, or with what a person made of it; nothing was done."""
    REVISED = "revised"
    """The case existed with other content; its open review and runs are superseded."""
    CONFLICT = "conflict"
    """The case existed with other content, and no revision was wanted; nothing was done."""
    REFUSED = "refused"
    """The case existed, and its content was removed: under its key nothing more is taken in."""
    FOREIGN = "foreign"
    """The case existed and belongs to another source, whatever its content; nothing was done."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The case of an input, and whether it is new."""

    case: int
    intake: Intake
    why: str | None = None
    """Reason of a refusal, in words; None where it was not refused."""


OF_ANOTHER_SOURCE = "a case with this key belongs to another source, which handed it in first; nothing was done"
"""Reason of a refusal where the case is another source's. Nothing of that case is in it."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An input that fits and is ready to be taken in."""

    key: str
    body: str
    """Canonical JSON."""
    handed: str | None = None
    """JSON of the proposal that came with it; None where none did."""
    documents: frozenset[str] = frozenset()
    """Hashes of its documents."""

    def content_hash(self, salt: str | None) -> str:
        """Return the hash of its content in a case with this salt: it tells a duplicate from a revision.

        None: the case is from before there were salts, and its content has a hash without one.
        """
        return content_hash(self.body) if salt is None else salted_hash(Of.INPUT, self.body, salt=salt)


def accept(
    workflow: AnyWorkflow,
    values: Mapping[str, object],
    *,
    arrived: Arrived = none_arrived,
    as_kept: bool = False,
) -> Accepted:
    """Check an input against the workflow's form. Raise `InvalidInput`, naming the field.

    `arrived`: gives the documents that the values name. An error of the author's code refuses this input only.
    """
    problem = unstorable(values)
    if problem is not None:
        found = {name: unstorable_value(name) or unstorable_value(value) for name, value in values.items()}
        errors: dict[str, str] = {
            Place(printable(name), path=(name,)): what for name, what in found.items() if what is not None
        }
        raise InvalidInput(problem, errors=errors)
    if larger_than(values, _MOST_GIVEN):
        raise InvalidInput(f"too large, the limit for one input is {MAX_BYTES:,} bytes")
    form: type[BaseModel] = workflow.input
    context = {ARRIVED: arrived, AS_KEPT: as_kept}
    return _accept(workflow, lambda: checked(lambda: form.model_validate(values, context=context)))


def accept_filled_in(workflow: AnyWorkflow, input: BaseModel) -> Accepted:
    """Check an input as read from its form, in which a person typed it. Raise `InvalidInput` as `accept` does."""
    return _accept(workflow, lambda: input)


def _accept(workflow: AnyWorkflow, read: Callable[[], BaseModel]) -> Accepted:
    try:
        return within(workflow, "taking in an input", lambda: _accepted(workflow, read))
    except TimeLimitPassed as error:
        raise InvalidInput(str(error)) from error


def _accepted(workflow: AnyWorkflow, read: Callable[[], BaseModel]) -> Accepted:
    form: type[BaseModel] = workflow.input
    try:
        has_documents = holds_documents(form)
        made = kept(form, read(), a="input", most=MAX_WITH_DOCUMENTS if has_documents else MAX_BYTES)
    except Misfit as error:
        raise InvalidInput(str(error), errors=error.errors) from error
    documents = frozenset(one.sha256 for one in documents_in(made.value)) if has_documents else frozenset()
    return Accepted(key=_key(workflow, made.value), body=made.body, documents=documents)


def _key(workflow: AnyWorkflow, input: BaseModel) -> str:
    try:
        key: object = called(lambda: workflow.key(input))
    except AuthorFailed as error:
        raise InvalidInput(f"no key can be made of it: {error}") from error
    if not isinstance(key, str):
        raise InvalidInput(f"its key has to be a text, it is {type(key).__name__}")
    try:
        return case_key(key)
    except ValueError as error:
        raise InvalidInput(f"its key {error}") from error


@retry(retry=retry_if_exception_type(IntegrityError), stop=stop_after_attempt(5), reraise=True)
def take_in(
    context: Context,
    workflow: AnyWorkflow,
    inputs: Sequence[Accepted],
    *,
    source: str,
    actor: str,
    options: Mapping[str, JsonValue] | None = None,
    origin: NewOrigin | None = None,
    revises: bool = True,
    also: Callable[[Session, Sequence[Receipt]], None] | None = None,
) -> list[Receipt]:
    """Take inputs in, all in one transaction, and return a receipt for each, in their order. Raise `QueueFull`.

    An input whose case lost its content, or belongs to another source, is refused, and its receipt says so; the others
    are taken in all the same.
    Where two processes bring the same new key at once, the later one waits for the other, and its case is a known one.
    Where both bring the first case of a workflow, the later one starts again.
    `options`: the settings from which the workflow's declaration was made, if there are any. `origin`: the source that
    is told how the cases end. `revises`: False where other content under a known key is a conflict. `also`: done in the
    same transaction, with the receipts; whatever it raises, nothing is taken in.
    """
    with context.database.write() as session:
        _refuse_flood(session, context, len(inputs))
        at = context.clock()
        row = teams.workflow_id(session, team=context.team, name=workflow.name, options=options, at=at)
        taking = _Taking(
            session=session,
            context=context,
            workflow=workflow,
            row=row,
            source=source,
            actor=actor,
            at=at,
            origin=origin,
            revises=revises,
        )
        # By key, so that two processes with the same cases lock them in the same order and cannot deadlock: first all
        # keys that are new, then all cases that get another content.
        by_key = sorted(range(len(inputs)), key=lambda place: inputs[place].key)
        by_place = dict(zip(by_key, _take_in(taking, [inputs[place] for place in by_key]), strict=True))
        receipts = [by_place[place] for place in range(len(inputs))]
        if also is not None:
            also(session, receipts)
        return receipts


def foreseen(
    session: Session, context: Context, workflow: AnyWorkflow, inputs: Sequence[Accepted]
) -> list[tuple[Intake, str | None]]:
    """Tell what `take_in` would do now with inputs of different keys, with the reason of a refusal."""
    row = teams.find_workflow(session, team=context.team, name=workflow.name)
    keys = {accepted.key for accepted in inputs}
    known = cases.known(session, team=context.team, workflow=row, keys=keys) if row is not None else {}
    told: list[tuple[Intake, str | None]] = []
    for accepted in inputs:
        case = known.get(accepted.key)
        if case is None:
            told.append((Intake.TAKEN_IN, None))
        elif case.erased_at is not None:
            told.append((Intake.REFUSED, intake_refused(accepted.key, case.erased_at)))
        else:
            is_same = case.content_hash == accepted.content_hash(case.salt)
            is_known = is_same or _was_put_right(session, accepted, case, team=context.team)
            told.append((Intake.DUPLICATE if is_known else Intake.REVISED, None))
    return told


def room(session: Session, context: Context) -> int:
    """Return how many more cases may wait for work."""
    limit = context.queue_limit
    return max(0, limit - runs.count_ready(session, team=context.team, at_most=limit))


def _refuse_flood(session: Session, context: Context, number: int) -> None:
    """Raise `QueueFull` where more cases would wait for work than is allowed."""
    limit = context.queue_limit
    ready = runs.count_ready(session, team=context.team, at_most=limit)
    if ready + number > limit:
        raise QueueFull(
            f"{ready:,} cases wait for work, and {limit:,} is the limit: {number:,} more were not taken in; "
            "bring them again later"
        )


@dataclass(frozen=True, kw_only=True)
class _Taking:
    """The transaction in which inputs of a workflow are taken in."""

    session: Session
    context: Context
    workflow: AnyWorkflow
    row: int
    """Id of the workflow's row."""
    source: str
    actor: str
    at: datetime
    origin: NewOrigin | None
    revises: bool

    def known(self, keys: Collection[str]) -> dict[str, KnownCase]:
        """Return the cases that stand under these keys now."""
        return cases.known(self.session, team=self.context.team, workflow=self.row, keys=keys)

    @property
    def its_source(self) -> int | None:
        """The source of these inputs; None where they have none."""
        return self.origin.source if self.origin is not None else None

    def is_foreign(self, case: KnownCase) -> bool:
        """Tell whether a case belongs to another source than the one of these inputs, and one of both is a program.

        What has no origin, as a file, is brought by people who may do so. A follow-up itself says what it may change.
        """
        origin = self.origin
        if origin is None or origin.follow_up is not None or case.source in (None, origin.source):
            return False
        return origin.is_program or case.is_of_program


def _take_in(taking: _Taking, inputs: Sequence[Accepted]) -> list[Receipt]:
    """Take in inputs in the order of their keys: all new cases with a few statements, and what is rare one by one."""
    known = taking.known({accepted.key for accepted in inputs})
    first: dict[str, Accepted] = {}
    for accepted in inputs:
        if accepted.key not in known:
            first.setdefault(accepted.key, accepted)
    added = _add(taking, first)
    known |= added
    # What another process took in meanwhile is a known case now.
    known |= taking.known(first.keys() - added.keys())
    receipts: list[Receipt] = []
    for accepted in inputs:
        key = accepted.key
        if added.pop(key, None) is not None:
            intake = Intake.TAKEN_IN
        elif taking.is_foreign(known[key]):
            intake = Intake.FOREIGN
        elif known[key].erased_at is not None:
            intake = Intake.REFUSED
        elif known[key].content_hash == accepted.content_hash(known[key].salt):
            intake = Intake.DUPLICATE
        elif not taking.revises:
            intake = Intake.CONFLICT
        else:
            known[key], intake = _revise(taking, accepted, known[key].id)
        why = why_refused(intake, key, known[key].erased_at)
        receipts.append(Receipt(case=known[key].id, intake=intake, why=why))
    return receipts


def why_refused(intake: Intake, key: str, erased_at: datetime | None) -> str | None:
    """Return the reason of a refusal; None where it is none. `erased_at`: when the content of the case was removed."""
    if intake is Intake.FOREIGN:
        return OF_ANOTHER_SOURCE
    return intake_refused(key, erased_at) if intake is Intake.REFUSED else None


def _add(taking: _Taking, new: Mapping[str, Accepted]) -> dict[str, KnownCase]:
    """Add cases by key, with their runs; returns those that no other process took in at the same moment."""
    salts = {key: new_salt() for key in new}
    hashes = {key: accepted.content_hash(salts[key]) for key, accepted in new.items()}
    added = cases.add_all(
        taking.session,
        {key: NewContent(content_hash=hashes[key], salt=salts[key]) for key in new},
        team=taking.context.team,
        workflow=taking.row,
        source=taking.source,
        at=taking.at,
    )
    begun = {
        case: _Begun(revision=1, accepted=new[key], content_hash=hashes[key], salt=salts[key])
        for key, case in added.items()
    }
    _begin(taking, begun, Intake.TAKEN_IN)
    return {
        key: KnownCase(id=case, revision=1, content_hash=hashes[key], salt=salts[key], source=taking.its_source)
        for key, case in added.items()
    }


def _revise(taking: _Taking, accepted: Accepted, case: int) -> tuple[KnownCase, Intake]:
    """Raise a case to a new revision.

    Not so where another process brought the same content until it could be locked, or another source made it its own,
    where a person put right what comes again, or where its content was removed.
    """
    session, team = taking.session, taking.context.team
    cases.hold(session, case, team=team)
    now = taking.known({accepted.key})[accepted.key]
    if taking.is_foreign(now):
        return now, Intake.FOREIGN
    if now.erased_at is not None:
        return now, Intake.REFUSED
    if now.content_hash == accepted.content_hash(now.salt) or _was_put_right(session, accepted, now, team=team):
        return now, Intake.DUPLICATE
    # A case from before there were salts gets one with its next content.
    salt = now.salt or new_salt()
    content, revision = accepted.content_hash(salt), now.revision + 1
    cases.revise(session, team=team, case=case, revision=now.revision, content_hash=content, salt=salt)
    supersede(session, taking.workflow, case, context=taking.context, actor=taking.actor)
    begun = _Begun(revision=revision, accepted=accepted, content_hash=content, salt=salt)
    _begin(taking, {case: begun}, Intake.REVISED)
    source = taking.its_source or now.source
    return KnownCase(id=case, revision=revision, content_hash=content, salt=salt, source=source), Intake.REVISED


def _was_put_right(session: Session, accepted: Accepted, case: KnownCase, *, team: int) -> bool:
    """Tell whether an input is what its source sent last, and a person put that right since."""
    subject = SubjectKind.CASE.of(case.id)
    put_right = audit.last(session, team=team, subject=subject, action=INPUT_CORRECTED)
    if put_right is None:
        return False
    taken = [f"case.{intake}" for intake in (Intake.TAKEN_IN, Intake.REVISED)]
    sent = [audit.last(session, team=team, subject=subject, action=action) for action in taken]
    last = max((entry for entry in sent if entry is not None), key=lambda entry: entry.id)
    # What came before the case had its salt has a hash without one.
    its_hashes = {accepted.content_hash(case.salt), accepted.content_hash(None)}
    return last.id < put_right.id and last.details.get("input") in its_hashes


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A new revision of a case."""

    revision: int
    accepted: Accepted
    content_hash: str
    salt: str


def _begin(taking: _Taking, begun: Mapping[int, _Begun], intake: Intake) -> None:
    """Keep the inputs of new revisions, given by case, and have each worked on."""
    session, team = taking.session, taking.context.team
    bodies = {case: one.accepted.body for case, one in begun.items()}
    kept = contents.keep_all(session, bodies, team=team, kind="input")
    # The source said it of the case, and not of the revision alone.
    answers = {case: keep_answers(session, case, team=team) for case in begun if intake is Intake.REVISED}
    proposals = {case: one.accepted.handed for case, one in begun.items() if one.accepted.handed is not None}
    handed = contents.keep_all(session, proposals, team=team, kind="handed")
    told = _origins(taking, begun, intake)
    new = [
        FirstRun(
            case=case,
            revision=one.revision,
            input_id=kept[case],
            answers_id=answers.get(case),
            origin_id=told.get(case),
            handed_id=handed.get(case),
        )
        for case, one in begun.items()
    ]
    ran = runs.add_first(
        session,
        new,
        team=team,
        workflow=taking.row,
        state=RunState.READY,
        code_version=taking.context.registry.code_version(taking.workflow),
        asked_by=taking.actor,
        at=taking.at,
    )
    queue.enqueue_all(session, [(ran[case], case) for case in begun], team=team)
    wanted = {case: one.accepted.documents for case, one in begun.items() if one.accepted.documents}
    held = held_documents.hold(session, wanted, team=team, are_new=intake is Intake.TAKEN_IN) if wanted else {}
    acts = [
        Act(
            action=f"case.{intake}",
            subject=SubjectKind.CASE.of(case),
            case=case,
            details={
                "revision": one.revision,
                "input": one.content_hash,
                "run": ran[case],
                **(held_documents.told(held[case], salt=one.salt) if case in held else {}),
            },
        )
        for case, one in begun.items()
    ]
    audit.record_all(session, acts, team=team, at=taking.at, actor=taking.actor)


def _origins(taking: _Taking, begun: Collection[int], intake: Intake) -> Mapping[int, int]:
    """Return the origins of cases by case: the one of these inputs, else the one that the case has already."""
    session, team = taking.session, taking.context.team
    if taking.origin is not None:
        return origins.keep_all(session, begun, taking.origin, team=team)
    if intake is Intake.TAKEN_IN:
        return {}
    return {case: origin.id for case, origin in origins.of_cases(session, begun, team=team).items()}


_REPLACEABLE = (
    RunState.READY,
    RunState.RUNNING,
    RunState.WAITING,
    RunState.FAILED,
    RunState.PARKED,
    RunState.HOLDING,  # only one that was announced: nobody decided it
)

_TO_DECIDE = (ReviewState.OPEN, ReviewState.AWAITING_SECOND, ReviewState.ASKED)


def supersede(session: Session, workflow: AnyWorkflow, case: int, *, context: Context, actor: str) -> None:
    """Supersede the open runs and reviews of a case. A resolved run is still delivered: no decision is lost.

    One that was only announced is not: nobody decided it.
    """
    at = context.clock()
    for run in runs.of_case_in(session, case, _REPLACEABLE, team=context.team):
        on_its_way = run.resolution is not None and run.state in (RunState.READY, RunState.RUNNING)
        had_stopped = run.state in STOPPED
        if run.state == RunState.HOLDING and not _withdraw(session, workflow, run, at=at, actor=actor):
            continue
        if on_its_way or not move_run(session, run, RunState.SUPERSEDED, at=at, actor=actor):
            continue
        if had_stopped and run.cause_id is not None:
            version = context.registry.code_version(workflow)
            close_where_through(session, run.cause_id, team=run.team_id, code_version=version, at=at)
    supersede_reviews(session, workflow, case, context=context, actor=actor)


def _withdraw(session: Session, workflow: AnyWorkflow, run: schema.Run, *, at: datetime, actor: str) -> bool:
    """Take back the announcement of a run; False where its delivery is held for another reason."""
    if run.resolution != Resolution.ALONE or run.held_until is None:
        return False
    if not move_run(session, run, RunState.WAITING, at=at, actor=actor, **UNRESOLVED):
        return False
    deliveries.withdraw(session, run.id, team=run.team_id, parent=run.parent_id)
    announcements.not_alone(session, run.id, team=run.team_id, counts=False)
    ended = move_announcement(session, run, AnnouncementState.WITHDRAWN, at=at, actor=actor)
    if ended is not None:
        notices.announced(session, ended, workflow.review, team=run.team_id, at=at)
    return True


def supersede_reviews(session: Session, workflow: AnyWorkflow, case: int, *, context: Context, actor: str) -> None:
    """Supersede the reviews of a case that nobody decided, and have their cards show it."""
    at = context.clock()
    for review in reviews.of_case_in(session, case, _TO_DECIDE, team=context.team):
        waited = review.state == ReviewState.AWAITING_SECOND
        if move_review(session, review, ReviewState.SUPERSEDED, at=at, actor=actor, action="review.superseded"):
            if waited:
                # What one person decided and no second one confirmed is no decision.
                made = reviews.decisions(session, review.id, team=context.team)
                pending = [decision.version for decision in made if decision.output_id is not None]
                reviews.revoke(session, review.id, pending, team=context.team, by=actor, at=at)
            notices.card(session, review, workflow.review, at=at)
            if workflow.has_documents:
                notices.pages_gone(session, review, at=at)
