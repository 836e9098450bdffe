"""The words for a decision that waits: for a second person, or for the end of the time to take it back."""

from collections.abc import Sequence

from handlers.texts.operations.deliveries import Said
from handlers.texts.pieces import Line, Piece, Room, hour, line, moment, person, words
from handlers.texts.plain import excerpt
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import CardView, DecisionView

NEEDED = "Waits for a second person"
"""The status in a notification."""
_FIRST = {DecisionKind.EDITED: "Edited and approved", DecisionKind.ANSWERED: "Filled in"}


def waits_for_second(view: CardView, first: DecisionView, room: Room) -> list[Line]:
    """Say who decided so far, and that the same values wait for another person."""
    what = "Correction: " if view.correction else ""
    made: list[Piece] = [words(f"{what}{_FIRST.get(DecisionKind(first.kind), 'Approved')} by ", bold=True)]
    made += [person(first.by), words(" · "), moment(first.at), *also_approved(view)]
    if first.confirmed:
        rules = "; ".join(f"never {sentence}" for sentence in first.confirmed)
        made.append(words(f" · aware of the rule: {excerpt(rules, room.line)}"))
    return [line(*made), line(words("Waits for a second person", bold=True), words(_why(view, room)))]


def also_approved(view: CardView) -> Sequence[Piece]:
    """Name the further persons who approved."""
    return [piece for one in view.seconds for piece in (words(" · also by "), person(one.by))]


def _why(view: CardView, room: Room) -> str:
    second = view.second
    if second is not None and second.error is not None:
        return f": the rule that says when one is needed failed ({excerpt(second.error, room.line)})."
    if second is not None and second.sentence:
        return f": {excerpt(second.sentence, room.line)}."
    return ", somebody else than those who approved."


def recorded(view: CardView) -> Said:
    """Say when a decision that can be taken back is applied."""
    assert view.held_until is not None
    verb = "closed" if view.decision is not None and view.decision.kind == DecisionKind.REJECTED else "applied"
    return Said(title="Recorded", more=[words(f"; {verb} at "), hour(view.held_until), words(".")])
