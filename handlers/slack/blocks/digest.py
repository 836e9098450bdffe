"""The look of a digest: each has a file of its own in `digests`."""

from handlers.slack.blocks.digests.cost import cost
from handlers.slack.blocks.digests.failures import failures
from handlers.slack.blocks.digests.numbers import numbers
from handlers.slack.blocks.parts.drawing import Drawn
from workflows.engine.digests.cost.views import CostFigures
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.numbers.views import NumberFigures
from workflows.engine.digests.views import DigestView


def digest(view: DigestView) -> Drawn:
    """Draw a digest."""
    match view.figures:
        case FailureFigures():
            return failures(view, view.figures)
        case CostFigures():
            return cost(view, view.figures)
        case NumberFigures():
            return numbers(view, view.figures)
