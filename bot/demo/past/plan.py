"""The plan of the made-up past: all that comes, in order. The same day has the same past, on every machine. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from bot.demo.past.arrivals import Arrival
from bot.demo.past.days import Day, fortnight
from bot.demo.past.papers import papers_of
from bot.demo.past.tickets import sure_of_wrong, tickets_of

_SEED = 17


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a fortnight."""

    days: Sequence[Day]
    arrivals: Sequence[Arrival]
    """All cases, the earliest first."""

    @property
    def cut_off(self) -> frozenset[str]:
        """Documents whose booking is cut off."""
        return frozenset(one.key for one in self.arrivals if one.is_cut_off)

    @property
    def unread(self) -> frozenset[str]:
        """Documents of whose supplier the ledger tells in another form."""
        return frozenset(one.key for one in self.arrivals if one.is_unread)


def plan(until: date) -> Plan:
    """Return the plan of the fortnight up to a day."""
    random = Random(_SEED)  # noqa: S311  # made-up cases are no secret
    days = fortnight(until, random)
    arrivals: list[Arrival] = []
    tickets = papers = 0
    for day in days:
        coming = tickets_of(day, random, before=tickets)
        booked = papers_of(day, random, before=papers)
        tickets, papers = tickets + len(coming), papers + len(booked)
        if day.is_wrong:
            coming = sure_of_wrong(coming)
        if day.is_last:
            booked = [replace(one, is_unread=place >= len(booked) - 2) for place, one in enumerate(booked)]
        arrivals += [*coming, *booked]
    return Plan(days=days, arrivals=sorted(arrivals, key=lambda one: one.at))
