"""The rows of a list in a form: a line for each, with what can be done to it, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.ids import ROWS, Action, Row
from handlers.texts import buttons
from handlers.texts.review import rows
from handlers.texts.values import CHECK
from workflows.engine.text.form_fields import Field
from workflows.engine.text.form_records import Record, compared, rows_mark


@dataclass(frozen=True, kw_only=True)
class Page:
    """The part of a list that is shown."""

    first: int
    """Place of a row that it shows, from 0."""
    size: int
    """Most rows on a page."""

    def of(self, number: int) -> range:
        """Return the places of the rows on the page, of so many in all."""
        first = min(self.first, max(number - 1, 0)) // self.size * self.size
        return range(first, min(first + self.size, number))


def row_list(
    field: Field, now: Sequence[Record], *, proposed: Sequence[Record] | None, page: Page, hint: str
) -> list[Block]:
    """Draw a page of the rows of a list.

    `proposed`: the rows that the changed ones are told apart from; None where there was no proposal. `hint`: what is
    said of the field below its name.
    """
    mark, shown, name = rows_mark(now), page.of(len(now)), field.label.removeprefix(CHECK)
    beside = compared(now, now if proposed is None else proposed)
    heading = [line(*(words(text, bold=bold) for text, bold in rows.heading(field.label, beside, proposed, shown)))]
    if hint:
        heading.append(line(words(hint)))
    made = [rich(*heading) | {"block_id": f"{ROWS}{Row(field=field.name, place=shown.start)}.{mark}"}]
    for place in shown:
        said = rows.row(field, beside[place], place)
        about = str(Row(field=field.name, place=place))
        pressed = [
            button(buttons.change_row(place + 1, name), action=Action.CHANGE_ROW, value=about),
            button(buttons.remove_row(place + 1, name), action=Action.REMOVE_ROW, value=about),
        ]
        made.append(rich(line(*(words(text, bold=bold) for text, bold in said))))
        made.append(actions(f"row!{about}.{mark}", pressed))
    return [*made, actions(f"rows_end!{field.name}.{mark}", _below(field, len(now), shown, page.size))]


def _below(field: Field, number: int, shown: range, size: int) -> list[Block]:
    name = field.label.removeprefix(CHECK)
    add = button(buttons.add_row(name), action=Action.ADD_ROW, value=str(Row(field=field.name, place=number)))
    turns = []
    if shown.start > 0:
        turns.append(_turn(field, shown.start - size, "back"))
    if shown.stop < number:
        turns.append(_turn(field, shown.stop, "on"))
    return [add, *turns]


def _turn(field: Field, first: int, which: str) -> Block:
    name = field.label.removeprefix(CHECK)
    names = buttons.earlier_rows(name) if which == "back" else buttons.later_rows(name)
    return button(names, action=f"{Action.ROWS}.{which}", value=str(Row(field=field.name, place=max(first, 0))))
