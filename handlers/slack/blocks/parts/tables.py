"""A table with pages, as Slack draws it, and the same in lines."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import bare
from handlers.texts import tables
from handlers.texts.measures import measured, on_axis
from handlers.texts.pieces import Room
from handlers.texts.tables import Cell, Column, Table, Worded
from workflows.engine.text.sanitize import one_line

_CELL = 150
"""Characters of a cell."""
_PLACES = 6
"""Decimal places of a number in words of its own."""
_PAGE = 10
"""Rows of a page."""


def data_table(what: Table, *, most: int) -> Block | None:
    """Draw a table with as many of its rows as there is room for; None where there is room for none, or there are none.

    `most`: characters in all its cells. The caption says how many rows are left out.
    """
    columns = what.columns[: limits.DATA_TABLE_COLUMNS]
    head = [_text(column.name) for column in columns]
    drawn, left = [head], most - _characters(head)
    for row in what.rows[: limits.DATA_TABLE_ROWS - 1]:
        cells = [_cell(cell, column) for column, cell in zip(columns, _filled(row, len(columns)), strict=True)]
        left -= _characters(cells)
        if left < 0:
            break
        drawn.append(cells)
    if len(drawn) < limits.DATA_TABLE_LEAST_ROWS or not columns:
        return None
    return {
        "type": "data_table",
        "caption": bare(tables.caption(what, len(drawn) - 1), limits.DATA_TABLE_TEXT),
        "rows": drawn,
        "page_size": _PAGE,
        "row_header_column_index": 0,
    }


def plain(what: Table, room: Room) -> list[Block]:
    """Draw a table in lines."""
    return [block(*tables.paragraphs(what, room))]


def characters(table: Block) -> int:
    """Return the number of characters in all cells of a table that is drawn."""
    rows = table["rows"]
    assert isinstance(rows, list)
    return sum(map(_characters, rows))


def _filled(row: Sequence[Cell], columns: int) -> Sequence[Cell]:
    return [*row[:columns], *[None] * (columns - len(row))]


def _cell(cell: Cell, column: Column) -> Block:
    text = tables.cell_text(cell, column, _CELL)
    number = cell.value if isinstance(cell, Worded) else cell
    value = None if isinstance(number, str) else measured(number)
    if value is None or column.unit is None:
        return _text(text)
    # A number in words of its own may be more exact than its unit is on an axis.
    sorted_by = round(value, _PLACES) if isinstance(cell, Worded) else on_axis(value, column.unit)
    return {"type": "raw_number", "value": sorted_by, "text": text}


def _text(text: str) -> Block:
    return {"type": "raw_text", "text": one_line(text, _CELL) or tables.NONE}


def _characters(cells: Sequence[Block]) -> int:
    return sum(len(str(cell["text"])) for cell in cells)
