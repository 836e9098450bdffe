"""Suspicion without labels: the share of confident cases has moved. It only has more looked at. Pure."""

from dataclasses import dataclass

BAND = 0.08
"""Distance of the share from the expected one that is none to speak of."""
JUMP = 0.15
"""Distance that is looked for."""
TRIGGER = 100.0
"""Wealth of the test at which it is suspected."""


@dataclass(kw_only=True)
class Suspicion:
    """Two tests of the share of cases at or above the floor: that it rose, and that it fell."""

    expected: float
    """Share of the cases at or above the floor, as it was when the floor was certified, 0 to 1."""
    rose: float = 1.0
    fell: float = 1.0

    def saw(self, *, is_confident: bool) -> bool:
        """Take in a case; return True if the share has moved. The tests begin anew then."""
        self.rose = max(self.rose, 1.0) * _ratio(is_confident, self.expected + BAND, self.expected + JUMP)
        self.fell = max(self.fell, 1.0) * _ratio(is_confident, self.expected - BAND, self.expected - JUMP)
        if max(self.rose, self.fell) < TRIGGER:
            return False
        self.rose = self.fell = 1.0
        return True


def _ratio(happened: bool, usual: float, other: float) -> float:
    usual, other = (min(max(rate, 0.005), 0.995) for rate in (usual, other))
    return other / usual if happened else (1 - other) / (1 - usual)
