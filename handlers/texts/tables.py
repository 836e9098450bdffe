"""Tables as values, and told in lines for who sees none."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.texts.measures import Number, Unit, measured, said
from handlers.texts.pieces import Line, Paragraph, Piece, Room, bullets, line, words
from workflows.engine.text.sanitize import one_line

NONE = "–"
"""A cell without data."""
NO_ROWS = "There are no rows."
_CAPTION = 150
"""Characters of a caption of somebody else's."""
_COLUMNS = 5
"""Columns that are told in a line, the name of the row among them."""


@dataclass(frozen=True, kw_only=True)
class Worded:
    """A number in words of its own, such as with its interval."""

    value: Number
    text: str


Cell = str | Number | Worded | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    unit: Unit | None = None
    """Unit of its numbers, of which no cell is a text: a face has them end below each other. None for a column of text.
    """


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Its texts may come from anywhere, and a face shortens them."""

    caption: str
    columns: Sequence[Column]
    """The most important one first: it names the row."""
    rows: Sequence[Sequence[Cell]]
    """Cells for each column: a text, or a number in a column with a unit; None where there is no data."""
    is_extra: bool = False
    """True if it goes on with the one before, since both would be wider than a message. Words tell of that one alone,
    as of its first columns.
    """


def cell_text(cell: Cell, column: Column, length: int) -> str:
    """Say a cell. `length`: its characters."""
    if isinstance(cell, str):
        return one_line(cell, length) or NONE
    if isinstance(cell, Worded):
        return one_line(cell.text, length)
    value = measured(cell)
    return NONE if value is None else said(value, column.unit or Unit.COUNT, in_column=True)


def caption(table: Table, shown: int) -> str:
    """Return the caption of a table of which so many rows are shown."""
    said = one_line(table.caption, _CAPTION) or NONE
    return f"{said}: the first {shown:,} of {len(table.rows):,} rows" if shown < len(table.rows) else said


def paragraphs(table: Table, room: Room) -> list[Paragraph]:
    """Tell a table without drawing it: a line for each row, with the first few columns."""
    title: Paragraph = line(words(one_line(table.caption, room.line), bold=True))
    if not table.rows:
        return [title, line(words(NO_ROWS))]
    lines = [_row(table, row, room) for row in table.rows[: room.items]]
    if more := len(table.rows) - len(lines):
        lines.append(line(words(f"… and {more:,} more {'row' if more == 1 else 'rows'}")))
    return [title, bullets(lines)]


def _row(table: Table, row: Sequence[Cell], room: Room) -> Line:
    cells = list(zip(table.columns, row, strict=False))[:_COLUMNS]
    told = list[Piece]()
    for place, (column, cell) in enumerate(cells):
        text = cell_text(cell, column, room.line)
        if place == 0:
            told.append(words(text, bold=True))
        else:
            said_so = f"{one_line(column.name, room.line)} {text}"
            told.append(words(f"{': ' if place == 1 else ', '}{said_so}"))
    return line(*told) if told else line(words(NONE))
