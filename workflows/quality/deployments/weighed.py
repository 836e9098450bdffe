"""Confidence that is weighed from people's labels, fitted when a version of a paid model is proposed.

A logistic regression with an L2 penalty (Platt, "Probabilistic outputs for support vector machines", 1999, is the same
with one feature) over what is known of a proposal. It learns from one half of the labels, by the fixed split of the
cases, and is used only if it tells right from wrong better on the other half. Both halves are past: what it is worth is
certified on labels that come after.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from store.learning import labels
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.weighing import Feature, Weighing
from workflows.engine.propose.scores import Known, known_in, weighed
from workflows.model.choice import LOCAL
from workflows.quality.deployments.codes import Unweighed
from workflows.quality.deployments.evidence import Weighed
from workflows.quality.examples.split import Half, half_of

FEWEST, FEWEST_ERRORS = 400, 30
"""Labels to learn from, and errors among them, before anything is weighed."""
FEWEST_MEASURED = 10
"""Errors of the other half, before it can be said whether that is better."""
MOST = 5_000
"""Most labels that are read, the newest."""
_PAGE = 500
_SAME = 1e-9
"""Spread below which a feature is always the same."""
_DIGITS = 4
"""Digits of a number that is kept: more say nothing."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The weighing of a version, and what is told of it."""

    weighing: Weighing | None
    told: Weighed


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A judged proposal."""

    known: Known
    is_right: bool


def fitted(context: Context, workflow: AnyWorkflow, row: int | None, *, model: str) -> Fitted | None:
    """Return the weighing for a new version of a workflow; None where its autonomy is not earned.

    `row`: that of the workflow; None where it has none yet. `model`: the one that is asked. Only labels of proposals
    that the same model made, in deployed versions, are learned from. They are read in small parts, and no
    transaction waits for the fit.
    """
    if not workflow.autonomy.is_earned:
        return None
    if model == LOCAL:
        return Fitted(weighing=None, told=Weighed(why_not=Unweighed.LOCAL))
    halves: dict[Half, list[Lesson]] = {half: [] for half in Half}
    before: labels.JudgedProposal | None = None
    read = 0
    while row is not None and read < MOST:
        with context.database.read() as session:
            page = labels.judged_proposals(
                session, team=context.team, workflow=row, model=model, before=before, limit=_PAGE
            )
        for one in page:
            known = known_in(json.loads(one.body)) if one.body is not None else None
            if known is not None:
                halves[half_of(workflow.name, one.key)].append(Lesson(known=known, is_right=not one.is_error))
        read += len(page)
        if len(page) < _PAGE:
            break
        before = page[-1]
    return fit(halves[Half.LEARNING], halves[Half.MEASURING])


def fit(learning: Sequence[Lesson], measuring: Sequence[Lesson]) -> Fitted:
    """Learn how to weigh from one half, and measure on the other."""
    number, errors = len(learning) + len(measuring), _wrong(learning) + _wrong(measuring)
    told = Weighed(labels=number, errors=errors, why_not=Unweighed.FEW)
    is_enough = len(learning) >= FEWEST and FEWEST_ERRORS <= _wrong(learning) < len(learning)
    if not is_enough or not FEWEST_MEASURED <= _wrong(measuring) < len(measuring):
        return Fitted(weighing=None, told=told)
    try:
        weighing = _learn(learning)
    except ModuleNotFoundError:
        return Fitted(weighing=None, told=told.model_copy(update={"why_not": Unweighed.NO_LIBRARY}))
    before = area([(one.known.stated, one.is_right) for one in measuring])
    after = area([(weighed(one.known, weighing) or 0.0, one.is_right) for one in measuring])
    figures = {"before": round(before, _DIGITS), "after": round(after, _DIGITS)}
    if not after > before:
        return Fitted(weighing=None, told=told.model_copy(update={**figures, "why_not": Unweighed.NO_BETTER}))
    return Fitted(weighing=weighing, told=told.model_copy(update={**figures, "why_not": None}))


def _wrong(lessons: Sequence[Lesson]) -> int:
    return sum(not one.is_right for one in lessons)


def _learn(lessons: Sequence[Lesson]) -> Weighing:
    # Loaded here: it takes a second, and only who proposes a version needs it.
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = list(Feature)
    rows = np.array([[one.known.features[name] for name in names] for one in lessons])
    spread = rows.std(axis=0)
    # A feature that is always the same has no weight. Its mean is rounded, so its spread may be a little above 0.
    varies = spread > _SAME
    means, scale = rows.mean(axis=0), np.where(varies, spread, 1.0)
    model = LogisticRegression(C=1.0, max_iter=1_000).fit((rows - means) / scale, [one.is_right for one in lessons])
    weights = np.where(varies, model.coef_[0] / scale, 0.0)
    bias = float(model.intercept_[0] - weights @ means)
    kept = {name: _short(float(weight)) for name, weight in zip(names, weights, strict=True) if weight}
    return Weighing(bias=_short(bias), weights=kept)


def _short(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def area(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the share of pairs of a right and a wrong one in which the right one has more; half for equal ones.

    By ranks, as Mann and Whitney do ("On a test of whether one of two random variables is stochastically larger than
    the other", 1947).
    """
    ordered = sorted(scored, key=lambda one: one[0])
    right = sum(is_right for _, is_right in ordered)
    ranks, place = 0.0, 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        middle = (place + 1 + end) / 2
        ranks += middle * sum(is_right for _, is_right in ordered[place:end])
        place = end
    return (ranks - right * (right + 1) / 2) / (right * (len(ordered) - right))
