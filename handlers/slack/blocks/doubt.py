"""The card of a doubt. It asks whether a delivery happened, which only a person who looks can tell."""

from collections.abc import Sequence

from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.elements import actions, button, confirm, header, small_print
from handlers.slack.blocks.length import fitting, some
from handlers.slack.blocks.paragraphs import block
from handlers.slack.blocks.rich_text import bullets, line, rich, words
from handlers.slack.blocks.text import escaped
from handlers.slack.ids import Action, Shown
from handlers.texts.doubt import in_brief, is_open, paragraphs
from handlers.texts.pieces import Room
from handlers.texts.plain import excerpt
from workflows.engine.review.views import DoubtView
from workflows.engine.text.sanitize import one_line


def doubt(view: DoubtView) -> Drawn:
    """Draw the card as a message."""
    about = escaped(f"({view.workflow}, {view.case_key})", 500)
    text = f"{in_brief(view)}: {escaped(view.subject, 150)} {about}"
    return fitting(lambda room: _blocks(view, room), text=text)


def _blocks(view: DoubtView, room: Room) -> Sequence[Block]:
    made = [
        header(f"Did this happen? {view.subject}" if is_open(view) else view.subject),
        block(*paragraphs(view, room)),
    ]
    if view.values and (is_open(view) or view.can_be_delivered):
        sent = [
            line(
                words(f"{excerpt(label, room.line)}: "),
                words(one_line(value, room.line), bold=True),
            )
            for label, value in view.values.items()
        ]
        what = "News of the rejection" if view.rejection else "What was sent"
        made.append(rich(line(words(what, bold=True)), bullets(some(sent, room, "fields"))))
    return [*made, buttons(view), _small_print(view, room)]


def buttons(view: DoubtView) -> Block:
    """Draw the buttons for a person who looked, and one to look."""
    shown = str(Shown(id=view.delivery, version=view.attempt, generation=view.generation))
    look = button("Look", action=Action.LOOK, value=shown, says=f"Look at {view.case_key}")
    if is_open(view):
        sure = "You looked in the system of record, and it is there. The case is closed as delivered."
        absent = "You looked in the system of record, and it is not there. It may then be delivered again."
        return actions(
            f"doubt.{shown}",
            [
                button(
                    "It happened",
                    action=Action.HAPPENED,
                    value=shown,
                    says=f"It happened: {view.case_key}",
                    confirm=confirm("It happened?", sure, yes="Yes, it is there", no="Go back"),
                ),
                button(
                    "It did not",
                    action=Action.NOT_HAPPENED,
                    value=shown,
                    says=f"It did not happen: {view.case_key}",
                    confirm=confirm("It did not happen?", absent, yes="It is not there", no="Go back"),
                ),
                look,
            ],
        )
    if view.can_be_delivered:
        again = button(
            "Deliver again", action=Action.DELIVER, value=shown, says=f"Deliver again: {view.case_key}", style="primary"
        )
        return actions(f"doubt.{shown}", [again, look])
    return actions(f"doubt.{shown}", [look])


def _small_print(view: DoubtView, room: Room) -> Block:
    return small_print(
        " · ".join([view.workflow, one_line(view.case_key, room.line), f"case {view.case}", f"attempt {view.attempt}"])
    )
