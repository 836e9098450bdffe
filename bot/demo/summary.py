"""The summary of the demo: its figures."""

from collections.abc import Sequence

from bot.demo.stage import Stage
from workflows.engine.read.tally import tally
from workflows.engine.review.decisions import DecisionKind


def summary(stage: Stage, cases: Sequence[int]) -> list[str]:
    """Return the figures, a line each."""
    numbers = tally(stage.app.context, cases, {})
    acts = stage.acts()
    decided = acts.decisions
    told = {
        "cases": numbers.cases,
        "resolved alone": numbers.alone,
        "reviewed": sum(decided.values()),
        "  approved": decided.get(DecisionKind.APPROVED, 0),
        "  edited": decided.get(DecisionKind.EDITED, 0),
        "  filled in": decided.get(DecisionKind.ANSWERED, 0),
        "  rejected": decided.get(DecisionKind.REJECTED, 0),
        "delivered": acts.deliveries,
        "not at an end": stage.unfinished(),
    }
    samples = "more cases were shown on sample answers, written by hand: in none of these figures"
    return [
        *(f"{what:<16}{number:>5,}" for what, number in told.items()),
        f"{'dollars':<16}{numbers.cost:>8.2f}",
        *([f"{numbers.samples} {samples}"] if numbers.samples else []),
    ]
