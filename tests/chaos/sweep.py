"""The faults of a sweep: everything that can go wrong at each crossing of a story."""

from collections.abc import Iterable, Sequence
from random import Random

from store.db.failpoints import Failpoint
from tests.chaos.faults import KINDS, Crossing, Fault


def faults_at(crossings: Iterable[Crossing]) -> list[Fault]:
    """Return every fault that can happen in a story with these crossings.

    An audit row is written inside a transaction: a crash there loses the whole transaction, whichever of its rows it
    was. So the first row of each action stands for all.
    """
    return [
        Fault(at=crossing, kind=kind)
        for crossing in crossings
        if crossing.seam is not Failpoint.AUDIT or crossing.nth == 1
        for kind in KINDS[crossing.seam]
    ]


def sampled(faults: Sequence[Fault], number: int, *, seed: int) -> list[Fault]:
    """Return some of the faults, spread evenly over failpoints, sides and kinds."""
    random = Random(seed)
    kinds: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((fault.at.seam, fault.at.side, fault.kind), []).append(fault)
    piles = [random.sample(pile, len(pile)) for pile in kinds.values()]
    random.shuffle(piles)
    found: list[Fault] = []
    while len(found) < number and any(piles):
        found += [pile.pop() for pile in piles if pile]
    return found[:number]
