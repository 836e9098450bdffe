"""Idempotency keys: what two effects share one, and that nobody can choose his way into another's."""

from hashlib import sha256
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.case.idempotency_keys import MAX_CASE_KEY, delivery_key

Effect = tuple[str, str, int, int, bool]
"""Workflow, case, revision, correction, rejection."""

names = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
hostile = st.lists(
    st.sampled_from(
        ["a", "/", "%", "%2F", "%252F", "correction-1", "revision-2", "rejection", "sha256-", ".", "..", "é", "😀", " "]
    ),
    min_size=1,
    max_size=8,
).map("".join)
printable = st.text(min_size=1, max_size=MAX_CASE_KEY).filter(str.isprintable)
cases = hostile | printable
effects: st.SearchStrategy[Effect] = st.tuples(names, cases, st.integers(1, 3), st.integers(0, 3), st.booleans())


def key(effect: Effect) -> str:
    workflow, case, revision, correction, rejection = effect
    return delivery_key(workflow=workflow, case=case, revision=revision, correction=correction, rejection=rejection)


@pytest.mark.parametrize(
    ("effect", "written"),
    [
        (("triage", "ticket-1", 1, 0, False), "triage/ticket-1"),
        (("triage", "ticket-1", 2, 0, False), "triage/ticket-1/revision-2"),
        (("triage", "ticket-1", 1, 3, False), "triage/ticket-1/correction-3"),
        (("triage", "ticket-1", 2, 1, False), "triage/ticket-1/revision-2/correction-1"),
        (("triage", "ticket-1", 1, 0, True), "triage/ticket-1/rejection"),
        (("triage", "ticket-1/correction-1", 1, 0, False), "triage/ticket-1%2Fcorrection-1"),
        (("triage", "ticket-1%2Fcorrection-1", 1, 0, False), "triage/ticket-1%252Fcorrection-1"),
        (("triage", "Größe 7", 1, 0, False), "triage/Gr%C3%B6%C3%9Fe%207"),
    ],
)
def test_a_key_says_which_effect_it_is(effect: Effect, written: str) -> None:
    assert key(effect) == written


@given(effects, effects)
def test_different_effects_have_different_keys(one: Effect, other: Effect) -> None:
    assert (key(one) == key(other)) == (one == other)


@given(effects, effects)
def test_workspaces_share_no_key(one: Effect, other: Effect) -> None:
    """The oldest one's keys say no workspace, as they did before there were several."""
    workflow, case, revision, correction, rejection = other
    keys = {
        delivery_key(
            workflow=workflow,
            case=case,
            revision=revision,
            correction=correction,
            rejection=rejection,
            namespace=namespace,
        )
        for namespace in ("T0SECOND", "E0THIRD")
    }
    assert len({*keys, key(one)}) == 3


@given(effects, effects, st.data())
def test_a_chosen_case_key_cannot_pass_for_another_effect(victim: Effect, other: Effect, data: st.DataObject) -> None:
    """Somebody who can read a delivery key and choose a case's key cannot make the two meet."""
    _, _, tail = key(victim).partition("/")
    chosen = data.draw(
        st.sampled_from([tail, quote(tail, safe=""), tail.replace("%", "%25"), tail.rsplit("/", 1)[0], key(victim)])
    )
    attack: Effect = (victim[0], chosen, *other[2:])
    assert (key(attack) == key(victim)) == (attack == victim)


@pytest.mark.parametrize("long", ["x" * 201, "é" * 100, "😀" * MAX_CASE_KEY], ids=["ascii", "accents", "emoji"])
def test_the_hash_of_a_long_key_cannot_be_chosen_as_a_short_one(long: str) -> None:
    """A long case key stands as its hash, which anybody can compute and send as a case key of his own."""
    for chosen in (f"sha256-{sha256(long.encode()).hexdigest()}", key(("triage", long, 1, 0, False)).split("/")[1]):
        assert key(("triage", chosen, 1, 0, False)) != key(("triage", long, 1, 0, False))


@given(effects)
def test_a_key_is_printable_ascii_without_spaces(effect: Effect) -> None:
    """It goes into an HTTP header as it is."""
    assert all("!" <= character <= "~" for character in key(effect))


@given(st.sampled_from(["x", "é", "😀", "%", "/"]), st.integers(1, MAX_CASE_KEY))
def test_no_key_is_too_long_to_be_kept(character: str, length: int) -> None:
    longest = "w" * 100
    assert len(key((longest, character * length, 10**9, 10**9, True))) <= 400


def test_a_rerun_keeps_the_key() -> None:
    """Nothing of the run goes into it: it follows from the case alone."""
    assert key(("triage", "x" * 255, 1, 0, False)) == key(("triage", "x" * 255, 1, 0, False))
