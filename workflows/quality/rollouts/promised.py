"""Promises of a version: the highest rates that its evidence lets expect, for what people see of it. Pure.

People are asked about cases that do not go alone, and these are harder than others. So each promise is taken from the
same kind of cases: from the pairs of its shadow, where there are enough, else from the examples of its eval that would
not go alone.
"""

from collections.abc import Mapping
from typing import Any

from workflows.quality.deployments.evidence import Evidence, Figures
from workflows.quality.deployments.views import Ended
from workflows.quality.evals.risk import upper_bound

FEWEST_PAIRS = 50
"""Pairs from which on those of the shadow tell more than the examples."""
FEWEST = 10
"""Examples or pairs below which nothing is promised: the bound would be so high that it watches nothing."""
LEAST = 0.01
"""Lowest rate that is promised: nobody can promise less by a few hundred examples."""


def promised(
    evidence: Mapping[str, Any] | None, *, pairs: int = 0, wrong: int = 0
) -> Mapping[Ended, float]:  # Any: as kept
    """Return the highest rate that is promised, by what is watched.

    `evidence`: as kept with the deployment. `pairs`, `wrong`: the cases of its shadow that people judged, and those of
    them in which it was wrong.
    """
    found: dict[Ended, float | None] = {}
    figures = Evidence.model_validate(evidence).new if evidence is not None else None
    if figures is not None:
        found |= _of_examples(figures)
    if pairs >= FEWEST_PAIRS:
        found[Ended.EDITS] = upper_bound(wrong, pairs)
    return {what: max(rate, LEAST) for what, rate in found.items() if rate is not None}


def _of_examples(figures: Figures) -> dict[Ended, float | None]:
    alone = figures.alone
    to_people = figures.whole.of - alone.alone
    wrong = max(0, figures.whole.of - figures.whole.right - alone.wrong)
    return {
        Ended.ERRORS: _bound(alone.wrong, alone.alone),
        Ended.EDITS: _bound(wrong, to_people),
        # An example that breaks two nevers counts twice: the promise is no lower for it.
        Ended.NEVERS: _bound(min(sum(figures.nevers.values()), to_people), to_people),
        Ended.GARBAGE: _bound(min(figures.garbage, to_people), to_people),
    }


def _bound(found: int, of: int) -> float | None:
    return upper_bound(found, of) if of >= FEWEST else None
