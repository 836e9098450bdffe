"""A group of candidates, with the buttons that take them in or leave them."""

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts import examples as texts
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Group


def group(workflow: str, shown: Group | None, *, waiting: int, generation: int) -> Drawn:
    """Draw a group; None: none waits. What is learned from cannot be critical."""
    if shown is None:
        return told(texts.none_waits(workflow))
    said, number = told(texts.group(workflow, shown, waiting=waiting)), len(shown.candidates)
    value = str(Shown(id=shown.candidates[0].id, version=number, generation=generation))
    is_measured = shown.candidates[0].half is Half.MEASURING
    presses = [
        button(buttons.take_examples(number), action=Action.TAKE_EXAMPLES, value=value, style="primary"),
        *(
            [button(buttons.critical_examples(number), action=Action.CRITICAL_EXAMPLES, value=value)]
            if is_measured
            else []
        ),
        button(buttons.leave_examples(number), action=Action.LEAVE_EXAMPLES, value=value),
    ]
    return Drawn(text=said.text, blocks=[*said.blocks, actions(f"examples.{value}", presses)])
