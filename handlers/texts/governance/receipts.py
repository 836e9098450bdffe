"""The receipt of a decision, in plain words: who decided what on which evidence, and whether its three hashes fit."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from handlers.texts import states
from handlers.texts.governance import levels
from handlers.texts.pieces import Line, Paragraph, Piece, Room, Told, bullets, line, moment, person, quote, words
from handlers.texts.plain import about, excerpt, percent, proposer
from handlers.texts.review import reasons
from store.states import DeliveryState, Level, Resolution, RunState
from workflows.engine.proof.receipts.views import (
    DecisionReceipt,
    DeliveryReceipt,
    DocumentReceipt,
    Hashed,
    Outcome,
    ProposalReceipt,
    ReceiptView,
    RunReceipt,
    Standing,
)
from workflows.engine.reasons import Code
from workflows.engine.review.decisions import LAPSES, DecisionKind
from workflows.engine.text.sanitize import one_line

RECEIPT = "Receipt"
"""Title of the page."""
ROOM = Room(text=1_000, line=300, items=40)
"""Room for the receipt of an ordinary case."""
_DIGITS = 16
"""Digits of a hash that are shown: enough to tell two apart; all of them are in the receipt as JSON."""
_DOCUMENTS = 5
"""Documents that are named; the others are counted."""
_STANDING: Mapping[Standing, str] = {
    Standing.FITS: "fits the content",
    Standing.DIFFERS: "DOES NOT FIT the content that is there",
    Standing.REMOVED: "content removed, cannot be recomputed",
    Standing.NO_HASH: "no hash was kept",
}
_NAMES: Mapping[str, str] = {
    "input": "input",
    "proposed": "proposed",
    "shown": "what was shown",
    "approved": "approved",
    "reason": "reason",
    "delivered": "delivered",
    "receipt": "target's receipt",
}


def receipt(view: ReceiptView, room: Room = ROOM) -> Told:
    """Tell the receipt of a case: of its newest decision first, then of each that was delivered or closed before."""
    first = line(words(f"Receipt of case {view.case}, {one_line(view.key, room.line)}", bold=True))
    owner = [words(", owned by "), person(view.owner)] if view.owner is not None else []
    asks = f": {excerpt(view.decision, room.line)}" if view.decision else ""
    about_it: list[Paragraph] = [first, line(words(view.workflow), *owner, words(asks))]
    if view.erased_at is not None:
        about_it.append(line(words("All of its content was removed on "), moment(view.erased_at), words(".")))
    shown = view.runs[: max(1, room.items // 8)]
    parts: list[Sequence[Paragraph]] = [about_it]
    for one in shown:
        parts += _of_run(one, view, room)
    if len(shown) < len(view.runs):
        left = len(view.runs) - len(shown)
        earlier = "1 earlier decision is" if left == 1 else f"{left:,} earlier decisions are"
        said = f"{earlier} left out here. The command line tells all: countersign receipt {view.case} --json"
        parts.append([line(words(said))])
    return Told(brief=f"Receipt of case {view.case}", parts=[part for part in parts if part])


def _of_run(run: RunReceipt, view: ReceiptView, room: Room) -> list[Sequence[Paragraph]]:
    nth = f", correction {run.correction}" if run.correction else ""
    title = f"Decision of run {run.run} (revision {run.revision}{nth})"
    return [
        [line(words(title, bold=True)), line(*_outcome(run))],
        _part("What came in", _input(run, view)),
        _part("What was proposed", _proposal(run, room)),
        _part("Why a person was asked", _why(run.proposal, room) if run.decisions else []),
        _part("Who decided", _decisions(run, room)),
        _part("What was delivered", _delivery(run.delivery, room)),
        _part("The hashes", _hashes(run)),
    ]


def _part(title: str, said: Sequence[Paragraph]) -> list[Paragraph]:
    return [line(words(title, bold=True)), *said] if said else []


def _outcome(run: RunReceipt) -> list[Piece]:
    who = _deciders(run)
    match run.outcome:
        case Outcome.AS_PROPOSED:
            return [words("What was delivered is what "), *who, words(" approved, and what was proposed.")]
        case Outcome.EDITED:
            changed = person(run.standing.by if run.standing is not None else "")
            said = " decided. It differs from what was proposed: "
            return [words("What was delivered is what "), *who, words(said), changed, words(" changed it.")]
        case Outcome.ANSWERED:
            is_blind = run.proposal is not None and Code.SHADOW in run.proposal.why
            first = "Nobody saw the proposal before." if is_blind else "There was no proposal."
            return [words(f"{first} What was delivered is what "), *who, words(" filled in.")]
        case Outcome.ALONE:
            return [words("Nobody decided it: the workflow went alone. What was delivered is what was proposed.")]
        case Outcome.LAPSED:
            return [
                words("Nobody answered in time, and the workflow has proposals delivered then. "),
                words("What was delivered is what was proposed."),
            ]
        case Outcome.TOLD:
            return [*_closed(run), words(" The system of record was told so, with the very reason.")]
        case Outcome.CLOSED:
            return [*_closed(run), words(" Nothing was delivered.")]
        case Outcome.FOUND:
            return _found(run)
        case Outcome.PENDING:
            return [words(f"It is decided, and not delivered: the case is {states.RUN[run.state]}.")]
        case Outcome.NOT_APPROVED:
            return [
                words("Alarm: what was delivered is not what was decided. ", bold=True),
                words("Nobody approved what the target was given."),
            ]
        case Outcome.UNKNOWN:
            what = "It was delivered. " if run.state is RunState.DELIVERED else ""
            return [
                words(f"{what}Whether that is what was decided cannot be proven: "),
                words("this version of Countersign did not keep the hashes yet."),
            ]


def _found(run: RunReceipt) -> list[Piece]:
    made = run.delivery
    if made is None or made.settled_by is None:
        return []
    said = " found that the delivery happened. It was to deliver what was decided; the target gave no receipt."
    return [person(made.settled_by), words(said)]


def _closed(run: RunReceipt) -> list[Piece]:
    made = run.standing
    if made is None or made.kind in LAPSES:
        return [words("Nobody answered in time, so the case was closed.")]
    if made.kind == DecisionKind.UPHELD:
        return [person(made.by), words(" found that what was delivered is right, so it stays.")]
    return [person(made.by), words(" rejected it.")]


def _deciders(run: RunReceipt) -> list[Piece]:
    """Name those whose decision counts: the first person, and those who confirmed it."""
    people = list(dict.fromkeys(one.by for one in run.decisions if one.revoked_at is None and _counts(one, run)))
    named: list[Piece] = []
    for number, by in enumerate(people):
        named += [words(" and ")] if number else []
        named.append(person(by))
    return named


def _counts(one: DecisionReceipt, run: RunReceipt) -> bool:
    return one is run.standing or (one.confirms and run.standing is not None and one.version > run.standing.version)


def _input(run: RunReceipt, view: ReceiptView) -> list[Paragraph]:
    if run.input is None:
        return [line(words("How it came in is not known."))]
    if run.input.put_right:
        first = line(person(run.input.handed_in_by), words(" put it right, "), moment(run.input.at))
    else:
        source = words(f"From {one_line(view.source, 200)}, handed in by ")
        first = line(source, person(run.input.handed_in_by), words(", "), moment(run.input.at))
    return [first, *([_documents(run.input.documents)] if run.input.documents else [])]


def _documents(documents: Sequence[DocumentReceipt]) -> Line:
    """Say which documents came with it."""
    each = [f"{one.kind}, {one.pages} {'page' if one.pages == 1 else 'pages'}" for one in documents[:_DOCUMENTS]]
    more = f" and {len(documents) - _DOCUMENTS} more" if len(documents) > _DOCUMENTS else ""
    return line(words(f"Documents: {'; '.join(each)}{more}."))


def _proposal(run: RunReceipt, room: Room) -> list[Paragraph]:
    made = run.proposal
    if made is None:
        return [line(words("What was proposed is not known."))]
    if made.output is None:
        return [line(words("Nothing.")), line(words(_code(made)))]
    said: list[Paragraph] = []
    if made.values:
        said.append(bullets(_few([_value(name, text, made, room) for name, text in made.values.items()], room)))
    else:
        said.append(line(words("Its values were removed.")))
    by = "a sample answer, written by hand" if made.sample else proposer(made.model or "", room.line)
    prompt = f", prompt {made.prompt_version}" if made.prompt_version else ""
    # A correction is proposed by a person.
    whose = person(made.model) if run.correction and made.model and " " not in made.model else words(by)
    version = f", version {one_line(made.deployed, room.line)}" if made.deployed else ""
    said.append(line(words("By "), whose, words(f"{prompt}{version}. {_code(made)}")))
    said.append(line(words(_measured(made))))
    if made.said:
        because = [line(words(excerpt(one, room.line))) for one in made.said]
        said += [line(words("It said:")), bullets(_few(because, room))]
    return said


def _value(name: str, text: str, made: ProposalReceipt, room: Room) -> Line:
    sure = made.confidence.get(name)
    sureness = f" ({percent(sure)} sure)" if sure is not None else ""
    rests = made.evidence.get(name)
    because = f", from “{excerpt(rests, room.line)}”" if rests else ""
    return line(words(f"{name}: {excerpt(text, room.line) or 'nothing'}{sureness}{because}"))


def _code(made: ProposalReceipt) -> str:
    code = f"Code {made.code_version}" if made.code_version else "Its code version is not known"
    return f"{code}, terms {made.terms[:_DIGITS]}." if made.terms else f"{code}."


def _measured(made: ProposalReceipt) -> str:
    """Say against what it was measured whether the workflow may go alone."""
    stated = (
        f"the lowest confidence stated is {made.lowest:.4g}" if made.lowest is not None else "no confidence was stated"
    )
    if made.weighed is not None:
        stated = f"the confidence is {made.weighed:.4g} as weighed from people's labels; {stated}"
    if made.level is not None:
        return f"{levels.was(made.level, made.floor)}; {stated}."
    if made.floor is not None:
        return f"The floor to go alone is {made.floor:.4g}, {stated}."
    # The code's version is kept with the floor.
    if made.code_version is None:
        return f"The floor to go alone was not kept; {stated}."
    return f"This workflow never goes alone; {stated}."


def _why(made: ProposalReceipt | None, room: Room) -> list[Paragraph]:
    if made is None:
        return []
    whole = [line(words(excerpt(reasons.in_words(one), room.line))) for one in made.reasons]
    codes = [line(words(f"{code.replace('_', ' ')} (its words were removed)")) for code in made.why]
    return [bullets(_few(whole or codes, room))] if whole or codes else []


def _decisions(run: RunReceipt, room: Room) -> list[Paragraph]:
    if not run.decisions:
        return [line(words(_by_nobody(run)))] if run.resolution is Resolution.ALONE else []
    said: list[Paragraph] = []
    for one in run.decisions[-room.items :]:
        said += _decision(one, room)
    return said


def _by_nobody(run: RunReceipt) -> str:
    if run.proposal is None or run.proposal.level != Level.VETO:
        return "Nobody; the workflow went alone."
    is_held = run.state is RunState.HOLDING and run.outcome is Outcome.PENDING
    return "Nobody; it was announced." if is_held else "Nobody; it was announced, and nobody stopped it."


def _decision(one: DecisionReceipt, room: Room) -> list[Paragraph]:
    if one.kind in LAPSES:
        return [line(words("Nobody: "), words("no person answered in time, "), moment(one.at))]
    verb = "confirmed" if one.confirms else states.DECISION.get(one.kind, one.kind)
    follows = f" ({states.FOLLOWS[one.follows]})" if one.follows else ""
    form = f", {about(one.seconds)} with the form open" if one.seconds is not None else ", form time not known"
    unopened = ", together with others and without opening it" if one.unopened else ""
    pieces = [person(one.by), words(f" {verb} it{follows}, "), moment(one.at), words(f"{form}{unopened}")]
    if one.revoked_at is not None:
        pieces += [words("; taken back"), *([words(" by "), person(one.revoked_by)] if one.revoked_by else [])]
    said: list[Paragraph] = [line(*pieces)]
    if one.values and not one.confirms:
        changed = [line(words(f"{name}: {excerpt(text, room.line) or 'nothing'}")) for name, text in one.values.items()]
        said.append(bullets(_few(changed, room)))
    if one.reason is not None:
        said.append(quote(excerpt(_said(one.reason), room.text)))
    said += [line(words(f"Although never: {excerpt(rule, room.line)}")) for rule in one.passed_over]
    return said


def _said(reason: Hashed) -> str:
    """Return a reason as it was written; it is kept as JSON."""
    return str(json.loads(reason.text)) if reason.text is not None else "(the reason was removed)"


def _delivery(made: DeliveryReceipt | None, room: Room) -> list[Paragraph]:
    if made is None:
        return []
    what = "The news of the rejection" if made.rejection else "The delivery"
    verb = "is " if made.state in (DeliveryState.APPLIED, DeliveryState.DOUBTFUL) else ""
    tried = f"{made.attempts} {'attempt' if made.attempts == 1 else 'attempts'}"
    said: list[Paragraph] = [
        line(words(f"{what} {verb}{states.DELIVERY[made.state]} after {tried}, "), moment(made.at)),
        line(words(f"Key: {one_line(made.key, room.line)}")),
    ]
    if made.waited_since is not None:
        said.append(line(words("It had to wait for its target from "), moment(made.waited_since)))
    if made.settled_by is not None and made.settled_at is not None:
        found = words(" looked, and found that it happened, ")
        said.append(line(person(made.settled_by), found, moment(made.settled_at)))
    if made.said is not None:
        said.append(line(words(f"Receipt of the target: {excerpt(made.said, room.line)}")))
    if made.code_version is not None:
        said.append(line(words(f"Delivered by code {made.code_version}.")))
    return said


def _hashes(run: RunReceipt) -> list[Paragraph]:
    lines = [
        line(words(f"{_name(name, run)}: {one.hash[:_DIGITS] if one.hash else 'none'}, {_STANDING[one.standing]}"))
        for name, one in run.hashes.items()
    ]
    rows = ", ".join(str(row) for row in run.rows)
    said: list[Paragraph] = [*_compared(run), bullets(lines)]
    where = f"They stand in these rows of the audit: {rows}. countersign verify proves the rows."
    return [*said, line(words(where))] if rows else said


def _compared(run: RunReceipt) -> list[Line]:
    """Put the three hashes beside each other, as far as there are any."""
    named = [("proposed", run.proposed), ("approved", run.approved), (_name("delivered", run), run.delivered)]
    there = [(name, hash) for name, hash in named if hash is not None]
    if len(there) < 2:
        return []
    text = there[0][0]
    for (_, before), (name, hash) in pairwise(there):
        text += f" {'=' if hash == before else '≠'} {name}"
    return [line(words(f"{text}."))]


def _name(name: str, run: RunReceipt) -> str:
    found = name == "delivered" and run.delivery is not None and run.delivery.settled_by is not None
    pending = name == "delivered" and run.delivery is not None and run.delivery.state is not DeliveryState.APPLIED
    if found or pending:
        return "to be delivered"
    return _NAMES.get(name) or name.replace("_", " ")


def _few(lines: Sequence[Line], room: Room) -> list[Line]:
    left = len(lines) - room.items
    return [*lines[: room.items], line(words(f"and {left:,} more"))] if left > 0 else list(lines)
