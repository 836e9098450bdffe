"""Rights are named; what is not written out, nobody has."""

from collections.abc import Callable, Sequence

import pytest

from handlers.slack.access.rights import NotAllowed, PersonKind, Rights, Unsure
from handlers.who import is_named, named
from tests.sample import Desk, sample_workflow
from workflows import Review, Second
from workflows.engine.declare.registry import AnyWorkflow

GROUPS = {"S0SUPPORT": ["U0ANA", "U0BEN", "U0GUEST", "U0ROBOT", "U0STRANGER"], "S0ENG": ["U0KIM"], "S0LEADS": ["U0LEA"]}
KINDS = {"U0GUEST": PersonKind.GUEST, "U0ROBOT": PersonKind.BOT, "U0STRANGER": PersonKind.OUTSIDER}


def members(group: str) -> Sequence[str]:
    if group not in GROUPS:
        raise Unsure("Slack did not say")
    return GROUPS[group]


def workflow(reviewers: str | Sequence[str] | None) -> AnyWorkflow:
    made = sample_workflow(Desk())
    made.review = Review(reviewers=reviewers)
    return made


rights = Rights(
    members=members, kind_of=lambda user: KINDS.get(user, PersonKind.MEMBER), engineers=named(["S0ENG", "U0LEE"])
)


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
    elsewhere = Rights(
        members=lambda group: {"8f2c-11": ["29:ana"]}[group],
        kind_of=lambda _: PersonKind.MEMBER,
        engineers=named(["group:8f2c-11"]),
    )
    assert may(elsewhere.rerun, "29:ana", workflow(None))
    assert not may(elsewhere.rerun, "8f2c-11", workflow(None))


@pytest.mark.parametrize("user", KINDS)
def test_guests_bots_and_outsiders_have_no_right_by_a_group_alone(user: str) -> None:
    """A9: named by id, or where the workflow lets guests decide, they have it."""
    for right in (rights.decide, rights.read, rights.settle):
        with pytest.raises(NotAllowed):
            right(user, workflow("S0SUPPORT"))
    rights.decide(user, workflow(["S0SUPPORT", user]))
    lets = workflow("S0SUPPORT")
    lets.review = Review(reviewers="S0SUPPORT", guests=True)
    rights.decide(user, lets)


def test_who_may_be_a_second_person_is_named_apart() -> None:
    """Reviewers may where nobody is; they may not where somebody is."""
    made = workflow("S0SUPPORT")
    made.review = Review(reviewers="S0SUPPORT", second=[Second(by="S0LEADS"), Second()])
    rights.decide("U0LEA", made, second=0)
    rights.decide("U0ANA", made, second=1)
    for user, second in (("U0ANA", 0), ("U0LEA", 1), ("U0LEA", None)):
        with pytest.raises(NotAllowed):
            rights.decide(user, made, second=second)
    rights.read("U0LEA", made)
