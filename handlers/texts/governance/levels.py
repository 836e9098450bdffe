"""The level of a workflow whose autonomy is earned, in words."""

from collections.abc import Mapping, Sequence

from handlers.texts.plain import begun_large, duration, percent
from handlers.texts.review.reasons import held_back
from store.states import Level
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.read.declared.charter_views import PromiseView

LEVELS: Mapping[Level, str] = {
    Level.SHADOW: "people decide without seeing what is proposed",
    Level.DRAFT: "people see what is proposed and decide",
    Level.VETO: "sure cases are announced before they are delivered, and a person can stop them",
    Level.GUARDED: "sure cases go alone, and people look at some of them afterwards",
}
"""Level -> what it means."""


def promise(view: PromiseView) -> str:
    """Say what is promised of what goes alone."""
    wrong, sure = f"{view.wrong * 100:.3g}%", f"{view.sure * 100:.3g}%"
    return f"of what goes alone at most {wrong} is wrong, at every moment with {sure} certainty"


def in_brief(view: PromiseView) -> str:
    """Say in a few words how far the live version is."""
    if view.floor is None:
        return "a person decides every case: its autonomy is not earned yet"
    way = "is announced and then goes alone" if view.level is Level.VETO else "goes alone"
    return f"{way} from {percent(view.floor)} sure, as it has earned"


def promised(view: PromiseView) -> Sequence[str]:
    """Say what is promised, and how it comes to go alone."""
    said = [f"As far as each version earns it from what people decide: {promise(view)}. Otherwise a person decides."]
    if view.veto is not None:
        said.append(f"At first a sure case is announced for {duration(int(view.veto.total_seconds()))} beforehand.")
    up = (
        "It goes up by itself" if view.by_itself else "More goes alone only where somebody who answers for it allows it"
    )
    said.append(f"{up}. It goes down by itself, at once.")
    return said


def evidence(facts: PromiseFacts) -> str:
    """Say in a few words what the evidence says: how much goes alone, how many were looked at, what may be wrong."""
    said = [f"{facts.looked_at:,} looked at"]
    if facts.share is not None and facts.level in (Level.VETO, Level.GUARDED) and not facts.is_held:
        said.insert(0, f"{percent(facts.share)} {'announced first' if facts.level is Level.VETO else 'alone'}")
    if facts.most_wrong is not None and facts.alone:
        said.append(f"at most {facts.most_wrong:,} wrong of {facts.alone:,} that ever went alone")
    return ", ".join(said)


def now(view: PromiseView) -> str:
    """Say how far the live version is."""
    if view.level is None:
        return "Now: nothing is live that could earn it, so a person decides every case."
    if view.floor is not None:
        return f"Now: from {percent(view.floor)} sure, {LEVELS[view.level]}."
    if view.held is not None:
        return f"{begun_large(held_back(view.held))}."
    level = view.level if view.level is Level.SHADOW else Level.DRAFT
    return f"Now: {LEVELS[level]}."


def was(level: str, floor: float | None) -> str:
    """Say how far a version was when a case went alone, or a person was asked. `floor`: from which it went on."""
    if floor is None:
        return _NOT_YET.get(level, "Nothing went alone just then")
    way = "to go on after it was announced" if level == Level.VETO else "to go alone"
    return f"Its version had earned {way} from {percent(floor)} sure"


_NOT_YET: Mapping[str, str] = {
    Level.SHADOW: "Its version had not earned to go alone: people decided without seeing what it proposed",
    Level.DRAFT: "Its version had not earned to go alone: people saw what it proposed and decided",
}
