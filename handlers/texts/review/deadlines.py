"""The words about deadlines: what is overdue, and what went on because nobody answered in time."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Piece, line, moment, words
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import CardView, DecisionView

OVERDUE = "Overdue. "
"""Stands first in a notification about what is overdue."""
_DONE = {
    DecisionKind.LAPSED: "Nobody answered in time, taken as proposed",
    DecisionKind.EXPIRED: "Nobody answered in time",
}
_NOBODY = "no person decided this"


def overdue(view: CardView) -> Sequence[Piece]:
    """Say since when a review is overdue; nothing where it is not."""
    if not view.overdue or view.answer_by is None:
        return []
    return [words("Overdue since ", bold=True), moment(view.answer_by)]


def in_words(decision: DecisionView) -> str | None:
    """Return what became of a review that nobody answered in time; None for a person's decision."""
    return _DONE.get(DecisionKind(decision.kind)) if decision.kind in _DONE else None


def lapsed(decision: DecisionView) -> Line | None:
    """Say that nobody decided, and what follows from that; None for a person's decision."""
    said = in_words(decision)
    if said is None:
        return None
    return line(words(said, bold=True), words(" · "), moment(decision.at), words(f" · {_NOBODY}"))
