"""The first line of the failure summary is right on thirty days that were written before it, by another hand."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from handlers.texts.digests import failures
from tests.conftest import MakeWorld
from tests.integration.engine.digests.days.day import Day
from tests.integration.engine.digests.days.thirty import THIRTY
from tests.world import World
from workflows.engine.digests import making

pytestmark = pytest.mark.slow


def first_line(world: World, today: date, zone: ZoneInfo) -> str:
    """Return the first line of the summary that is made now, on a local date."""
    digest = making.make(world.context, "failures", today=today, zone=zone)
    assert digest is not None
    return failures.first_line(making.digest_view(world.context, digest))


def test_there_are_thirty_days() -> None:
    assert len({day.name for day in THIRTY}) == len({day.seed for day in THIRTY}) == 30


@pytest.mark.parametrize("day", THIRTY, ids=lambda day: day.name)
def test_the_first_line_is_right(make_world: MakeWorld, day: Day) -> None:
    lived = day.lived_through(make_world)
    assert first_line(lived.world, day.today, day.zone) == day.first_line
