"""The words about a proposal that nobody saw before the decision: what it said, once the case is decided."""

from handlers.texts.pieces import Line, Piece, Room, line, words
from handlers.texts.plain import excerpt
from workflows.engine.review.views import CardView, ValueView
from workflows.engine.text.sanitize import one_line

_NAMED = 3
"""Fields that are named; more are counted."""
_SHORT = 60
"""Most characters of a value that is told; of a longer one, its label is."""


def compared(view: CardView, room: Room) -> list[Line]:
    """Say what the AI had proposed, beside what was decided; nothing where that was no secret, or still is."""
    if view.unseen is None:
        return []
    differs = view.unseen.differs
    if differs is not None and not differs:
        return [line(words("The AI had said the same, unseen"))]
    told = [one for one in view.values if one.proposed is not None and (differs is None or one.name in differs)]
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    said: list[Piece] = []
    for number, value in enumerate(told[:_NAMED]):
        said += [words(f"{', ' if number else ''}{excerpt(value.label, room.line)}: "), _value(value)]
    return [line(words("The AI had said, unseen: "), *said, words(more))] if said else []


def _value(value: ValueView) -> Piece:
    text = one_line(value.proposed, _SHORT + 1) or "–"
    return words(text, bold=True) if len(text) <= _SHORT else words("another text")
