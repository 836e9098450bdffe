"""Widening: which parts of new terms let more go alone, or with less said of it, than those that were signed. Pure.

Each part has its own rule. A rule is a partial order: where neither of two steps widens, both together do not either.
So terms that keep a signature are never wider than those that a person signed. `docs/decisions/0059` has the reasons.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from workflows.engine.declare.review import LAPSES
from workflows.engine.text.canonical_json import canonical

Parts = Mapping[str, JsonValue]
Rule = Callable[[Any, Any], bool]  # Any: each part has its own form
"""A function of a part's old and new value; true where it widens."""
_UNSAID: Parts = {
    "promise": None,
    "handed proposals": "review",
    "follow-ups": {},
    "messages": None,
    "places": {},
    "second readings": {},
    "missing": None,
    "same": {},
    "scope share": None,
}
"""Parts that terms leave out where nothing of them is declared, with what holds then."""
_HANDED = {"refuse": 0, "review": 0, "policy": 1}
_LAPSE = {"hold": 0, "escalate": 0, "reject": 1, "approve": 2}


def widened(old: Parts, new: Parts) -> list[str]:
    """Return the names of the parts that widen, as they stand in `RULES`. A part that is not known of the old terms
    widens.
    """
    old, new, found = {**_UNSAID, **old}, {**_UNSAID, **new}, []
    for name, rule in RULES.items():
        if name not in old or name not in new or (old[name] != new[name] and rule(old[name], new[name])):
            found.append(name)
    if _lapses_sooner(old, new) and "answer within" not in found:
        found.append("answer within")
    return found


def _other(old: object, new: object) -> bool:
    return old != new


def _allowed(old: bool, new: bool) -> bool:
    return new and not old


def _given_up(old: bool, new: bool) -> bool:
    return old and not new


def _lower(old: float | None, new: float | None) -> bool:
    """A bar that is lower now, or gone."""
    return old is not None and (new is None or new < old)


def _floor(old: float | None, new: float | None) -> bool:
    """A floor that is lower now, or is set: without any, nothing goes alone."""
    return new is not None and (old is None or new < old)


def _promise(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Tell whether autonomy is earned now, or more easily: more may be wrong, it is less certain, a level of it is left
    out or is another one, or no person has to let it.
    """
    if new is None:
        return False
    return (
        old is None
        or new["wrong"] > old["wrong"]
        or new["sure"] < old["sure"]
        or (old["begin"] == "shadow" and new["begin"] != "shadow")
        or (old["veto"] is None) != (new["veto"] is None)
        or _lower(old["veto"], new["veto"])
        or _allowed(old["by itself"], new["by itself"])
    )


def _dearer(old: str, new: str) -> bool:
    return Decimal(new) > Decimal(old)


def _lost(old: Sequence[JsonValue], new: Sequence[JsonValue]) -> bool:
    """Tell whether one of them is not there any more as it was."""
    return bool(Counter(map(canonical, old)) - Counter(map(canonical, new)))


def _checks(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a check is gone, is made otherwise, or caps fewer fields or less."""
    return not all(
        any(
            one["sentence"] == other["sentence"]
            and one["code"] == other["code"]
            and set(one["fields"]) <= set(other["fields"])
            and other["cap"] <= one["cap"]
            for other in new
        )
        for one in old
    )


def _second_persons(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether somebody who had to approve need not any more. One who is always asked is asked above a limit."""
    left = list(new)
    # Those above a limit may be met by one who is always asked: they choose last.
    for one in sorted(old, key=lambda one: one["when"] is not None):
        met = [other for other in left if other["by"] == one["by"] and other["when"] in (one["when"], None)]
        if not met:
            return True
        left.remove(next((other for other in met if other["when"] == one["when"]), met[0]))
    return False


def _keeps_fewer(old: str | None, new: str | None) -> bool:
    """Tell whether cases may go alone now that its function kept with people."""
    return old is not None and new != old


def _larger_share(old: float | None, new: float | None) -> bool:
    """Tell whether it looks at more cases now. What people set since is a signed act of its own."""
    return old is not None and (new is None or new > old)


def _grown(old: Iterable[str], new: Iterable[str]) -> bool:
    return not set(new) <= set(old)


def _shrunk(old: Sequence[str], new: Sequence[str]) -> bool:
    return not set(old) <= set(new)


def _without_one(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> bool:
    """Tell whether one of them is gone, or is another function now."""
    return any(new.get(name) != code for name, code in old.items())


def _effect(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Tell whether it reaches another system, does more there, repeats what it did not repeat, or is said to be put
    right by a correction where it was not.
    """
    if new is None:
        return False
    return (
        old is None
        or old["target"] != new["target"]
        or _grown(old["does"], new["does"])
        or _allowed(old["idempotent"], new["idempotent"])
        or _allowed(old.get("reversible", False), new.get("reversible", False))
    )


def _handed(old: str, new: str) -> bool:
    """Tell whether a proposal that a source hands in may go alone now."""
    return _HANDED[new] > _HANDED[old]


def _messages(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Tell whether messages become cases that did not: nobody hands these in, and they may go alone."""
    if new is None or not new["watch"]:
        return False
    if old is None:
        return True
    return (
        _grown(old["watch"], new["watch"]) or _allowed(old["edits"], new["edits"]) or _allowed(old["bots"], new["bots"])
    )


def _lapse(old: str, new: str) -> bool:
    return _LAPSE[new] > _LAPSE[old]


def _lapses_sooner(old: Parts, new: Parts) -> bool:
    """Tell whether a case that nobody answers is settled without anybody at another time than the signed one."""
    if new.get("on expiry") not in LAPSES or old.get("on expiry") not in LAPSES:
        return False
    before, after = old.get("answer within"), new.get("answer within")
    shorter = not (isinstance(before, float | int) and isinstance(after, float | int) and after >= before)
    return shorter or any(old.get(name) != new.get(name) for name in ("hours", "time zone"))


RULES: Mapping[str, Rule] = {
    "owner": _other,
    "backup": _other,
    "decision": _other,
    "sample": _allowed,
    "floor": _floor,
    "promise": _promise,
    "second opinion": _lower,
    "needs second opinion": _given_up,
    "spot checks": _lower,
    "nevers": _lost,
    "checks": _checks,
    "evidence": _shrunk,
    "places": _without_one,
    "second readings": _without_one,
    "missing": _keeps_fewer,
    "same": _other,
    "handed proposals": _handed,
    "scope": _keeps_fewer,
    "scope share": _larger_share,
    "does": _grown,
    "values": _other,
    "budget of a case": _dearer,
    "budget of a day": _dearer,
    "second persons": _second_persons,
    "self approval": _allowed,
    "guests": _allowed,
    "on expiry": _lapse,
    "grace": _lower,
    "delivery": _effect,
    "rejection": _effect,
    "question": _effect,
    "follow-ups": _grown,
    "personal to model": _allowed,
    "messages": _messages,
}
"""Part -> its rule, in the order in which people are told. Parts that are not here never widen by themselves."""
