"""The words of forms and pages: titles, labels, choices, and the lines above and below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.texts.pieces import Line, Piece, line, moment, words
from handlers.texts.plain import begun_large, excerpt, proposer
from handlers.texts.review import status
from workflows.engine.review.decisions import Follows
from workflows.engine.review.form.second_look import DoubtCode, EditDoubt
from workflows.engine.review.views import CardView, DoubtView, ValueView, WaitingView
from workflows.engine.text.sanitize import one_line

_VALUE, _QUOTE = 60, 70
"""Characters of a proposed value and of its evidence, below an input."""
LOOK_HERE = "⚠ "
"""Mark of what is said of an input directly below it."""
CANCEL = "Cancel"
CLOSE = "Close"
GO_BACK = "Go back"
LATER = "Later"
"""Closes a form when something is recorded already, so that nothing is left to cancel."""
DECIDE = "Decide"
REJECT = "Reject"
PROPOSE = "Propose"
RUN_AGAIN = "Run again"

FORM_CHANGED = "The form has changed since you opened it. Nothing is recorded yet: look at it, then send it again."

SEARCH = "Type to search"
EMPTY = "(empty)"
"""A choice that is the empty text."""
NO_VALUE = "No value"
NOT_POSSIBLE = "this value is not possible"

RULE_BROKEN = "This breaks a rule:"
BREAK_RULES = "Override these rules?"
BREAK_ALL_THE_SAME = "Yes, decide it so all the same"

NOT_APPROVED = "Not approved yet"
RULE_MET = "The proposal breaks a rule that its card did not show:"
RULE_MET_CHOICE = "Go back, look again, and edit or reject it. Or approve it as it is, if that is right all the same."

CORRECTED = "This was delivered. Change what is wrong; a person decides before anything is sent."
WHAT_WAS_WRONG = "What was wrong?"
WHY_CORRECTED = "Why do you change it?"

WHY = "Why?"
MORE_OF_WHY = "In your words"
CHOOSE_OR_WRITE = "Choose a reason, write one below, or both."
WHAT_FOLLOWS = "What should happen next?"
FILL_IN_NOW = ("I will fill it in now", "the refused values come next, here, to be corrected")
FOLLOWS = {
    Follows.CLOSE: ("Close the case", "nothing of this is delivered"),
    Follows.BY_HAND: ("Leave it to others to fill in", "it stays open, with the refused values"),
    Follows.PROPOSE_AGAIN: ("Have it proposed again", "the model is asked again"),
}
"""Choices for what follows a rejection, each with its meaning."""

REVIEW = "Review"
DETAILS = "Details"
LOOK = "Look"
WAITING = "Waiting"
NOT_RECORDED = "Not recorded"
COUNTERSIGN = "Countersign"

THE_CASE = "The case"
WHY_A_PERSON = "Why a person is asked"
MODEL_SAID = "What the model said instead of an answer"
OWN_REASON = "The proposal's own reason"
PROPOSED_BY = "Proposed by"
IT_DECIDES = "What this workflow decides"
IT_MAY = "What this workflow may do"
WENT_WRONG = "What went wrong"
NOTHING_WAITS = "Nothing waits here any more."
TYPED_MORE = "You typed more than fits here."


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that is said of one input, directly below it."""

    text: str
    mark: str | None = None
    """Mark of a doubt that a person passes over by sending the form again; None for an error."""


def proposed(value: ValueView, *, refused: bool, rows: bool = False) -> str:
    """Say what was proposed for a field, and on what words of the case that rests. `refused`: it was refused.

    `rows`: it is a list of rows, which is compared with the proposal row by row.
    """
    if value.proposed is None:
        return ""
    what = one_line(value.proposed, _VALUE) or "nothing"
    said = "" if rows else f"{'Refused' if refused else 'Proposed'}: {what}"
    says_more = value.evidence and value.evidence.strip() != value.proposed.strip() and not refused
    quoted = f"“{one_line(value.evidence, _QUOTE)}”" if says_more else ""
    before = value.delivered is not None and value.delivered != value.proposed and not rows
    delivered = f"delivered before: {one_line(value.delivered, _VALUE) or 'nothing'}" if before else ""
    return " · ".join(filter(None, [said, delivered, quoted]))


def proposed_value(text: str, *, refused: bool = False) -> str:
    """Say what was proposed for one value of a record."""
    return f"{'Refused' if refused else 'Proposed'}: {one_line(text, _VALUE) or 'nothing'}"


def delivered_value(text: str) -> str:
    """Say what was delivered for one value, below what a person corrects it to."""
    return f"Delivered: {one_line(text, _VALUE) or 'nothing'}"


def present_value(text: str) -> str:
    """Say what one value of an input was so far, below what a person changes it to."""
    return f"So far: {one_line(text, _VALUE) or 'nothing'}"


def look_at(labels: Sequence[str]) -> str:
    """Say that nothing is recorded yet, because of what stands at these fields."""
    return (
        f"Not recorded yet. Look at: {', '.join(labels)}. The doubt stands below each. "
        f"If it is right all the same, press {DECIDE} again."
    )


def wrong_at(labels: Sequence[str]) -> str:
    """Say that nothing was recorded, because of what is wrong at these fields."""
    return f"Not recorded. Correct: {', '.join(labels)}. What is wrong stands below each."


TAKEN_UP = "Taken up from what you typed at "
"""A time follows."""
_DOUBTS = {
    DoubtCode.NOT_IN_TEXT: "the case has no {said}",
    DoubtCode.DOES_NOT_HOLD: "this does not hold: {said}",
    DoubtCode.NOT_CHECKED: "this could not be checked: {said}",
    DoubtCode.READ_OTHERWISE: "{by} has {said}",
    DoubtCode.AS_REFUSED: "nothing differs from what was refused",
}


def doubted(doubt: EditDoubt) -> str:
    """Say what is doubted about a value that a person typed."""
    said = _DOUBTS[doubt.code].format(said=excerpt(doubt.said, 200), by=one_line(doubt.by, 100))
    where = f"row {doubt.row}, {doubt.column.lower()}: " if doubt.row is not None else ""
    return begun_large(f"{where}{said}")


REFUSED_VALUES = "These are the values that were refused. Change what is wrong in them."
THE_WHOLE = "all of it"


def edit_title(view: CardView) -> str:
    """Return the title of a review's form."""
    return f"{'Edit' if view.has_proposal else 'Fill in'} case {view.case}"


def reject_title(view: CardView) -> str:
    """Return the title of the form of a rejection."""
    return f"Reject case {view.case}"


def correct_title(case: int) -> str:
    """Return the title of the form of a correction."""
    return f"Correct case {case}"


def input_title(case: int) -> str:
    """Return the title of the form of a case's input."""
    return f"Input of case {case}"


def input_to_correct(key: str) -> str:
    """Say what follows when a person puts an input right. `key`: of its case."""
    return (
        "This is what came in. Change what is wrong: the case then runs again from the start, as a new revision, and a "
        f"review that waits is withdrawn. Its key, {one_line(key, _VALUE)}, has to stay."
    )


def redrawn(labels: Sequence[str]) -> str:
    """Say which texts were written anew because another field changed."""
    return f"Rewritten, to go with what you chose: {', '.join(labels)}. Look at it, then press {DECIDE}."


def dropped(name: str) -> str:
    """Name a field that is no longer in the form."""
    return f"No longer in the form: {name}"


def typed_for(name: str) -> str:
    """Name the field that a person typed a text for."""
    return f"You typed, for {name}"


def never(sentence: str) -> str:
    """Return a rule as a sentence."""
    return f"never {sentence}"


def rules(view: CardView) -> Line:
    """Name the rules by which a person decides."""
    named = "; ".join(map(never, view.nevers))
    return line(words("A person decides this, by the rule: ", bold=True), words(excerpt(named, 500)))


def sample() -> Line:
    """Say that a proposal is a sample."""
    return line(words(f"{status.SAMPLE}. No model proposed this.", bold=True))


def before(label: str) -> str:
    """Name the rows of a field as they were before the person's changes."""
    return f"{label}, before your changes"


def part(label: str, number: int, of: int) -> str:
    """Name one part of a long text, from 1."""
    return label if of == 1 else f"{label} ({number} of {of})"


def choices(names: Sequence[str], *, several: bool) -> str:
    """Name the choices of a field where they are typed."""
    return f"{'Any of' if several else 'One of'}: {', '.join(names)}"


def about_value(value: ValueView) -> dict[str, str | None]:
    """Return all that is known of a field: its title -> the text; None or empty where there is none."""
    sure = f" · confidence {value.confidence:.2f}" if value.confidence is not None else ""
    return {
        f"{value.label}, proposed{sure}": value.proposed,
        f"{value.label}, delivered before": value.delivered,
        f"{value.label}, decided": value.decided,
        f"{value.label}, evidence in the case": value.evidence,
        f"{value.label}, else": ", ".join(f"{other} {share:.2f}" for other, share in value.alternatives.items()),
    }


def proposed_by(view: CardView) -> str | None:
    """Return the model and the deployed version that proposed; None where files did, a source or a person."""
    return (
        f"{proposer(view.model or '', 60)}, deployed version {view.deployed:,}" if view.deployed is not None else None
    )


def more_elsewhere(case: int) -> str:
    """Say where the rest of a page is that is too long."""
    return f"There is more than fits here: countersign case {case}"


def delivery_facts(view: DoubtView) -> list[Line]:
    """Give the key that a delivery in doubt can be found by, and the time of the attempt."""
    return [
        line(words("Its key: "), words(view.key, code=True)),
        line(words(f"Attempt {view.attempt} of this delivery · "), moment(view.since)),
    ]


def answer_by(at: datetime | None) -> list[Piece]:
    """Say until when a review is to be answered; nothing where it may wait."""
    return [words(" · answer by "), moment(at)] if at is not None else []


def format_of(example: str, *, zoned: bool | None, required: bool) -> str:
    """Say how a date or a time is written. `zoned`: with its offset from UTC."""
    return f"{example}{' +HH:MM' if zoned else ''}{'' if required else ', or empty'}"


def place_in_list(waiting: WaitingView) -> str:
    """Say which of the reviews that wait a page shows."""
    last = waiting.first + len(waiting.reviews)
    return f"{waiting.first + 1} to {last} of {waiting.total:,}, the earliest deadline first"


def rows_left_out(number: int) -> str:
    """Say how many rows of a table are left out."""
    return f"… and {number:,} more {'row' if number == 1 else 'rows'}"
