"""The business numbers: of all together in lines, of each workflow in tables, and the trend in two charts."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import actions, button, header
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.parts.pictures import Part, illustrated
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.ids import ALL, Action
from handlers.texts.digests import numbers as texts
from workflows.engine.digests.numbers.views import NumberFigures
from workflows.engine.digests.views import DigestView


def numbers(view: DigestView, figures: NumberFigures) -> Drawn:
    """Draw the business numbers."""
    return illustrated(numbers_parts(view, figures), text=brief(view, figures))


def brief(view: DigestView, figures: NumberFigures) -> str:
    """Return the numbers in a line, for a notification."""
    return f"{texts.title(view)}: {texts.overall(figures)}"


def numbers_parts(view: DigestView, figures: NumberFigures) -> Sequence[Part]:
    """Return the parts of the message, for one that has more below."""
    workflows = figures.workflows
    parts: list[Part] = [header(texts.title(view)), rich(line(words(texts.overall(figures))))]
    if not workflows:
        return parts
    parts.append(block(*texts.numbers(figures)))
    parts += texts.by_workflow(workflows) if len(workflows) > 1 else []
    if remarks := texts.remarks(workflows):
        parts.append(block(*remarks))
    parts += texts.charts(figures.trend)
    return [*parts, actions("numbers", [button(texts.WHAT_IS_THIS, action=Action.DEFINE_NUMBERS, value=ALL)])]


def definitions() -> Drawn:
    """Draw what each number is, and what it does not mean."""
    return told(texts.definitions())
