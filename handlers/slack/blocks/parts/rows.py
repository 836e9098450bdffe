"""A list of records as a table: the way to read what is typed in rows of text."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.columns import WIDTH, table, width_of
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.rich_text import preformatted
from handlers.texts.review import forms
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.form_rows import split_rows

_NUMBERS = frozenset({Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT})


def rows_table(columns: Sequence[Field], text: str, *, most: int) -> Block | None:
    """Rows of text with their columns below each other, under the columns' names; None where they cannot stand so.

    `most`: characters of the rows that are shown; how many more there are is said.
    """
    rows = split_rows(text)
    if not rows or any(len(row) != len(columns) for row in rows):
        return None
    shown = list[Sequence[str]]()
    for row in rows:
        most -= sum(map(len, row))
        if most < 0:
            break
        shown.append(row)
    right = [place for place, column in enumerate(columns) if column.kind in _NUMBERS]
    drawn = table([[column.label for column in columns], *shown], right=right)
    if not shown or width_of(drawn) > WIDTH:
        return None
    left = len(rows) - len(shown)
    return preformatted(f"{drawn}\n{forms.rows_left_out(left)}" if left else drawn)
