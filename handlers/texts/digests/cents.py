"""Amounts in whole cents whose sum is the sum that is said. Pure."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

_CENT = Decimal("0.01")


def in_cents(parts: Sequence[Decimal]) -> list[Decimal]:
    """Round parts to the cent so that they add up to their rounded sum.

    Each is rounded down, and the cents that are then left go to those that lost most (the method of largest remainders,
    which is Hamilton's). So each part is less than a cent away from what it is.
    """
    floors = [part.quantize(_CENT, ROUND_FLOOR) for part in parts]
    total = sum(parts, Decimal(0)).quantize(_CENT)
    left = int((total - sum(floors, Decimal(0))) / _CENT)
    lost = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place], place))
    for place in lost[:left]:
        floors[place] += _CENT
    return floors
