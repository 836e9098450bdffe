"""The look of a digest: each has a file of its own in `digests`."""

from dataclasses import replace
from datetime import date

from handlers.slack.blocks.digests.bias import bias
from handlers.slack.blocks.digests.cost import cost
from handlers.slack.blocks.digests.failures import failures
from handlers.slack.blocks.digests.numbers import numbers
from handlers.slack.blocks.digests.quality import quality
from handlers.slack.blocks.digests.seal import seal
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import small_print
from handlers.texts.digests.made_up import made_up
from workflows.engine.digests.bias.views import BiasFigures
from workflows.engine.digests.cost.views import CostFigures
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.numbers.views import NumberFigures
from workflows.engine.digests.quality.views import QualityFigures
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.digests.views import DigestView


def digest(view: DigestView) -> Drawn:
    """Draw a digest. Where it shows cases that are made up, its last line says so."""
    drawn = _drawn(view)
    return drawn if view.made_up_until is None else _labelled(drawn, view.made_up_until)


def _labelled(drawn: Drawn, until: date) -> Drawn:
    plain = drawn.plain
    return replace(
        drawn,
        blocks=[*drawn.blocks, small_print(made_up(until))],
        plain=(lambda: _labelled(plain(), until)) if plain is not None else None,
    )


def _drawn(view: DigestView) -> Drawn:
    match view.figures:
        case FailureFigures():
            return failures(view, view.figures)
        case CostFigures():
            return cost(view, view.figures)
        case QualityFigures():
            return quality(view, view.figures)
        case NumberFigures():
            return numbers(view, view.figures)
        case BiasFigures():
            return bias(view, view.figures)
        case SealFigures():
            return seal(view, view.figures)
