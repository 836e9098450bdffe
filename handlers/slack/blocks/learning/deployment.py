"""A deployment as a card, with its buttons, and the pages that they open."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, label, small_print
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts import buttons
from handlers.texts.learning import deployments as texts
from handlers.texts.pieces import Room
from store.states import DeploymentState
from workflows.quality.deployments.views import DeploymentView

WHY = "why"
"""Name of the input of a reason."""
MOST_WHY = 500
"""Characters of a reason."""
_BRIEF = 300


def deployment(view: DeploymentView) -> Drawn:
    """Draw the card as a message."""
    return fitting(lambda room: _blocks(view, room), text=escaped(texts.in_brief(view), _BRIEF))


def _blocks(view: DeploymentView, room: Room) -> Sequence[Block]:
    made = [header(texts.heading(view)), *(block(*part) for part in texts.paragraphs(view, room))]
    return [*made, actions(f"version.{_shown(view)}", _presses(view)), small_print(texts.small_print(view))]


def _presses(view: DeploymentView) -> list[Block]:
    shown, name, number = str(_shown(view)), view.workflow, view.number
    look = button(buttons.what_changes(name, number), action=Action.WHAT_CHANGES, value=shown)
    if view.state is DeploymentState.PROPOSED:
        if view.needs_override:
            sign = button(buttons.sign_all_the_same(name, number), action=Action.SIGN_ALL_THE_SAME, value=shown)
        else:
            sign = button(buttons.sign_version(name, number), action=Action.SIGN_VERSION, value=shown, style="primary")
        reject = button(buttons.reject_version(name, number), action=Action.REJECT_VERSION, value=shown, style="danger")
        return [sign, reject, look]
    if view.state in (DeploymentState.SHADOW, DeploymentState.SHARING):
        return [button(buttons.give_up_version(name, number), action=Action.GIVE_UP_VERSION, value=shown), look]
    if view.state is DeploymentState.LIVE and view.before_number is not None:
        return [button(buttons.roll_back(name, number), action=Action.ROLL_BACK, value=shown), look]
    return [look]


def change(view: DeploymentView) -> View:
    """Draw what changes with a version as a page to read."""
    return modals.told(told(texts.change(view)), about=texts.CHANGE_TITLE)


def all_the_same(view: DeploymentView) -> View:
    """Draw the form in which somebody says why they sign a version that is refused."""
    head = block(*texts.refusal(view))
    asked = _why(texts.NOTE, texts.OVERRIDE_HINT)
    return pages.form(
        Callback.SIGN_VERSION, texts.SIGN_TITLE, [head, asked], submit=texts.SIGN_IT, metadata=str(_shown(view))
    )


def rolling_back(view: DeploymentView) -> View:
    """Draw the form in which somebody says why they take the live version back."""
    head = block(*texts.rolls_back_to(view))
    asked = _why(texts.REASON, texts.REASON_HINT)
    return pages.form(
        Callback.ROLL_BACK, texts.ROLL_BACK_TITLE, [head, asked], submit=texts.ROLL_IT_BACK, metadata=str(_shown(view))
    )


def _why(what: str, hint: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MOST_WHY}
    return {
        "type": "input",
        "block_id": WHY,
        "label": label(what, limits.INPUT_LABEL),
        "hint": label(hint, limits.INPUT_LABEL),
        "element": element,
    }


def _shown(view: DeploymentView) -> Shown:
    return Shown(id=view.id, version=view.change, generation=view.generation)
