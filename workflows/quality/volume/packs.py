"""The review pack: which cases of a volume test people look at, and with what probability. Pure.

It is drawn before anybody judges. Each case has draws of its own, so that what is found in one says nothing about
whether another was looked at. A case that comes in by both ways has the probability of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

RANDOM = 100
"""Cases of the random sample, on average."""
MOST_LOW = 300
"""Most low-confidence cases that all come into the pack; of more, as many are drawn, on average."""


class Why(StrEnum):
    """Reasons why a case is in the pack."""

    RANDOM = "random"
    LOW = "low"
    """Its confidence is below the floor."""
    ERROR = "error"
    """There is no proposal, though there should be one."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that may come into the pack."""

    id: int
    is_known: bool
    """True if the right answer is known already."""
    is_failed: bool
    """True if there is no proposal, though there should be one."""
    is_low: bool


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The draw of one case."""

    id: int
    why: Why | None
    """None: it is not in the pack."""
    probability: float


def draw(candidates: Sequence[Candidate], *, seed: int, random: int = RANDOM, most_low: int = MOST_LOW) -> list[Drawn]:
    """Draw the pack. A case whose answer is known counts as looked at for certain, and is not in it."""
    open_ = [one for one in candidates if not one.is_known and not one.is_failed]
    low = sum(one.is_low for one in open_)
    of_random = min(1.0, random / len(open_)) if open_ else 0.0
    of_low = min(1.0, most_low / low) if low else 0.0
    coins = Random(seed)  # noqa: S311  # a sample, no secret
    found = []
    for one in candidates:
        # Both coins are thrown for every case, so that a draw depends on its place alone.
        first, second = coins.random(), coins.random()
        if one.is_known:
            found.append(Drawn(id=one.id, why=None, probability=1.0))
        elif one.is_failed:
            found.append(Drawn(id=one.id, why=Why.ERROR, probability=1.0))
        else:
            its_low = of_low if one.is_low else 0.0
            why = Why.RANDOM if first < of_random else Why.LOW if second < its_low else None
            found.append(Drawn(id=one.id, why=why, probability=1 - (1 - of_random) * (1 - its_low)))
    return found
