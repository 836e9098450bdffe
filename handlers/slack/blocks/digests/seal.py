"""The daily message with the head of the sealed audit."""

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import header
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.texts.digests import seal as texts
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.digests.views import DigestView


def seal(view: DigestView, figures: SealFigures) -> Drawn:
    """Draw how far the audit is sealed, and the head in full."""
    title, overall, head = texts.title(view), texts.overall(figures), texts.head(figures)
    blocks = [header(title), rich(line(words(overall))), *([block(*head)] if head else [])]
    return Drawn(text=f"{title}: {overall}", blocks=blocks)
