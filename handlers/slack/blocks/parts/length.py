"""Lengths of what is shown: as much as fits into a message. What is left out is counted, never silently missing."""

from collections.abc import Callable, Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.texts.pieces import Room

_ROOMS = (
    Room(text=1_500, line=300, items=30),
    Room(text=800, line=200, items=30),
    Room(text=400, line=120, items=20),
    Room(text=200, line=80, items=12),
    Room(text=80, line=40, items=8),
    Room(text=20, line=20, items=4),
)
SMALLEST = _ROOMS[-1]


def fitting(draw: Callable[[Room], Sequence[Block]], *, text: str) -> Drawn:
    """Draw a message with as much room as Slack leaves. The smallest room always fits."""
    for room in _ROOMS:
        drawn = Drawn(text=text, blocks=draw(room))
        if drawn.size <= limits.MESSAGE_BLOCKS_BUDGET:
            break
    return drawn
