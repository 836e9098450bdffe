"""Percentiles of times, found in the database: one of the values, so that it can be recounted by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

PERCENTS = (50, 90)


@dataclass(frozen=True, kw_only=True)
class Percentiles:
    """Percentiles of times: each is the least of them that at least so many percent do not exceed."""

    number: int
    """Number of the times, at least 1."""
    p50: timedelta
    p90: timedelta


def percentiles(session: Session, times: Select[int, int]) -> Mapping[int | None, Percentiles]:
    """Return the percentiles of times by workflow id, and under None of all. Where there are no times, nothing.

    `times`: a query for a workflow's id, called `workflow`, and microseconds, called `microseconds`.
    """
    each = times.subquery()
    workflow, time = each.c.workflow, each.c.microseconds
    ranked = select(
        workflow,
        time,
        func.row_number().over(partition_by=workflow, order_by=time).label("place"),
        func.count().over(partition_by=workflow).label("number"),
        func.row_number().over(order_by=time).label("place_of_all"),
        func.count().over().label("number_of_all"),
    ).subquery()
    # The places of both, counted from 1: the part of the number, rounded up.
    own, of_all = ranked.c.number, ranked.c.number_of_all
    wanted = [ranked.c.place == (own * percent + 99) // 100 for percent in PERCENTS]
    wanted += [ranked.c.place_of_all == (of_all * percent + 99) // 100 for percent in PERCENTS]
    found: dict[int | None, dict[int, int]] = {}
    numbers: dict[int | None, int] = {}
    for id, microseconds, place, number, place_of_all, number_of_all in session.execute(
        select(ranked).where(or_(*wanted))
    ):
        numbers |= {id: number, None: number_of_all}
        found.setdefault(id, {})[place] = microseconds
        found.setdefault(None, {})[place_of_all] = microseconds
    return {
        id: Percentiles(number=number, **{f"p{percent}": _at(found[id], number, percent) for percent in PERCENTS})
        for id, number in numbers.items()
    }


def _at(places: Mapping[int, int], number: int, percent: int) -> timedelta:
    return timedelta(microseconds=places[(number * percent + 99) // 100])
