"""The combinations of choices of several fields, the most likely first. Pure."""

import heapq
from collections.abc import Collection, Sequence
from math import prod

Places = tuple[int, ...]
"""One choice of each field, by its place among the field's choices; 0 is the most likely one."""


def most_likely(probabilities: Sequence[Sequence[float]], *, but: Collection[Places]) -> Places | None:
    """Return the most likely combination that is not among `but`; None where there is none.

    `probabilities`: those of each field's choices, the most likely first. The fields count as independent. It looks at
    one combination more than are left out, each time at the best of the rest.
    """
    first = tuple(0 for _ in probabilities)
    waiting, seen = [(-_joint(probabilities, first), first)], {first}
    while waiting:
        _, places = heapq.heappop(waiting)
        if places not in but:
            return places
        for field, place in enumerate(places):
            following = (*places[:field], place + 1, *places[field + 1 :])
            if place + 1 < len(probabilities[field]) and following not in seen:
                seen.add(following)
                heapq.heappush(waiting, (-_joint(probabilities, following), following))
    return None


def is_last(probabilities: Sequence[Sequence[float]], *, but: Collection[Places]) -> bool:
    """Tell whether these combinations leave no more than one."""
    return prod(len(field) for field in probabilities) - len(set(but)) <= 1


def _joint(probabilities: Sequence[Sequence[float]], places: Places) -> float:
    return prod(field[place] for field, place in zip(probabilities, places, strict=True))
