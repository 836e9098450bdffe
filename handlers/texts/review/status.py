"""The state of a review in words. Recorded, applied and apply failed are three different things."""

from collections.abc import Sequence

from handlers.texts.operations.deliveries import Said, rejection_waits, unconfirmed, waiting
from handlers.texts.pieces import Line, Paragraph, Piece, Quote, Room, command, hour, line, moment, person, quote, words
from handlers.texts.plain import excerpt
from handlers.texts.review import deadlines, questions, reports, seconds
from handlers.texts.review.assigning import assignments, escalations
from handlers.texts.review.second_proposals import told_same
from store.states import ReviewState, RunState
from workflows.engine.review.decisions import DecisionKind, Follows
from workflows.engine.review.views import CardView, DecisionView

SAMPLE = "Sample answer, written by hand"
"""Label of a sample answer, shown wherever the answer is: no model made it."""
_DECIDED = {
    "approved": "Approved",
    "edited": "Edited and approved",
    "answered": "Answered by hand",
    "rejected": "Rejected",
    "asked": "Asked the source",
    "upheld": "Found right",
}
_UNDER_WAY = frozenset({RunState.READY, RunState.RUNNING, RunState.DELIVERING, RunState.WAITING})
_NOT_APPLIED = frozenset({RunState.FAILED, RunState.PARKED})
_CLOSE = frozenset({DecisionKind.REJECTED, DecisionKind.UPHELD, DecisionKind.EXPIRED})
"""Decisions and lapses after which nothing is delivered."""
_BRIEF = Room(text=0, line=0, items=0)
"""Room in a notification, which shows no details."""
_ELSE = {
    ReviewState.AWAITING_SECOND: seconds.NEEDED,
    ReviewState.ASKED: "Waits for an answer to a question",
    ReviewState.EXPIRED: "Expired",
}


def in_brief(view: CardView) -> str:
    """Return the status in a few words, for a notification."""
    return f"{deadlines.OVERDUE if view.overdue else ''}{_in_brief(view)}"


def _in_brief(view: CardView) -> str:
    match view.state:
        case ReviewState.OPEN:
            if view.reported:
                return reports.REPORTED
            if view.correction:
                return "Correction to decide"
            if view.has_proposal and view.sample:
                return "Decision needed (sample answer, written by hand)"
            return "Decision needed" if view.has_proposal else "To be filled in"
        case ReviewState.AWAITING_SECOND:
            return seconds.NEEDED
        case ReviewState.DECIDED if view.decision is not None:
            return f"{_how(view.decision, _what(view))}, {_outcome(view, _BRIEF).title.lower()}"
        case _:
            return _otherwise(view)


def paragraphs(view: CardView, room: Room) -> list[Paragraph]:
    """Draw the status, as shown at the top of a card."""
    match view.state:
        case ReviewState.OPEN:
            return _open(view, room)
        case ReviewState.AWAITING_SECOND if view.decision is not None:
            late = deadlines.overdue(view)
            return [*([line(*late)] if late else []), *seconds.waits_for_second(view, view.decision, room)]
        case ReviewState.DECIDED if view.decision is not None:
            outcome = _outcome(view, room)
            said = line(words(outcome.title, bold=True), *outcome.more)
            decided = _decided(view.decision, room, _what(view), also=seconds.also_approved(view))
            return [decided, said, *_detail(view, room)]
        case ReviewState.ASKED:
            return questions.waits(view, room)
        case _:
            return [line(words(_otherwise(view), bold=True), words(". Nothing to do here."))]


def _open(view: CardView, room: Room) -> list[Paragraph]:
    if view.reported:
        asks = reports.ASKS
    elif view.has_proposal:
        asks = "Decide" if view.answer_by is not None else "Waits for your decision"
    else:
        asks = "Fill in" if view.answer_by is not None else "Waits to be filled in"
    late = deadlines.overdue(view)
    first = [*late, words(" · ")] if late else []
    first.append(words(f"{_what(view)}{asks}", bold=True))
    if view.answer_by is not None and not late:
        # Of a report it is the answer that has a time, and not how long the delivery stays.
        first += [words(" · answer by " if view.reported else " by "), moment(view.answer_by)]
    if not view.has_proposal and not view.blind and view.decision is None:
        first.append(words(" · there is no proposal"))
    if view.sample:
        first += [words(" · "), words(SAMPLE.lower(), bold=True)]
    first += assignments.on_card(view)
    if view.claimed_by is not None:
        first += [words(" · "), person(view.claimed_by), words(" is on it")]
        first += [words(" since "), hour(view.claimed_at)] if view.claimed_at is not None else []
    made: list[Paragraph] = [line(*first), *escalations.on_card(view), *told_same(view)]
    made += questions.answered(view, room)
    if view.decision is not None and view.decision.kind != DecisionKind.ASKED:
        made += [_decided(view.decision, room), *_quoted(view.decision.reason, room)]
    return made


def _what(view: CardView) -> str:
    return "Correction: " if view.correction else ""


def _how(decision: DecisionView, what: str = "") -> str:
    return deadlines.in_words(decision) or f"{what}{_DECIDED[decision.kind]}"


def _decided(decision: DecisionView, room: Room, what: str = "", *, also: Sequence[Piece] = ()) -> Line:
    lapsed = deadlines.lapsed(decision)
    if lapsed is not None:
        return lapsed
    how = f"{_how(decision, what)} by "
    made = [words(how, bold=True), person(decision.by), words(" · "), moment(decision.at), *also]
    if decision.confirmed:
        rules = "; ".join(f"never {sentence}" for sentence in decision.confirmed)
        made.append(words(f" · aware of the rule: {excerpt(rules, room.line)}"))
    return line(*made)


def _outcome(view: CardView, room: Room) -> Said:
    """Return what became of a decision, with different words for recorded, applied and not applied, and what to do."""
    state, delivery = view.run_state, view.delivery
    if view.held_until is not None:
        return seconds.recorded(view)
    if view.decision is not None and view.decision.kind in _CLOSE:
        return _rejected(view, view.decision, state, room)
    receipt = delivery.receipt if delivery is not None else None
    if state is RunState.HOLDING and delivery is not None and view.held == "down":
        return waiting(delivery, room)
    if state is RunState.HOLDING:
        until = "an older delivery of this case is made" if view.held == "behind" else "the workflow is resumed"
        return _said("Recorded", f"; held until {until}.")
    if state in _UNDER_WAY:
        return _said("Recorded", "; being applied.")
    if state is RunState.DELIVERED and view.corrected:
        return _said("Corrected since", "; something else stands there now.")
    if state is RunState.DELIVERED or (state is RunState.CLOSED and receipt is not None):
        return _said("Applied", f": {excerpt(receipt, room.line)}" if receipt else ".")
    if state is RunState.CLOSED:
        return _said("Closed", "; nothing was delivered.")
    if state is RunState.DOUBTFUL:
        return _said("Apply in doubt", ": it may have happened or not. Another card asks what you find when you look.")
    if state in _NOT_APPLIED and delivery is not None and delivery.not_confirmed:
        return unconfirmed(delivery, view.case)
    if state in _NOT_APPLIED:
        return _again("Apply failed", "; the decision is kept.", view.case)
    return _said(_otherwise(view), ".")


def _rejected(view: CardView, decision: DecisionView, state: RunState, room: Room) -> Said:
    """Return what became of a rejection. Nothing is applied: the case closes, and its system may be told of that."""
    delivery = view.delivery
    if decision.follows == Follows.PROPOSE_AGAIN:
        return _said("To be proposed again", " on a new card.")
    if state is RunState.HOLDING and delivery is not None and view.held == "down":
        return rejection_waits(delivery, room)
    if state is RunState.HOLDING:
        until = "an older delivery of it is made" if view.held == "behind" else "the workflow is resumed"
        return _said("Recorded", f"; the case closes once {until}.")
    if state in _UNDER_WAY:
        return _said("Recorded", "; the case is being closed.")
    if state in (RunState.CLOSED, RunState.DELIVERED):
        if delivery is not None and delivery.receipt:
            return _said("Closed", f"; its system was told: {excerpt(delivery.receipt, room.line)}")
        return _said("Closed", "; what was delivered before stays." if view.correction else "; nothing was delivered.")
    if state is RunState.DOUBTFUL:
        return _said("Closing in doubt", ": its system may have been told or not. Another card asks what you find.")
    if state in _NOT_APPLIED:
        told = "may have been told" if delivery is not None and delivery.not_confirmed else "was not told"
        return _again("Closing failed", f"; its system {told}. The rejection is kept.", view.case)
    return _said(_otherwise(view), ".")


def _said(title: str, more: str) -> Said:
    return Said(title=title, more=[words(more)])


def _again(title: str, more: str, case: int) -> Said:
    """Say what stopped, and how an engineer runs it again."""
    rerun = command("rerun", case, stands_out=False)
    return Said(title=title, more=[words(f"{more} An engineer can say "), rerun, words(".")])


def _detail(view: CardView, room: Room) -> list[Quote]:
    """The error."""
    # One message tells that a target is down, and why; the cards do not repeat it.
    waits = view.held == "down" and view.delivery is not None and view.delivery.down_since is None
    went_wrong = waits or view.run_state in (*_NOT_APPLIED, RunState.DOUBTFUL)
    return _quoted(view.problem, room) if went_wrong else []


def _quoted(text: str | None, room: Room) -> list[Quote]:
    return [quote(excerpt(text, min(room.text, 500)))] if text else []


def _otherwise(view: CardView) -> str:
    known = questions.otherwise(view) or _ELSE.get(view.state)
    if known is not None:
        return known
    return "Superseded: the case changed" if view.revised else "Superseded: the case was run again"
