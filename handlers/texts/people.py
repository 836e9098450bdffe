"""People and user groups, named in a line."""

from collections.abc import Sequence

from handlers.texts.pieces import Piece, Room, group, person, words
from handlers.who import WhoKind, named

ROOM = Room(text=1_000, line=200, items=40)
"""Room for those whom a declaration names."""


def people(ids: Sequence[str], room: Room = ROOM) -> list[Piece]:
    """Name people and groups, by their ids as they are written."""
    made: list[Piece] = []
    shown = named(ids)[: room.items]
    for one in shown:
        made += [words(", ")] if made else []
        made.append(group(one.id) if one.kind is WhoKind.GROUP else person(one.id))
    left = len(ids) - len(shown)
    return [*made, words(f" and {left} more")] if left > 0 else made
