"""The share of its cases that a workflow looks at, with the button that widens it."""

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.operations import scope_shares as texts
from workflows.engine.propose.narrow_launch import ShareView


def share(view: ShareView, *, may_widen: bool, generation: int = 0) -> Drawn:
    """Draw the share. `may_widen`: whoever reads it may have the workflow look at more cases."""
    said = told(texts.told(view))
    return Drawn(text=said.text, blocks=[*said.blocks, *(widening(view, generation=generation) if may_widen else [])])


def widening(view: ShareView, *, generation: int, action: Action = Action.WIDEN) -> list[Block]:
    """Draw the button to the next larger share; nothing where there is none. `action`: what it does besides."""
    if view.next is None or view.row is None:
        return []
    shown = Shown(id=view.row, version=view.version, generation=generation)
    press = buttons.widen(view.workflow, texts.percent_of(view.next))
    return [actions(f"widen.{shown}", [button(press, action=action, value=str(shown))])]
