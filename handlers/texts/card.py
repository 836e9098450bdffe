"""The card of a review: the proposal and why a person is asked, or the decision and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from handlers.texts import status
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Rows,
    as_written,
    bullets,
    line,
    quote,
    some,
    words,
)
from handlers.texts.plain import begun_large, excerpt, length_of, without_first_line
from handlers.texts.reasons import not_sure_enough
from store.states import ReviewState
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.views import CardView, ValueView
from workflows.engine.text.sanitize import one_line

CHECK = "⚠ Check: "
"""Mark of a field that its reader should look at first."""
_CASE, _CASE_LINES = 300, 4
"""Most characters and lines of the case. The rest is one press away, under Details."""
_KEPT, _KEPT_LINES = 160, 2
"""The same once it is decided."""
_LONG = 300
"""Most characters of a value in lines of its own."""
_REASONS = 2
"""Reasons why a person is asked that a card shows."""
_SHORT = 120
"""Most characters of a value on the same line as its label."""
_ALTERNATIVES = 2
"""Number of the model's alternatives that a card shows."""
_LIKELY = 0.05
"""Least probability of an alternative that a card shows."""


class Press(StrEnum):
    """Something that a person can do beside a line of the card."""

    CLAIM = "claim"
    TAKE_OVER = "take_over"
    READ_ALL = "read_all"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Paragraphs that belong together."""

    paragraphs: Sequence[Paragraph]
    press: Press | None = None
    """What can be done beside the first of them, which is then a line of our own words."""


def parts(view: CardView, room: Room, *, heading: int, why: Callable[[Reason], str]) -> list[Part]:
    """Say all that stands on the card below its heading, in parts.

    `heading`: characters that the heading holds; it says what the case is about. `why`: puts a reason into words.
    """
    is_open = view.state == ReviewState.OPEN
    claim = Press.CLAIM if view.claimed_by is None else Press.TAKE_OVER
    made = [Part(paragraphs=status.paragraphs(view, room), press=claim if is_open else None)]
    if not is_open:
        decided = decision(view, room)
        return [*made, *([Part(paragraphs=decided)] if decided else []), *_begun_case(view, room, heading)]
    made += [*_wrong(view, room), *_case(view, room, heading)]
    if view.has_proposal:
        made.append(Part(paragraphs=recommendation(view, room)))
    if view.decision is None:
        # After a rejection, its reason in the lines above is why a person is asked.
        made += [*_asked(view, room, why), *_said_instead(view, room)]
    return made


def small_print(view: CardView, room: Room) -> list[str]:
    """Say where the card is from, and what its workflow may do."""
    said = [view.workflow, one_line(view.key, room.line), f"case {view.case}", f"version {view.version}"]
    if view.sample:
        said.append(status.SAMPLE.lower())
    elif view.model and view.has_proposal:
        who = "the local model" if view.model.startswith("local/") else one_line(view.model, room.line)
        said.append(f"{'correction' if view.correction else 'proposed'} by {who}")
    # A decided card tells what the workflow did, and no longer what it may do.
    may = [f"It may {one_line(view.may, room.line)}"] if view.may and view.state == ReviewState.OPEN else []
    return [" · ".join(said), *may]


def _case(view: CardView, room: Room, heading: int) -> list[Part]:
    """Draw the case, unless the heading says it already."""
    text = _beyond(view, heading)
    if not text:
        return []
    most = min(room.text, _CASE, length_of(text, _CASE_LINES))
    said: list[Paragraph] = [line(words("The case", bold=True)), as_written(text, most=most)]
    is_whole = len(excerpt(text, len(text))) <= most
    return [Part(paragraphs=said, press=None if is_whole else Press.READ_ALL)]


def _begun_case(view: CardView, room: Room, heading: int) -> list[Part]:
    """Draw the first lines of a case that is decided, for whoever comes back to it."""
    text = _beyond(view, heading)
    if not text:
        return []
    return [Part(paragraphs=[quote(excerpt(text, min(room.text, _KEPT, length_of(text, _KEPT_LINES))))])]


def _beyond(view: CardView, heading: int) -> str:
    """Return what the case says beyond the heading; empty where that says it all."""
    is_whole = len(view.subject) <= heading
    if is_whole and view.text.strip() == view.subject.strip():
        return ""
    return without_first_line(view.text, view.subject) if is_whole else view.text


def _wrong(view: CardView, room: Room) -> list[Part]:
    """Say why somebody wants to correct what was delivered."""
    if not (view.correction and view.model_says):
        return []
    said = [quote(excerpt(reason, min(room.text, _CASE))) for reason in view.model_says[:_REASONS]]
    return [Part(paragraphs=[line(words("What was wrong", bold=True)), *said])]


def _said_instead(view: CardView, room: Room) -> list[Part]:
    """Draw the model's words where it gave no answer, apart from the rest: nobody vouches for them."""
    if view.model_said is None:
        return []
    said = quote(excerpt(view.model_said, min(room.text, _CASE)))
    return [Part(paragraphs=[line(words("What the model said instead of an answer", bold=True)), said])]


def _asked(view: CardView, room: Room, why: Callable[[Reason], str]) -> list[Part]:
    """Say why a person is asked: in one line where there is one reason."""
    said = [begun_large(excerpt(_briefly(reason, why), room.line)) for reason in view.why]
    if not said:
        return []
    if len(said) == 1:
        return [Part(paragraphs=[line(words("Why you are asked: ", bold=True), words(said[0]))])]
    few = replace(room, items=min(room.items, _REASONS))
    listed = some([line(words(one)) for one in said], few, "reasons")
    return [Part(paragraphs=[line(words("Why you are asked", bold=True)), bullets(listed)])]


def _briefly(reason: Reason, why: Callable[[Reason], str]) -> str:
    """Put a reason into words beside the recommendation, which says how sure the model is of each field it names."""
    if reason.code == Code.BELOW_FLOOR and reason.floor is not None:
        return not_sure_enough(reason)
    return why(reason)


def recommendation(view: CardView, room: Room) -> list[Paragraph]:
    """Say what is proposed, field by field, the doubtful ones first, with how sure the model is of these."""
    shown = sorted(view.values, key=lambda value: not value.doubtful)[: room.items]
    title = words("Proposed correction" if view.correction else "Recommendation", bold=True)
    pieces: list[Paragraph] = [line(title, *_sure_of_all(view))]
    for is_short, values in groupby(shown, key=_is_in_line):
        if is_short:
            pieces.append(bullets([_proposed(value, room) for value in values]))
        else:
            pieces += [piece for value in values for piece in _at_length(value, room)]
    return [*pieces, *_left_out(view, room)]


def _sure_of_all(view: CardView) -> list[Piece]:
    """Say how sure the model is of the field that it is least sure of, where no field says so itself."""
    stated = [value.confidence for value in view.values if value.confidence is not None]
    if view.correction or not stated or any(value.doubtful for value in view.values):
        return []
    return [words(f" · confidence {min(stated):.2f}")]


def _at_length(value: ValueView, room: Room) -> list[Paragraph]:
    """Draw a proposed value that takes lines of its own."""
    label = line(*_check(value), words(f"{excerpt(value.label, room.line)}{_sure(value, room)}"))
    if value.columns and value.proposed:
        return [label, Rows(columns=value.columns, text=value.proposed, most=room.text)]
    return [label, quote(excerpt(value.proposed, min(room.text, _LONG)))]


def doubted(view: CardView) -> Sequence[ValueView]:
    """Return the fields of a proposal that are to be looked at first."""
    return [value for value in view.values if value.doubtful] if view.has_proposal else []


def check_first(view: CardView) -> list[Paragraph]:
    """Name these fields, in a line that stands above everything that is long."""
    names = excerpt(", ".join(value.label for value in doubted(view)), 300)
    return [line(words(CHECK, bold=True), words(names))] if names else []


def decision(view: CardView, room: Room) -> list[Paragraph]:
    """Say what was decided; nothing where no values were. The thread says how it differs from what was proposed.

    A correction is a difference by itself.
    """
    if view.correction:
        return changes(view, room)
    decided = [value for value in view.values if value.decided is not None][: room.items]
    if not decided:
        return []
    room = replace(room, line=min(room.line, _SHORT))
    said = [line(words(f"{excerpt(value.label, room.line)}: "), _now(value, room)) for value in decided]
    return [bullets(said), *_left_out(view, room)]


def _now(value: ValueView, room: Room) -> Piece:
    return words(one_line(value.decided, room.line) or "–", bold=True)


def changes(view: CardView, room: Room) -> list[Paragraph]:
    """Say how a decision differs from what was proposed, or what a correction replaces; empty if it does not."""
    short, long = list[Line](), list[Paragraph]()
    for value in view.values:
        old = value.delivered if view.correction else value.proposed
        if value.decided is None or old is None or old == value.decided:
            continue
        label = excerpt(value.label, room.line)
        if _is_short(old) and _is_short(value.decided):
            short.append(line(words(f"{label}: "), *_replaced(old, value.decided, room)))
        else:
            long += [line(words(f"{label}, was:")), quote(excerpt(old, room.text))]
            long += [line(words(f"{label}, now:")), quote(excerpt(value.decided, room.text))]
    made = [*([bullets(short[: room.items])] if short else []), *long[: 4 * room.items]]
    left = max(len(short) - room.items, 0) + max(len(long) // 4 - room.items, 0)
    return [*made, *([line(words(f"… and {left} more fields under Details"))] if left else [])]


def _left_out(view: CardView, room: Room) -> list[Line]:
    left = len(view.values) - room.items
    return [line(words(f"… and {left} more fields under Details"))] if left > 0 else []


def _proposed(value: ValueView, room: Room) -> Line:
    label = words(f"{excerpt(value.label, room.line)}: ")
    sure = [words(said)] if (said := _sure(value, room)) else []
    if value.delivered is not None and value.delivered != value.proposed:
        return line(*_check(value), label, *_replaced(value.delivered, value.proposed, room), *sure)
    return line(*_check(value), label, words(_one(value.proposed, room), bold=True), *sure)


def _check(value: ValueView) -> list[Piece]:
    """A sign and a word, for whoever sees no colour or hears it read out."""
    return [words(CHECK, bold=True)] if value.doubtful else []


def _replaced(old: str | None, new: str | None, room: Room) -> list[Piece]:
    return [words(_one(old, room), strike=True), words(" → "), words(_one(new, room), bold=True)]


def _sure(value: ValueView, room: Room) -> str:
    """Say how sure the model is of a doubtful field, as the end of its line. Details say it of each."""
    sure = certainty(value, room) if value.doubtful else ""
    return f" · {sure}" if sure else ""


def certainty(value: ValueView, room: Room) -> str:
    """Say how sure the model is of a field, and what else it thought of; empty where it said nothing of it."""
    if value.confidence is None:
        return "no usable confidence" if value.doubtful else ""
    likely = [(other, share) for other, share in value.alternatives.items() if share >= _LIKELY]
    others = [f"{excerpt(other, min(room.line, 40))} {share:.2f}" for other, share in likely[:_ALTERNATIVES]]
    if len(likely) > _ALTERNATIVES:
        others.append("…")
    return f"confidence {value.confidence:.2f}" + (f" (else {', '.join(others)})" if others else "")


def _is_in_line(value: ValueView) -> bool:
    """Tell whether a value stands on its label's line. Rows never do: their columns have names."""
    return _is_short(value.proposed) and not (value.columns and value.proposed)


def _is_short(text: str | None) -> bool:
    return text is None or (len(text) <= _SHORT and "\n" not in text)


def _one(text: str | None, room: Room) -> str:
    return excerpt(text, room.line) if text else "–"
