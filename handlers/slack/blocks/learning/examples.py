"""A group of candidates, with the buttons that take them in or leave them, and what of them waits on a Home."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.parts.sections import section
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.learning import examples as texts
from workflows.engine.read.home_views import Candidates
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Group

AT_HOME = 5
"""Workflows that a Home names."""


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


def decided(workflow: str, *, is_any_taken: bool) -> Drawn:
    """Draw that somebody decided the last group."""
    return told(texts.last_decided(workflow, is_any_taken=is_any_taken))


def at_home(waiting: Sequence[Candidates]) -> list[Block]:
    """Draw the workflows of which candidates wait, each with a button that opens them; nothing where none do."""
    if not waiting:
        return []
    made = [header(texts.HEADING)]
    for one in waiting[:AT_HOME]:
        look = button(buttons.look_at_examples(one.workflow), action=Action.EXAMPLES, value=one.workflow)
        made.append(section(texts.at_home(one), press=look))
    left = len(waiting) - AT_HOME
    return [*made, block(texts.more_at_home(left))] if left > 0 else made
