"""The card of a case whose content was removed: it says so, and nothing can be pressed."""

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import header, small_print
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.paragraphs import block
from handlers.texts.review import removed as texts
from workflows.engine.review.views import RemovedView


def removed(view: RemovedView) -> Drawn:
    """Draw the card as a message."""
    blocks = [header(texts.heading(view)), block(*texts.paragraphs(view)), small_print(texts.small_print(view))]
    return fitting(lambda _: blocks, text=f"{texts.heading(view)} ({view.workflow})")
