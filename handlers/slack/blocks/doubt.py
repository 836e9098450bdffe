"""The card of a doubt. It asks whether a delivery happened, which only a person who looks can tell."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, small_print
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.pieces import Room
from handlers.texts.review import doubt as texts
from workflows.engine.review.views import DoubtView


def doubt(view: DoubtView) -> Drawn:
    """Draw the card as a message."""
    about = escaped(f"({view.workflow}, {view.case_key})", 500)
    text = f"{texts.in_brief(view)}: {escaped(view.subject, 150)} {about}"
    return fitting(lambda room: _blocks(view, room), text=text)


def _blocks(view: DoubtView, room: Room) -> Sequence[Block]:
    made = [header(texts.heading(view)), block(*texts.paragraphs(view, room))]
    if sent := texts.sent(view, room):
        made.append(block(*sent))
    return [*made, presses(view), small_print(texts.small_print(view, room))]


def presses(view: DoubtView) -> Block:
    """Draw the buttons for a person who looked, and one to look."""
    shown = str(Shown(id=view.delivery, version=view.attempt, generation=view.generation))
    look = button(buttons.look(view.case_key), action=Action.LOOK, value=shown)
    if texts.is_open(view):
        happened = button(buttons.happened(view.case_key), action=Action.HAPPENED, value=shown)
        did_not = button(buttons.did_not_happen(view.case_key), action=Action.NOT_HAPPENED, value=shown)
        return actions(f"doubt.{shown}", [happened, did_not, look])
    if view.can_be_delivered:
        again = button(buttons.deliver_again(view.case_key), action=Action.DELIVER, value=shown, style="primary")
        return actions(f"doubt.{shown}", [again, look])
    return actions(f"doubt.{shown}", [look])
