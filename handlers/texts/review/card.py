"""The card of a review: the proposal and why a person is asked, or the decision and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from handlers.texts.learning import past_cases
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Room,
    as_written,
    bullets,
    command,
    line,
    quote,
    some,
    words,
)
from handlers.texts.plain import begun_large, enough_of, excerpt, length_of, proposer, without_first_line
from handlers.texts.review import reports, status, unseen
from handlers.texts.review.reasons import not_sure_enough
from handlers.texts.review.second_proposals import is_told_elsewhere
from handlers.texts.values import changes, decision, is_cut, recommendation
from store.states import ReviewState
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import CardView, MadeFrom
from workflows.engine.text.sanitize import one_line

_CASE, _CASE_LINES = 220, 4
"""Most characters and lines of the case. The rest is one press away, under Details."""
_KEPT, _KEPT_LINES = 160, 2
"""The same once it is decided."""
_REASONS, _REASON = 2, 100
"""Reasons why a person is asked that a card shows, and most characters of each."""


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
    """Something to press beside the first of them, which is then a line of our own words."""


def parts(view: CardView, room: Room, *, heading: int, why: Callable[[Reason], str]) -> list[Part]:
    """Say all that stands on the card below its heading, in parts.

    `heading`: characters that the heading holds; it says what the case is about. `why`: puts a reason into words.
    """
    is_open = view.state == ReviewState.OPEN
    reported = reports.on_card(view, room)
    above = [Part(paragraphs=reported)] if reported else []
    if view.made_from is not None and view.is_decidable:
        above.append(Part(paragraphs=[_made_from(view.made_from, room)]))
    if view.state == ReviewState.AWAITING_SECOND:
        # Whoever signs after another person sees what that one saw.
        signed = Part(paragraphs=status.paragraphs(view, room))
        return [*above, signed, *_wrong(view, room), *_case(view, room, heading), *_to_sign(view, room)]
    claim = Press.CLAIM if view.claimed_by is None else Press.TAKE_OVER
    made = [*above, Part(paragraphs=status.paragraphs(view, room), press=claim if is_open else None)]
    if not is_open:
        decided: list[Paragraph] = [*decision(view, room), *unseen.compared(view, room)]
        return [*made, *([Part(paragraphs=decided)] if decided else []), *_begun_case(view, room, heading)]
    case = _case(view, room, heading)
    made += [*_wrong(view, room), *case]
    if view.has_proposal:
        is_in_part = any(is_cut(value, room) for value in view.values) and not any(part.press for part in case)
        made.append(Part(paragraphs=recommendation(view, room), press=Press.READ_ALL if is_in_part else None))
        before = past_cases.decided_before(view.past, room)
        made += [Part(paragraphs=[before])] if before is not None else []
    is_new = view.decision is None or view.decision.kind == DecisionKind.ASKED
    if is_new and not view.reported:
        # After a rejection, its reason in the lines above is why a person is asked; of a report, its words are.
        made += [*_asked(view, room, why), *_said_instead(view, room)]
    return made


def _made_from(origin: MadeFrom, room: Room) -> Line:
    """Say which outcome the case was made from. Who may not read that case is refused there.

    Nobody is named: in a new card that would call them for what they did.
    """
    pieces = [words(f"From {origin.workflow} {one_line(origin.key, room.line)}")]
    if origin.by is not None:
        pieces.append(words(", which a person decided"))
    said = [*pieces, words(": "), command("explain", origin.case, stands_out=False)]
    if origin.is_correction:
        said.append(words(f". The {origin.workflow} before it was corrected."))
    return line(*said)


def _to_sign(view: CardView, room: Room) -> list[Part]:
    """Say what the first person decided, and how it differs from what was proposed."""
    different = changes(view, room) if view.has_proposal else []
    said = [*decision(view, room)] if not view.correction else []
    before = "delivered" if view.correction else "proposed"
    changed = [line(words(f"Changed from what was {before}", bold=True)), *different] if different else []
    parts = [[line(words("To be approved", bold=True)), *said] if said else [], changed]
    return [Part(paragraphs=part) for part in parts if part]


def small_print(view: CardView, room: Room) -> list[str]:
    """Say where the card is from, and what its workflow may do."""
    said = [view.workflow, one_line(view.key, room.line), f"case {view.case}", f"version {view.version}"]
    if view.sample:
        said.append(status.SAMPLE.lower())
    elif view.model and view.has_proposal and not view.reported:
        # Who corrects is a person, whom small print cannot name.
        said.append("correction" if view.correction else f"proposed by {proposer(view.model, room.line)}")
    # A decided card tells what the workflow did, and no longer what it may do.
    may = [f"It may {one_line(view.may, room.line)}"] if view.may and view.state == ReviewState.OPEN else []
    return [" · ".join(said), *may]


def _case(view: CardView, room: Room, heading: int) -> list[Part]:
    """Draw the case, unless the heading says it already."""
    text = _beyond(view, heading)
    if not text:
        return []
    most = min(room.text, enough_of(text, _CASE), length_of(text, _CASE_LINES))
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
    if view.reported or not (view.correction and view.model_says):
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
    reasons = [reason for reason in view.why if not is_told_elsewhere(reason)]
    said = [begun_large(excerpt(_briefly(reason, why), room.line)) for reason in reasons]
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
    return one_line(why(reason), _REASON)
