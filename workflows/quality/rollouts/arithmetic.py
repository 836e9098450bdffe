"""The arithmetic of a rollout: the labels that it needs, and for how long it goes on. Pure.

For two separate arms: the sample size of two proportions, by the normal approximation (Fleiss, Levin and Paik,
"Statistical Methods for Rates and Proportions", 3rd edition, 2003, chapter 4).
"""

import math
from statistics import NormalDist

from workflows.quality.deployments.views import Plan

POWER = 0.8
"""Probability with which a version that is worse by the points is to be found."""
TWO_SIDED = 0.05
"""Probability with which an equal one may be called another, on both sides together."""


def labels_each(*, live: float, more: float) -> int:
    """Return the labels that each of two versions needs, rounded up to tens, so that one shows which makes this share
    `more` of errors than the live one, whose share is `live`.
    """
    new = min(live + more, 1.0)
    normal = NormalDist()
    z = normal.inv_cdf(1 - TWO_SIDED / 2) + normal.inv_cdf(POWER)
    spread = live * (1 - live) + new * (1 - new)
    return math.ceil(z * z * spread / (new - live) ** 2 / 10) * 10


def plan(*, live: float, more: float, share: float, a_day: float) -> Plan:
    """Return the way ahead of a version that is used for a `share` of the cases. `a_day`: labels of the workflow."""
    labels = labels_each(live=live, more=more)
    smaller = a_day * min(share, 1 - share if share < 1 else share)
    return Plan(labels=labels, days=math.ceil(labels / smaller) if smaller > 0 else None, a_day=a_day)
