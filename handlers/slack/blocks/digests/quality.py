"""The quality review for team leads: what people changed and refused, and what spot checks found."""

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.digests import quality as texts
from workflows.engine.digests.quality.views import QualityFigures, QualityOfWorkflow
from workflows.engine.digests.views import DigestView

_WORKFLOWS = 15
_REST = 600
"""Most characters, as JSON, of the lines after the workflows."""


def quality(view: DigestView, figures: QualityFigures) -> Drawn:
    """Draw the review, the workflow with most to look at first, with the number of those left out."""
    title, overall = texts.title(view), texts.overall(figures)
    blocks, worst_first = [header(title), rich(line(words(overall)))], texts.worst_first(figures)
    drawn = 0
    for one in worst_first[:_WORKFLOWS]:
        made = [block(*texts.workflow(one)), *_presses(view, one)]
        size = Drawn(text="", blocks=[*blocks, *made]).size
        if size + _REST > limits.MESSAGE_BLOCKS_BUDGET:
            break
        blocks += made
        drawn += 1
    if left := len(worst_first) - drawn:
        blocks.append(block(texts.left_out(left)))
    if (some := texts.compared(figures)) is not None:
        blocks.append(block(some))
    return Drawn(text=f"{title}: {overall}", blocks=blocks)


def _presses(view: DigestView, one: QualityOfWorkflow) -> list[Block]:
    """Draw what can be looked at. A preview has no buttons."""
    if view.id is None:
        return []
    shown, made = str(Shown(id=view.id, version=one.row, generation=view.generation)), list[Block]()
    checks = one.checks.open if one.checks is not None else 0
    if number := max(checks, one.overdue):
        looked = buttons.look_at_spot_checks(one.workflow, number)
        made.append(button(looked, action=Action.START_CHECKS, value=shown))
    if one.free_reasons:
        made.append(button(buttons.reasons(one.workflow), action=Action.REASONS, value=shown))
    return [actions(f"quality.{shown}", made)] if made else []
