"""A message with charts and tables in it, and the same message for a workspace whose Slack refuses them.

A message holds few of them: what comes after is told in words.
"""

from collections.abc import Iterator, Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import charts, tables
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.length import SMALLEST, fitting
from handlers.texts.charts import Chart
from handlers.texts.pieces import Room
from handlers.texts.tables import Table

Part = Block | Chart | Table
"""A block that is drawn already, or a picture."""


def illustrated(parts: Sequence[Part], *, text: str) -> Drawn:
    """Draw a message of blocks and pictures in their order. `text`: for notifications and screen readers, escaped.

    The blocks have to leave room for the words about the pictures. Each picture takes one block or two.
    """
    drawn = fitting(lambda room: list(_drawn(parts, room)), text=text)
    if not any(block["type"] in limits.COUNTED_APART for block in drawn.blocks):
        return drawn
    told = [part for part in parts if not (isinstance(part, Table) and part.is_extra)]
    plain = fitting(lambda room: [made for part in told for made in _plain(part, room)], text=text)
    return Drawn(text=text, blocks=drawn.blocks, plain=lambda: plain)


def fit(parts: Sequence[Chart | Table]) -> int:
    """Return how many pictures, from the first on, one message shows as pictures."""
    charts_left, characters_left, number = limits.MESSAGE_CHARTS, limits.DATA_TABLE_TEXT, 0
    for part in parts:
        if isinstance(part, Chart):
            charts_left -= charts.chart(part, SMALLEST) is not None
        else:
            table = tables.data_table(part, most=limits.DATA_TABLE_TEXT)
            characters_left -= tables.characters(table) if table is not None else 0
        if min(charts_left, characters_left) < 0:
            break
        number += 1
    return number


def _drawn(parts: Sequence[Part], room: Room) -> Iterator[Block]:
    charts_left, characters_left = limits.MESSAGE_CHARTS, limits.DATA_TABLE_TEXT
    for part in parts:
        made = None
        if isinstance(part, Chart) and charts_left:
            made = charts.chart(part, room)
            charts_left -= made is not None
        elif isinstance(part, Table):
            table = tables.data_table(part, most=characters_left)
            if table is not None:
                characters_left -= tables.characters(table)
                made = [table]
        yield from made or _plain(part, room)


def _plain(part: Part, room: Room) -> list[Block]:
    match part:
        case Chart():
            return charts.plain(part, room)
        case Table():
            return tables.plain(part, room)
        case _:
            return [part]
