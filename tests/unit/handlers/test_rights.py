"""Rights are named; what is not written out, nobody has."""

from collections.abc import Callable, Sequence

import pytest

from handlers.slack.access.rights import NotAllowed, Rights, Unsure
from handlers.who import is_named, named
from tests.sample import Desk, sample_workflow
from workflows import Review
from workflows.engine.declare.registry import AnyWorkflow

GROUPS = {"S0SUPPORT": ["U0ANA", "U0BEN"], "S0ENG": ["U0KIM"]}


def members(group: str) -> Sequence[str]:
    if group not in GROUPS:
        raise Unsure("Slack did not say")
    return GROUPS[group]


def workflow(reviewers: str | Sequence[str] | None) -> AnyWorkflow:
    made = sample_workflow(Desk())
    made.review = Review(reviewers=reviewers)
    return made


rights = Rights(members=members, engineers=named(["S0ENG", "U0LEE"]))


def may(right: Callable[[str, AnyWorkflow], None], user: str, of: AnyWorkflow) -> bool:
    try:
        right(user, of)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("reviewers", "allowed"),
    [
        (None, set()),
        ((), set()),
        ("U0ANA", {"U0ANA"}),
        ("S0SUPPORT", {"U0ANA", "U0BEN"}),
        (["U0EVE", "S0SUPPORT"], {"U0ANA", "U0BEN", "U0EVE"}),
        ("", set()),
    ],
)
def test_only_those_who_are_named_decide(reviewers: str | Sequence[str] | None, allowed: set[str]) -> None:
    """Neither the owner U0MARIA nor an engineer does without being named."""
    people = {"U0ANA", "U0BEN", "U0EVE", "U0KIM", "U0LEE", "U0MARIA", ""}
    assert {user for user in people if may(rights.decide, user, workflow(reviewers))} == allowed


def test_reviewers_engineers_and_the_owner_read() -> None:
    people = {"U0ANA", "U0EVE", "U0KIM", "U0LEE", "U0MARIA", ""}
    assert {user for user in people if may(rights.read, user, workflow("S0SUPPORT"))} == people - {"U0EVE", ""}


def test_engineers_and_the_owner_run_again() -> None:
    people = {"U0ANA", "U0EVE", "U0KIM", "U0LEE", "U0MARIA", ""}
    assert {user for user in people if may(rights.rerun, user, workflow("S0SUPPORT"))} == {"U0KIM", "U0LEE", "U0MARIA"}


def test_a_group_that_cannot_be_looked_up_gives_no_right_and_says_so() -> None:
    with pytest.raises(Unsure):
        rights.decide("U0ANA", workflow("S0GONE"))


def test_a_person_named_by_id_needs_no_look_up() -> None:
    rights.decide("U0ANA", workflow(["U0ANA", "S0GONE"]))


@pytest.mark.parametrize(
    ("written", "kind", "id"),
    [("U0ANA", "person", "U0ANA"), ("S0ENG", "group", "S0ENG"), ("group:8f2c-11", "group", "8f2c-11")],
)
def test_a_group_is_told_from_a_person_where_its_name_is_read(written: str, kind: str, id: str) -> None:
    """A face whose ids do not say what they are has the author write that it is a group."""
    (one,) = named(written)
    assert (one.kind, one.id) == (kind, id)
    assert is_named(id, written) == (kind == "group")


def test_a_group_of_any_face_has_its_members_rights() -> None:
    elsewhere = Rights(members=lambda group: {"8f2c-11": ["29:ana"]}[group], engineers=named(["group:8f2c-11"]))
    assert may(elsewhere.rerun, "29:ana", workflow(None))
    assert not may(elsewhere.rerun, "8f2c-11", workflow(None))
