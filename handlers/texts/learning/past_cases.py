"""Past cases that the model was told of, as they stand beside its proposal: their names, and what was decided."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Room, line, words
from handlers.texts.plain import excerpt
from workflows.engine.review.views import PastView
from workflows.engine.text.sanitize import one_line

_NAME, _VALUE, _VALUES = 40, 30, 2
"""Most characters of a name and of a value, and most values of a case."""
LIKE_THIS = "Decided like this before"


def decided_before(past: Sequence[PastView], room: Room) -> Line | None:
    """Say in one line which cases were told and what was decided in them; None where there are none."""
    if not past:
        return None
    return line(words(f"{LIKE_THIS}: ", bold=True), words(excerpt(", ".join(map(_one, past)), room.line)))


def in_full(past: Sequence[PastView]) -> str:
    """Say of each past case what was decided in it, and how like this one it is."""
    return "\n".join(f"{_one(one, most=len(one.values))}, {one.similarity:.2f} alike" for one in past)


def _one(one: PastView, *, most: int = _VALUES) -> str:
    values = [one_line(value, _VALUE) for value in [*one.values.values()][:most]]
    return f"{one_line(one.name, _NAME)} ({', '.join(values)})" if values else one_line(one.name, _NAME)
