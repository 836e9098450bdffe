"""Handing in of cases by a source: what its key allows, and each request once.

A request may name an idempotency key, so that the source can send it again without knowing whether it arrived. The row
that keeps its answer is written in the transaction that takes the cases in, and its unique key decides between two at
once: the later one waits for the first, and gets its answer. A request of which nothing was taken in keeps no answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store.cases import cases
from store.sources import handed_in
from store.sources.handed_in import Answered
from store.sources.origins import NewOrigin
from workflows.complaints import pointer_to
from workflows.documents.document import Arrived
from workflows.engine.case.intake import Accepted, Intake, Receipt, accept, take_in, why_refused
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.arrivals import MOST_TEXT, looked_up
from workflows.engine.documents.keeping import uploaded_by
from workflows.engine.errors import InvalidInput, OtherRequest, Unknown
from workflows.engine.sources.programs.handed_proposals import read_handed
from workflows.engine.sources.programs.keys import Caller

MOST_INPUTS = 500
"""Most inputs of one request."""
KEPT = timedelta(hours=24)
"""Time for which an idempotency key is known, at least. Older ones go once a day."""
LONGEST_KEY = 255
"""Most characters of an idempotency key."""
_AT_ONCE = 1_000
"""Answers that are deleted in one transaction."""


class Part(StrEnum):
    """The parts of what is handed in."""

    VALUES = "values"
    PROPOSAL = "proposal"


class Why(StrEnum):
    """The kinds of reasons for which an input is not taken in."""

    INVALID = "invalid"
    """It does not fit the workflow's form."""
    NOT_ALLOWED = "not_allowed"
    """The source may not hand in proposals."""
    AS_BEFORE = "as_before"
    """It was refused when the same request came first, for a reason that no longer holds."""


@dataclass(frozen=True, kw_only=True)
class HandedInput:
    """One input, as a source hands it in."""

    values: Mapping[str, JsonValue]
    proposal: Mapping[str, JsonValue] | None = None
    """The proposal that comes with it; None where none does."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that the source may send again."""

    key: str
    """The idempotency key, as the source chose it."""
    fingerprint: str
    """The request's content, or a hash of it: another one under the same key is refused."""


@dataclass(frozen=True, kw_only=True)
class NotTaken:
    """An input that was not taken in. The others of its request may be."""

    why: Why
    message: str
    """The reason in words."""
    part: Part
    """The part that is wrong."""
    errors: Mapping[str, str]
    """The fault of each field, by its JSON pointer (RFC 6901) in that part; the empty pointer is the whole."""


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """The answer to a request."""

    receipts: Sequence[Receipt | NotTaken]
    """One for each input, in their order."""
    replayed: bool
    """True if the request came before: its answer was repeated, and nothing was done."""
    keys: Mapping[int, str] = field(default_factory=dict, compare=False)
    """The key of each case by its id."""


def hand_in(
    context: Context,
    caller: Caller,
    workflow: str,
    inputs: Sequence[HandedInput],
    *,
    request: Request | None,
    revises: bool,
    options: Mapping[str, JsonValue] | None = None,
) -> HandedIn:
    """Take in what a source hands in, each input accepted or refused for itself, and return the receipts.

    `request`: None where the source named no idempotency key. `revises`: False where other content under a known case
    key is a conflict. `options`: the settings from which the workflow's declaration was made, if there are any.

    Raise `Unknown` for a workflow that does not exist, or that the source may not hand in for; `OtherRequest`;
    `InvalidInput` for a request that cannot be as a whole; `QueueFull`.
    """
    if workflow not in context.registry or not caller.may(workflow):
        raise Unknown(f"there is no workflow {workflow!r:.100} that this key may hand in for")
    declared = context.registry.get(workflow)
    if not 0 < len(inputs) <= MOST_INPUTS:
        raise InvalidInput(f"a request holds 1 to {MOST_INPUTS} inputs, not {len(inputs):,}")
    asked = None if request is None else _asked(request, workflow, revises=revises)
    if asked is not None:
        kept = _kept(context, caller, declared, inputs, asked)
        if kept is not None:
            return kept
    given = _all_accepted(context, caller, declared, inputs)
    accepted = [one for one in given if isinstance(one, Accepted)]
    if not accepted:
        return HandedIn(receipts=_each(given, []), replayed=False)

    def keep(session: Session, receipts: Sequence[Receipt]) -> None:
        if asked is not None and not handed_in.add(
            session,
            team=context.team,
            source=caller.source,
            key_hash=asked.key_hash,
            request_hash=asked.request_hash,
            answer=_answer(_each(given, receipts)),
            at=context.clock(),
        ):
            raise _AnsweredMeanwhile

    try:
        receipts = take_in(
            context,
            declared,
            accepted,
            source=f"source {caller.name}",
            actor=caller.actor,
            options=options,
            origin=NewOrigin(source=caller.source, is_program=True),
            revises=revises,
            also=keep,
        )
    except _AnsweredMeanwhile:
        assert asked is not None
        kept = _kept(context, caller, declared, inputs, asked)
        assert kept is not None  # answers are kept for a day
        return kept
    named = {receipt.case: one.key for receipt, one in zip(receipts, accepted, strict=True)}
    return HandedIn(receipts=_each(given, receipts), replayed=False, keys=named)


def sweep(context: Context) -> int:
    """Delete the answers that were kept long enough, some at a time, and return their number."""
    before, swept = context.clock() - KEPT, 0
    while True:
        with context.database.write() as session:
            deleted = handed_in.forget(session, team=context.team, before=before, at_most=_AT_ONCE)
        swept += deleted
        if deleted < _AT_ONCE:
            return swept


class _AnsweredMeanwhile(Exception):
    """Another process, or another thread, answered the same request first."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A request as it is kept: by its hashes."""

    key_hash: str
    request_hash: str


def _asked(request: Request, workflow: str, *, revises: bool) -> _Asked:
    key = request.key
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(f"an idempotency key has 1 to {LONGEST_KEY} printable ASCII characters")
    # With the key: equal requests under different keys have different hashes.
    parts = [key, workflow, str(revises), request.fingerprint]
    whole = "".join(f"{len(part)}:{part}" for part in parts)
    return _Asked(key_hash=_hash(key), request_hash=_hash(whole))


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def _all_accepted(
    context: Context, caller: Caller, workflow: AnyWorkflow, inputs: Sequence[HandedInput]
) -> list[Accepted | NotTaken]:
    """Accept or refuse each input for itself. Raise `InvalidInput` where all together are too much."""
    arrived = looked_up(workflow.input, [one.values for one in inputs], uploaded_by(context, caller.source))
    given, left = [], MOST_TEXT
    for one in inputs:
        made = _accepted(caller, workflow, one, arrived=arrived)
        left -= len(made.body) if isinstance(made, Accepted) and made.documents else 0
        if left < 0:
            # A document may be named in each of the cases, and its text is in each of them.
            raise InvalidInput("the texts of its documents are too long together: hand in fewer cases at a time")
        given.append(made)
    return given


def _accepted(caller: Caller, workflow: AnyWorkflow, given: HandedInput, *, arrived: Arrived) -> Accepted | NotTaken:
    if given.proposal is not None and not caller.may_propose:
        message = "this source may hand in no proposals: hand the case in without one"
        return NotTaken(why=Why.NOT_ALLOWED, message=message, part=Part.PROPOSAL, errors={"": message})
    part = Part.VALUES
    try:
        accepted = accept(workflow, given.values, arrived=arrived)
        if given.proposal is None:
            return accepted
        part = Part.PROPOSAL
        return replace(accepted, handed=read_handed(workflow, given.proposal))
    except InvalidInput as error:
        sent = given.values if part is Part.VALUES else given.proposal
        return NotTaken(why=Why.INVALID, message=str(error), part=part, errors=_by_pointer(error.errors, sent))


def _by_pointer(errors: Mapping[str, str], sent: object) -> dict[str, str]:
    """Return errors by the JSON pointer of their fields. Where a value may be of several types, it has one of each."""
    found: dict[str, str] = {}
    for name, what in errors.items():
        pointer = pointer_to(name, sent)
        found[pointer] = f"{found[pointer]}; {what}" if pointer in found else what
    return found


def _each(given: Sequence[Accepted | NotTaken], receipts: Sequence[Receipt]) -> list[Receipt | NotTaken]:
    """Return what became of each input, in their order. `receipts`: those of the accepted ones."""
    left = iter(receipts)
    return [one if isinstance(one, NotTaken) else next(left) for one in given]


def _answer(receipts: Sequence[Receipt | NotTaken]) -> dict[str, Any]:
    """Return an answer as it is kept: ids and codes. What is wrong with an input is found anew."""
    return {
        "inputs": [
            None if isinstance(one, NotTaken) else {"case": one.case, "intake": str(one.intake)} for one in receipts
        ]
    }


def _kept(
    context: Context, caller: Caller, workflow: AnyWorkflow, inputs: Sequence[HandedInput], asked: _Asked
) -> HandedIn | None:
    """Return the answer that a request got before; None where it is new. Raise `OtherRequest`."""
    with context.database.read() as session:
        found = handed_in.answered(session, team=context.team, source=caller.source, key_hash=asked.key_hash)
        if found is None:
            return None
        if found.request_hash != asked.request_hash:
            raise OtherRequest
        receipts = _receipts(session, found, team=context.team)
        named = cases.keys_of(session, {one.case for one in receipts if one is not None}, team=context.team)
    return HandedIn(
        receipts=[
            receipt if receipt is not None else _refused_before(context, caller, workflow, one)
            for receipt, one in zip(receipts, inputs, strict=True)
        ],
        replayed=True,
        keys=named,
    )


def _receipts(session: Session, answered: Answered, *, team: int) -> list[Receipt | None]:
    """Return the receipts of an answer; None for each input that was not taken in."""
    receipts: list[Receipt | None] = []
    for one in answered.answer["inputs"]:
        if one is None:
            receipts.append(None)
            continue
        intake, row = Intake(one["intake"]), cases.get(session, one["case"], team=team)
        why = why_refused(intake, row.key, row.erased_at) if row is not None else None
        receipts.append(Receipt(case=one["case"], intake=intake, why=why))
    return receipts


def _refused_before(context: Context, caller: Caller, workflow: AnyWorkflow, given: HandedInput) -> NotTaken:
    """Return why an input was not taken in, which is not kept: its words may hold what is in the case."""
    (again,) = _all_accepted(context, caller, workflow, [given])
    if isinstance(again, NotTaken):
        return again
    message = "it was refused when this request came first, and would be taken in now: use a new idempotency key"
    return NotTaken(why=Why.AS_BEFORE, message=message, part=Part.VALUES, errors={"": message})
