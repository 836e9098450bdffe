"""Figures about a single person, for that person alone.

They are no part of any digest, export, metric or log. A team has to switch them on: to measure what single employees do
is regulated in most countries.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from store.quality import numbers
from workflows.engine.context import Context
from workflows.engine.digests.days import Days
from workflows.engine.digests.numbers.views import OwnDay, OwnNumbers

DAYS = 14


def own_numbers(context: Context, person: str, *, zone: ZoneInfo) -> OwnNumbers:
    """Return what a person decided on the last 14 days, today among them. Show it to nobody else."""
    today = context.clock().astimezone(zone).date()
    days = Days(first=today - timedelta(days=DAYS - 1), last=today, zone=zone)
    with context.database.read() as session:
        found = numbers.of_person(session, person, team=context.team, days=days.bounds)
    return OwnNumbers(
        days=[
            OwnDay(day=day, decisions=made.decisions, measured=made.measured, seconds=made.seconds)
            for place, day in enumerate(days)
            if (made := found.get(place)) is not None
        ]
    )
