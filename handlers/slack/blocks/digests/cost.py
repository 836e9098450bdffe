"""The cost report: a quiet one in a few lines, any other with its course, its workflows and what the money went to."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, small_print
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.pictures import Part, illustrated
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.digests import cost as texts
from handlers.texts.digests.daily_cost import course
from handlers.texts.pieces import bullets, line, words
from workflows.engine.digests.cost.views import CostFigures, DearCase
from workflows.engine.digests.views import DigestView

_BRIEF = 300
"""Characters of the notification."""


def cost(view: DigestView, figures: CostFigures) -> Drawn:
    """Draw the report."""
    title, overall = texts.title(view), texts.overall(view, figures)
    parts: list[Part] = [header(title), block(line(words(overall, bold=bool(figures.anomalies))))]
    if told := texts.numbers(view, figures):
        parts.append(block(*told))
    if not figures.is_quiet:
        parts += _closer(view, figures)
    return illustrated(parts, text=escaped(f"{title}: {overall}", _BRIEF))


def _closer(view: DigestView, figures: CostFigures) -> list[Part]:
    """Draw what a lead looks at where the first lines are not enough."""
    parts: list[Part] = []
    if (table := texts.by_workflow(view, figures)) is not None:
        parts.append(table)
    parts += course(figures)
    if what_for := texts.what_for(figures):
        parts.append(block(bullets(what_for)))
    if dearest := texts.dearest(figures):
        parts += [block(texts.most_expensive(dearest)), actions("cost.cases", _presses(dearest, figures.generation))]
    return [*parts, small_print(texts.small_print(figures))]


def _presses(cases: Sequence[DearCase], generation: int) -> list[Block]:
    """Draw a button for each case, which opens it for those who may read it."""
    return [
        button(
            buttons.open_case(one.case, one.workflow),
            action=f"{Action.CASE}.{place}",
            # Whatever has become of the case since is what they want to see, so there is no version to compare.
            value=str(Shown(id=one.case, version=0, generation=generation)),
        )
        for place, one in enumerate(cases)
    ]
