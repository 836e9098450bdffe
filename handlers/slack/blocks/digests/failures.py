"""The summary for team leads: what failed, what stands, what it cost; as many workflows as a message holds."""

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import header
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.texts.digests import failures as texts
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.views import DigestView

_WORKFLOWS = 15
_REST = 200
"""Most characters, as JSON, of the line about the workflows left out."""


def failures(view: DigestView, figures: FailureFigures) -> Drawn:
    """Draw the summary, the worst workflows first, with the number of those left out."""
    title, overall = texts.title(view), texts.overall(figures)
    blocks, worst_first = [header(title), rich(line(words(overall)))], texts.worst_first(figures)
    drawn = 0
    for one in worst_first[:_WORKFLOWS]:
        made = block(*texts.workflow(one))
        size = Drawn(text="", blocks=[*blocks, made]).size
        if size + _REST > limits.MESSAGE_BLOCKS_BUDGET:
            break
        blocks.append(made)
        drawn += 1
    if left := len(worst_first) - drawn:
        blocks.append(block(texts.left_out(left)))
    return Drawn(text=f"{title}: {overall}", blocks=blocks)
