"""The fields of a proposal that a reader should look at first. Pure."""

from collections.abc import Mapping

from workflows.engine.declare.autonomy import Autonomy


def doubtful(
    confidence: Mapping[str, float | None],
    *,
    second: Mapping[str, float],
    autonomy: Autonomy,
    missed: float | None = None,
) -> frozenset[str]:
    """The fields that a reader should look at first.

    Those are the ones below the floor or without a usable confidence, and those that the local model speaks against.
    Where there is no floor, since everything goes to a person, the least sure of several counts, as it is shown: with
    two digits. `missed`: the earned floor that the proposal did not reach, where it did not.
    """
    floor = autonomy.at_least if autonomy.at_least is not None else missed
    unstated = {name for name, number in confidence.items() if number is None}
    stated = {name: number for name, number in confidence.items() if number is not None}
    below = autonomy.second_opinion
    against = {name for name, number in second.items() if below is not None and not number >= below}
    if floor is not None:
        return frozenset(unstated | against | {name for name, number in stated.items() if number < floor})
    shown = {name: round(number, 2) for name, number in stated.items()}
    least, most = min(shown.values(), default=0), max(shown.values(), default=0)
    return frozenset(against | {name for name, number in shown.items() if number == least < most})
