"""The forecast of a month: what is spent, and for each day that is left the mean of its weekday before. Pure.

This is least squares with a variable for each weekday, and its prediction interval is the textbook's (Hyndman and
Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, 2021, sections 7.4 and 7.6): the days are taken to
be independent, and to differ from the mean of their weekday by as much as those before did, with Student's t for the
few that are known. It knows no growth, no holidays, and nothing of what somebody plans.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from workflows.engine.digests.cost.views import FEWEST_DAYS, Forecast

_WEEKDAYS = 7
_CENT = Decimal("0.01")
"""An estimate is no more exact than a cent."""
_WITHIN = 0.8
"""Probability with which the month is within the range."""


def forecast(known: Mapping[date, Decimal], *, so_far: Decimal, left: Sequence[date]) -> Forecast | None:
    """Return the likely cost of a month; None where too few days are known.

    `known`: the cost of each of the last days. `so_far`: dollars of the month's days that are over. `left`: the others.
    """
    if not left:
        return Forecast(expected=so_far, least=so_far, most=so_far)
    if len(known) < FEWEST_DAYS:
        return None
    means, numbers = _means(known)
    squares = sum(((cost - means[day.weekday()]) ** 2 for day, cost in known.items()), Decimal(0))
    free = len(known) - _WEEKDAYS
    still = Counter(day.weekday() for day in left)
    # Each day that is left differs from its mean, and the mean of a weekday is itself known from a few days only.
    spread = sum((number + Decimal(number**2) / numbers[weekday] for weekday, number in still.items()), Decimal(0))
    reach = _quantile(free) * (squares / free * spread).sqrt()
    expected = so_far + sum((means[day.weekday()] for day in left), Decimal(0))
    least = max(expected - reach, so_far)
    return Forecast(
        expected=expected.quantize(_CENT), least=least.quantize(_CENT), most=(expected + reach).quantize(_CENT)
    )


def _means(known: Mapping[date, Decimal]) -> tuple[dict[int, Decimal], Counter[int]]:
    """Return the mean cost of each weekday, and how often it is known."""
    numbers = Counter(day.weekday() for day in known)
    sums = dict.fromkeys(numbers, Decimal(0))
    for day, cost in known.items():
        sums[day.weekday()] += cost
    return {weekday: total / numbers[weekday] for weekday, total in sums.items()}, numbers


def _quantile(free: int) -> Decimal:
    """Return the quantile of Student's t that both ends of the range are away from its middle."""
    # Loaded here: most processes make no forecast.
    from scipy.special import stdtrit

    return Decimal(str(float(stdtrit(free, (1 + _WITHIN) / 2))))
