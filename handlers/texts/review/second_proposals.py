"""The words about a proposal that follows a refused one."""

from handlers.texts.pieces import Paragraph, line, words
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.views import CardView


def told_same(view: CardView) -> list[Paragraph]:
    """Say that the very same is proposed that a person refused; nothing where it is not, or is not shown any more."""
    if not view.same_again or not view.has_proposal:
        return []
    said = words(" Edit it, fill it in by hand, or close the case.")
    return [line(words("The model proposes the same again.", bold=True), said)]


def is_told_elsewhere(reason: Reason) -> bool:
    """Tell whether a reason stands at the top of the card already."""
    return reason.code in (Code.SAME_AGAIN, Code.SOURCE_ANSWERED)
