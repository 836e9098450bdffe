"""A day: what happened on it, and the first line of the summary that is made the next morning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from tests.conftest import MakeWorld
from tests.integration.engine.digests.days.firm import Firm, firm

BERLIN = ZoneInfo("Europe/Berlin")
Arrange = Callable[[Firm], None]


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day with the line that is right about it."""

    name: str
    """The name says what happened."""
    first_line: str
    arrange: Arrange
    seed: int
    """Decides what was ordinary about it."""
    today: date
    """The local date of the summary: the day after."""
    zone: ZoneInfo

    def lived_through(self, make_world: MakeWorld) -> Firm:
        """Return the firm as it stands at eight in the morning."""
        lived = firm(make_world, seed=self.seed, today=self.today, zone=self.zone)
        self.arrange(lived)
        lived.at(7, 59, ago=0)
        lived.work()
        return lived


def day(
    first_line: str, *, seed: int, today: date = date(2026, 11, 20), zone: ZoneInfo = BERLIN
) -> Callable[[Arrange], Day]:
    """Make a day of a function that arranges it."""

    def made(arrange: Arrange) -> Day:
        return Day(
            name=arrange.__name__,
            first_line=first_line,
            arrange=arrange,
            seed=seed,
            today=today,
            zone=zone,
        )

    return made
