"""Personal values in the forms in which people and programs write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.declare.personal import MASK, hiding
from workflows.engine.text.written_forms import LONGEST, RUN

IBAN = "IE29AIBK93115212345678"


@pytest.mark.parametrize(
    ("word", "text", "shown"),
    [
        ("Ana Silva", "Yours, ANA\n> SILVA", f"Yours, {MASK}"),
        ("Ana Silva", "by Silva, Ana (Ms)", f"by {MASK} (Ms)"),
        (
            "Ana Silva",
            "user ana_silva_7, ana.silva@x, q=Ana%20Silva&b, Ana+Silva",
            f"user {MASK}_7, {MASK}@x, q={MASK}&b, {MASK}",
        ),
        ("Ana Silva", r"KeyError: 'Ana\nSilva'", f"KeyError: '{MASK}'"),
        ("Ana Silva", "Ana Silvas and Anana Silva", "Ana Silvas and Anana Silva"),
        ("Groß", "GROSS, GROẞ and groß", f"{MASK}, {MASK} and {MASK}"),
        ("Gómez", unicodedata.normalize("NFD", "Gómez"), MASK),
        (unicodedata.normalize("NFD", "Gómez"), "Gómez", MASK),
        (IBAN, "to IE29 AIBK 9311 5212 3456 78 or ie29-aibk-9311-5212-3456-78", f"to {MASK} or {MASK}"),
        (IBAN, "IE29 AIBK 9311\n5212 3456 78", MASK),
        (IBAN, f"refX{IBAN}Y", f"refX{MASK}Y"),
        ("IE29 AIBK 9311 5212 3456 78", f"to {IBAN}", f"to {MASK}"),
        ("+44 161 234 5000", "+44(161)234-5000 or 441612345000", f"{MASK} or {MASK}"),
        ("12345678", "order 912345678 and 12 34 56 78", f"order 912345678 and {MASK}"),
        ("1980-05-01", "born 1 . 5", "born 1 . 5"),
        ("1980-05-01", "born 01.05.1980, 1/5/1980, 5/1/1980, 19800501", f"born {MASK}, {MASK}, {MASK}, {MASK}"),
        ("ana@example.org", "mailto:ANA%40example.org", f"mailto:{MASK}"),
    ],
)
def test_a_value_is_found_in_the_forms_in_which_it_is_written(word: str, text: str, shown: str) -> None:
    assert hiding({word})(text) == shown


def test_a_part_of_a_long_value_is_found() -> None:
    words = [f"word{number}" for number in range(60)]
    long = " ".join(words)
    assert len(long) > LONGEST
    quoted = hiding({long})(f"it said: {' '.join(words[10:20])}, and word3")
    assert quoted == f"it said:{MASK}, and word3"
    assert len(" ".join(words[10:20])) > RUN


WORDS = (
    st.text(st.sampled_from("aZé -_.%\\n0123456789@+(>"), min_size=2, max_size=60)
    .map(str.strip)
    .filter(lambda word: len(word) > 1)
)


@given(WORDS, st.sampled_from([str, str.upper, str.lower]))
def test_any_value_is_found_as_it_is(word: str, change: type[str]) -> None:
    if change(word).casefold() == word.casefold():
        shown = hiding({word})(f"({change(word)})")
        assert MASK in shown
        assert not any(map(str.isalnum, shown.replace(MASK, "")))


@pytest.mark.parametrize("word", ["- " * 99 + "x", "a_" * 99, "1 " * 99 + "x", "% " * 99, "a " * 99 + "b", "+1" * 99])
def test_a_value_from_anybody_is_searched_for_within_bounds(word: str) -> None:
    """No value makes a search try all ways to read a text."""
    for text in (word[:-1] * 200, "-" * 20_000, "a " * 20_000, "1" * 20_000, "_" * 20_000):
        hiding({word.strip()})(text)
