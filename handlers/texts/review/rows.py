"""The words of the rows of a list in a form."""

from collections.abc import Sequence

from handlers.texts.plain import excerpt
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.form_records import Compared, Fate, Record, cells_of, removed

_FATES = {Fate.CHANGED: "Changed: ", Fate.ADDED: "Added: "}
_CELL = 200
"""Characters of one value of a row."""
_NOTHING = "–"

Said = list[tuple[str, bool]]
"""Pieces of a line: the text, and whether it is bold."""


def heading(label: str, rows: Sequence[Compared], proposed: Sequence[Record] | None, shown: range) -> Said:
    """Name a list, with how many rows it has, which of them are shown, and what a person changed."""
    number = len(rows)
    made = [(label, True), (f" · {_rows(number)}" if number else " · no rows yet", False)]
    if len(shown) < number:
        made[-1] = (f" · rows {shown.start + 1} to {shown.stop} of {number:,}", False)
    if proposed is not None:
        changes = _changes(rows, proposed)
        made += [(f" · {changes}", True)] if changes else []
    return made


def _changes(rows: Sequence[Compared], proposed: Sequence[Record]) -> str:
    counts = {
        "changed": sum(row.fate is Fate.CHANGED for row in rows),
        "added": sum(row.fate is Fate.ADDED for row in rows),
        "removed": removed(rows, proposed),
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def row(field: Field, compared: Compared, place: int) -> Said:
    """Say a row in a line: its number, what a person did to it, and its values. `place`: from 0."""
    fate = _FATES.get(compared.fate, "")
    return [(f"{place + 1}. {fate}", True), (in_line(field, compared.row), False)]


def in_line(field: Field, record: Record) -> str:
    """Return the values of a row in one line: the first as it is, the others with their names."""
    cells = cells_of(field, record)
    said = [
        (column, excerpt(cells[column.name].replace("\n", " "), _CELL) or _NOTHING)
        for column in field.columns
        if cells[column.name] or column is field.columns[0]
    ]
    first, *others = said
    alone = first[1] if first[0].kind is Kind.TEXT else _named(*first)
    return " · ".join([alone, *(_named(*other) for other in others)])


def _named(column: Field, text: str) -> str:
    return f"{column.label.lower()} {text}"


def in_lines(field: Field, rows: Sequence[Record]) -> str:
    """Return rows as lines, for a person to read."""
    return "\n".join(f"{place}. {in_line(field, one)}" for place, one in enumerate(rows, 1)) or "no rows"


def _rows(number: int) -> str:
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def title(place: int, *, added: bool) -> str:
    """Return the title of the form of a row. `place`: from 0."""
    return "Add a row" if added else f"Row {place + 1}"


def about(field: Field, place: int, number: int, *, added: bool) -> str:
    """Say which row a form is about. `number`: of rows."""
    return f"{field.label}: {'a new row' if added else f'row {place + 1} of {number:,}'}"


KEEP = "Put into the form"
NOTHING_DECIDED = "This only changes the form; nothing is decided before you press Decide there."
NOTHING_PROPOSED = "This only changes the form; nothing is proposed before you press Propose there."
NOTHING_KEPT = "This only changes the form; nothing is kept as your answer before you press Compare there."
NOTHING_JUDGED = "This only changes the form; nothing is judged before you press Save, next there."
NOTHING_RUN = "This only changes the form; nothing runs again before you press Run again there."
CHANGED_MEANWHILE = (
    "These rows were changed elsewhere, in another window of yours perhaps. They are shown as they are now; "
    "your last change was not taken in. Look at them, then go on."
)
