"""The references that buttons and forms carry: ours come back as they were, and nothing else gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import limits
from handlers.slack.ids import Action, Callback, Shown
from workflows.engine.errors import Refused

numbers = st.integers(0, 10**18 - 1)
references = st.builds(Shown, id=numbers, version=numbers, generation=numbers)
near_misses = st.text("0123456789.-+ _\n\0²٣", max_size=40)


@given(references)
def test_a_reference_comes_back_as_it_was(shown: Shown) -> None:
    assert Shown.read(str(shown)) == shown
    assert len(str(shown)) <= limits.ID


@given(st.text() | near_misses)
def test_what_is_no_reference_is_refused_in_plain_words(value: str) -> None:
    """Whatever is read is two or three whole numbers; all else is refused, and never an error."""
    try:
        shown = Shown.read(value)
    except Refused as refused:
        said = str(refused)
    else:
        said = ""
        read = [shown.id, shown.version, *([shown.generation] if shown.generation else [])]
        assert [int(part) for part in value.split(".")] == read
    assert said in ("", "this button is not from Countersign")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "7",
        "x",
        "9" * 30,
        "7.",
        ".1",
        "7.1.",
        "7.1.0",
        "7.1.1.1",
        "-7.1",
        "7.-1",
        "+7.1",
        " 7.1",
        "7.1\n",
        "7,1",
        "1_0.1",
        "0x7.1",
        "²7.1",
        "٣.1",
        "7.1e3",
        "7.NaN",
        f"{10**18}.1",
        f"7.{'9' * 5_000}",
        "7.1'; drop table reviews",
        "7.1\0",
    ],
)
def test_what_was_tampered_with_is_refused(value: str) -> None:
    """A11"""
    with pytest.raises(Refused):
        Shown.read(value)


@pytest.mark.parametrize("value", ["07.1", "7.01", "00.1"])
def test_a_number_that_is_written_as_we_never_write_it_is_refused(value: str) -> None:
    with pytest.raises(Refused):
        Shown.read(value)


@pytest.mark.parametrize("names", [Action, Callback])
def test_names_are_told_apart_and_short_enough_for_slack(names: type[Action] | type[Callback]) -> None:
    found = [str(name) for name in names]
    assert len(found) == len(set(found))
    assert all(0 < len(name) <= limits.ID for name in found)
