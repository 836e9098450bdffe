"""The table and data_table blocks."""

from collections.abc import Iterator

from pydantic import JsonValue

from bot.sandbox.blocks.elements import BUTTON
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.blocks.shapes import (
    Place,
    each,
    flag,
    number,
    one_of,
    record,
    refuse_repeated,
    string,
    typed,
    whole,
)
from bot.sandbox.json import Object, objects
from handlers.slack import limits

_RAW = {
    "raw_text": record({"text": string(limits.DATA_TABLE_TEXT)}),
    "raw_number": record({"value": number}, {"text": string(limits.DATA_TABLE_TEXT)}),
}
_CELLS = {**_RAW, "rich_text": RICH_TEXT}
_CELL = typed(_CELLS)
_ACTION_CELL = typed({**_CELLS, "action": record({"element": typed({"button": BUTTON})}, {"fallback": typed(_RAW)})})
"""Cell that may also be a button; `fallback` is for clients that draw no button there."""


def _characters(value: JsonValue) -> Iterator[int]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield len(inner)
            elif name == "value" and "text" not in value:
                yield len(str(inner))
            else:
                yield from _characters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _characters(inner)


def _holds(value: JsonValue, place: Place, most: int) -> None:
    if isinstance(value, dict) and characters_in(value["rows"]) > most:
        place.at("rows").refuse(f"must be less than {most + 1} characters in all cells")


def characters_in(value: JsonValue) -> int:
    """Return the number of characters in all cells of a table."""
    return sum(_characters(value))


def actions_in(block: Object) -> list[Object]:
    """Return the buttons in the cells of a data_table."""
    rows = block.get("rows")
    cells = [cell for row in rows if isinstance(row, list) for cell in objects(row)] if isinstance(rows, list) else []
    return objects([cell.get("element") for cell in cells if cell.get("type") == "action"])


def _table_holds(value: JsonValue, place: Place) -> None:
    _holds(value, place, limits.TABLE_TEXT)


def _data_table_holds(value: JsonValue, place: Place) -> None:
    _holds(value, place, limits.DATA_TABLE_TEXT)


def _is_a_grid(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    rows = value["rows"]
    assert isinstance(rows, list)
    if len({len(row) for row in rows if isinstance(row, list)}) > 1:
        place.at("rows").refuse("all rows must have the same number of cells")
    for index, cell in enumerate(rows[0] if isinstance(rows[0], list) else []):
        if isinstance(cell, dict) and cell.get("type") in ("rich_text", "action"):
            place.at("rows").at(0).at(index).refuse(f"unsupported type: {cell['type']}")


def _buttons_differ(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    refuse_repeated([(place.at("rows"), button) for button in actions_in(value)])


TABLE = record(
    {"rows": each(each(_CELL, most=limits.TABLE_COLUMNS), most=limits.TABLE_ROWS)},
    {
        "block_id": string(limits.ID),
        "column_settings": each(
            record({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag}), most=limits.TABLE_COLUMNS
        ),
    },
    also=(_table_holds,),
)
DATA_TABLE = record(
    {
        "rows": each(
            each(_ACTION_CELL, most=limits.DATA_TABLE_COLUMNS),
            most=limits.DATA_TABLE_ROWS,
            least=limits.DATA_TABLE_LEAST_ROWS,
        ),
        "caption": string(limits.DATA_TABLE_TEXT),
    },
    {
        "block_id": string(limits.ID),
        "page_size": whole(1, limits.DATA_TABLE_PAGE),
        "row_header_column_index": whole(0, limits.DATA_TABLE_COLUMNS - 1),
    },
    also=(_is_a_grid, _data_table_holds, _buttons_differ),
)
