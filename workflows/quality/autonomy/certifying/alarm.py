"""The alarm: what goes alone has become worse than promised. Pure.

A running test of the errors that spot checks found in what went alone, which begins anew whenever it has lost. The mean
time to a false alarm is at least `TRIGGER` spot checks, whatever the errors depend on, as long as each is wrong with at
most the promised probability: Shin, Ramdas and Rinaldo, "E-detectors", 2023.
"""

from dataclasses import dataclass, field

TIMES = (2.0, 4.0, 8.0)
"""Multiples of the promised share that are tested for."""
HIGHEST = 0.9
TRIGGER = 400.0
"""Wealth at which what goes alone is taken back."""
DOUBT = 1.5
"""Wealth from which more is looked at."""


@dataclass(kw_only=True)
class Alarm:
    """The alarm of one epoch, as far as spot checks were worked in."""

    wrong: float
    """Share of what goes alone that may be wrong, as promised."""
    held: list[float] = field(default_factory=lambda: [1.0] * len(TIMES))

    def work_in(self, *, is_error: bool) -> None:
        """Take in a spot check of a case that went alone."""
        for place, times in enumerate(TIMES):
            rate = min(times * self.wrong, HIGHEST)
            ratio = rate / self.wrong if is_error else (1 - rate) / (1 - self.wrong)
            self.held[place] = max(self.held[place], 1.0) * ratio

    @property
    def wealth(self) -> float:
        """The mean wealth of its tests."""
        return sum(self.held) / len(self.held)
