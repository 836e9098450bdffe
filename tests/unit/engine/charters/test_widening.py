"""Every wider change is reported, and no chain of changes that do not widen comes to one that does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.charters.widening import RULES, widened

CODES = st.sampled_from(["a", "b"])
NAMES = st.lists(st.sampled_from(["x", "y", "z"]), unique=True, max_size=3)
SHARES = st.sampled_from([0.0, 0.3, 0.6, 1.0])
NEVERS = st.lists(
    st.fixed_dictionaries({"sentence": CODES, "on_edit": st.sampled_from(["confirm", "bar"]), "code": CODES}),
    max_size=2,
)
CHECKS = st.lists(st.fixed_dictionaries({"sentence": CODES, "fields": NAMES, "cap": SHARES, "code": CODES}), max_size=2)
SECONDS = st.lists(
    st.fixed_dictionaries({"sentence": CODES, "by": st.none() | NAMES, "when": st.none() | CODES}), max_size=3
)
EFFECTS = st.fixed_dictionaries({"target": CODES, "idempotent": st.booleans(), "does": NAMES, "code": CODES})
PROMISES = st.none() | st.fixed_dictionaries(
    {
        "wrong": st.sampled_from([0.02, 0.05]),
        "sure": st.sampled_from([0.9, 0.95]),
        "begin": st.sampled_from(["shadow", "draft"]),
        "veto": st.sampled_from([None, 600.0, 1_800.0]),
        "by itself": st.booleans(),
    }
)
PARTS: dict[str, st.SearchStrategy[Any]] = {  # Any: each part has its own form
    "owner": CODES,
    "backup": st.none() | CODES,
    "decision": CODES,
    "sample": st.booleans(),
    "floor": st.none() | SHARES,
    "promise": PROMISES,
    "second opinion": st.none() | SHARES,
    "needs second opinion": st.booleans(),
    "spot checks": SHARES,
    "nevers": NEVERS,
    "checks": CHECKS,
    "evidence": NAMES,
    "places": st.dictionaries(st.sampled_from(["x", "y"]), CODES, max_size=2),
    "second readings": st.dictionaries(st.sampled_from(["x", "y"]), CODES, max_size=2),
    "missing": st.none() | CODES,
    "same": st.dictionaries(st.sampled_from(["x", "y"]), CODES, max_size=2),
    "handed proposals": st.sampled_from(["refuse", "review", "policy"]),
    "scope": st.none() | CODES,
    "does": NAMES,
    "values": CODES,
    "budget of a case": st.sampled_from(["0.01", "0.1", "1"]),
    "budget of a day": st.sampled_from(["1", "10"]),
    "second persons": SECONDS,
    "self approval": st.booleans(),
    "guests": st.booleans(),
    "on expiry": st.sampled_from(["hold", "escalate", "reject", "approve"]),
    "answer within": st.sampled_from([3_600.0, 7_200.0]),
    "hours": st.none() | CODES,
    "time zone": CODES,
    "grace": st.sampled_from([0.0, 60.0, 600.0]),
    "delivery": EFFECTS,
    "rejection": st.none() | EFFECTS,
    "question": st.none() | EFFECTS,
    "personal to model": st.booleans(),
    "messages": st.none()
    | st.fixed_dictionaries({"watch": NAMES, "edits": st.booleans(), "bots": st.booleans(), "code": CODES}),
    "prompt": CODES,
    "model": NAMES,
    "code": CODES,
}
TERMS = st.fixed_dictionaries(PARTS)
EARNED: dict[str, Any] = {"wrong": 0.05, "sure": 0.9, "begin": "shadow", "veto": 1_800.0, "by itself": False}
"""Any: as above. No workflow has a floor and a promise; each has its rule by itself."""
CALM: dict[str, Any] = {  # Any: as above
    "owner": "U0MARIA",
    "backup": "U0JONAS",
    "decision": "Which queue?",
    "sample": False,
    "floor": 0.9,
    "promise": EARNED,
    "second opinion": 0.15,
    "needs second opinion": True,
    "spot checks": 0.05,
    "nevers": [{"sentence": "promise money", "on_edit": "bar", "code": "a"}],
    "checks": [{"sentence": "it adds up", "fields": ["net", "total"], "cap": 0.5, "code": "a"}],
    "evidence": ["net", "total"],
    "places": {"total": "a"},
    "second readings": {"the data in the file": "a"},
    "missing": "a",
    "handed proposals": "review",
    "scope": "a",
    "does": ["route"],
    "values": "a",
    "budget of a case": "0.10",
    "budget of a day": "10",
    "second persons": [{"sentence": "more than 5,000 euros", "by": None, "when": "a"}],
    "self approval": False,
    "guests": False,
    "on expiry": "approve",
    "answer within": 7_200.0,
    "hours": None,
    "time zone": "UTC",
    "grace": 600.0,
    "delivery": {"target": "the desk", "idempotent": False, "does": ["route"], "code": "a"},
    "rejection": None,
    "question": None,
    "personal to model": False,
    "messages": {"watch": ["C0INBOX"], "edits": False, "bots": False, "code": "a"},
    "prompt": "1",
    "model": ["one"],
    "code": "a",
}


def only(**changed: Any) -> list[str]:
    """Return what widens where these parts alone change; `_` stands for a space in a name."""
    return widened(CALM, {**CALM, **{name.replace("_", " "): value for name, value in changed.items()}})


WIDER: list[tuple[str, Any]] = [
    ("owner", "U0LEE"),
    ("decision", "Which price?"),
    ("sample", True),
    ("floor", 0.85),
    ("promise", {**EARNED, "wrong": 0.06}),
    ("promise", {**EARNED, "sure": 0.8}),
    ("promise", {**EARNED, "begin": "draft"}),
    ("promise", {**EARNED, "veto": 600.0}),
    ("promise", {**EARNED, "veto": None}),
    ("promise", {**EARNED, "by itself": True}),
    ("second opinion", None),
    ("second opinion", 0.1),
    ("needs second opinion", False),
    ("spot checks", 0.01),
    ("nevers", []),
    ("nevers", [{"sentence": "promise money", "on_edit": "confirm", "code": "a"}]),
    ("nevers", [{"sentence": "promise money", "on_edit": "bar", "code": "b"}]),
    ("checks", [{"sentence": "it adds up", "fields": ["net"], "cap": 0.5, "code": "a"}]),
    ("checks", [{"sentence": "it adds up", "fields": ["net", "total"], "cap": 0.8, "code": "a"}]),
    ("evidence", ["net"]),
    ("places", {}),
    ("places", {"total": "b"}),
    ("second readings", {}),
    ("second readings", {"the data in the file": "b"}),
    ("missing", None),
    ("missing", "b"),
    ("handed proposals", "policy"),
    ("scope", None),
    ("scope", "b"),
    ("does", ["execute", "route"]),
    ("values", "b"),
    ("budget of a case", "0.2"),
    ("budget of a day", "11"),
    ("second persons", []),
    ("second persons", [{"sentence": "more than 9,000 euros", "by": None, "when": "b"}]),
    ("self approval", True),
    ("guests", True),
    ("answer within", 3_600.0),
    ("grace", 60.0),
    ("delivery", {"target": "the ledger", "idempotent": False, "does": ["route"], "code": "a"}),
    ("delivery", {"target": "the desk", "idempotent": True, "does": ["route"], "code": "a"}),
    ("rejection", {"target": "the desk", "idempotent": False, "does": ["route"], "code": "a"}),
    ("personal to model", True),
    ("messages", {"watch": ["C0INBOX", "C0MORE"], "edits": False, "bots": False, "code": "a"}),
    ("messages", {"watch": ["C0INBOX"], "edits": True, "bots": False, "code": "a"}),
    ("messages", {"watch": ["C0INBOX"], "edits": False, "bots": True, "code": "a"}),
]


@pytest.mark.parametrize(("part", "value"), WIDER)
def test_each_way_in_which_more_goes_alone_widens(part: str, value: Any) -> None:
    assert widened(CALM, {**CALM, part: value}) == [part]


def test_what_makes_it_narrower_or_only_other_does_not_widen() -> None:
    assert only(floor=None) == []
    assert only(floor=0.95, second_opinion=0.2, spot_checks=0.5, grace=900.0, budget_of_a_day="9") == []
    assert only(prompt="2", model=["two"], code="b") == []
    assert only(nevers=[{"sentence": "x", "on_edit": "bar", "code": "c"}, *CALM["nevers"]]) == []
    assert only(checks=[{"sentence": "it adds up", "fields": ["net", "total", "tax"], "cap": 0.2, "code": "a"}]) == []
    assert only(second_persons=[{"sentence": "", "by": None, "when": None}]) == []
    assert only(delivery={"target": "the desk", "idempotent": False, "does": [], "code": "b"}) == []
    assert only(on_expiry="hold", answer_within=3_600.0) == []
    assert only(places={"net": "b", "total": "a"}) == []
    assert only(second_readings={"the data in the file": "a", "the mail": "a"}) == []
    assert widened({**CALM, "missing": None}, CALM) == []
    assert only(promise=None) == []
    assert only(promise={**EARNED, "wrong": 0.01, "sure": 0.99, "veto": 7_200.0}) == []
    # The first limit that lets anything through is the widest step of all.
    assert widened({**CALM, "floor": None}, CALM) == ["floor"]
    assert widened({**CALM, "promise": None}, CALM) == ["promise"]


def test_what_is_not_known_of_the_earlier_terms_widens() -> None:
    # Of a part that Countersign did not have then, it is known what held. Only some terms have one for what follows.
    known = ("handed proposals", "follow-ups", "places", "second readings", "missing", "same", "scope share")
    assert widened({}, CALM) == [name for name in RULES if name not in known]
    assert widened({}, {**CALM, "handed proposals": "policy", "follow-ups": {"b": "a"}}) == [
        name for name in RULES if name not in ("places", "second readings", "missing", "same", "scope share")
    ]


@given(TERMS)
def test_the_same_terms_never_widen(terms: dict[str, Any]) -> None:
    assert widened(terms, terms) == []


@given(TERMS, TERMS, TERMS)
def test_steps_that_do_not_widen_come_to_none_that_does(one: Any, two: Any, three: Any) -> None:
    # Each step as far as it does not widen, so that there is something to see.
    middle = {name: two[name] if not widened(one, {**one, name: two[name]}) else one[name] for name in one}
    last = {name: three[name] if not widened(middle, {**middle, name: three[name]}) else middle[name] for name in one}
    if not widened(one, middle) and not widened(middle, last):
        assert widened(one, last) == []


@given(TERMS, TERMS, st.sampled_from(WIDER))
def test_a_wider_change_is_never_reported_as_less(old: Any, new: Any, wider: tuple[str, Any]) -> None:
    part, value = wider
    before, after = {**old, part: CALM[part]}, {**new, part: value}
    if part == "answer within":
        before |= {"on expiry": "approve"}
        after |= {"on expiry": "approve"}
    assert part in widened(before, after)


@given(st.lists(SHARES, min_size=3, max_size=3))
def test_a_lower_floor_widens_whatever_widened_before(floors: list[float]) -> None:
    low, middle, high = sorted(floors)
    if widened({**CALM, "floor": high}, {**CALM, "floor": middle}):
        assert widened({**CALM, "floor": high}, {**CALM, "floor": low}) == ["floor"]
