"""The thirty days."""

from tests.integration.engine.digests.days import heaps, one_thing, quiet
from tests.integration.engine.digests.days.day import Day

THIRTY = [day for room in (quiet, one_thing, heaps) for day in vars(room).values() if isinstance(day, Day)]
