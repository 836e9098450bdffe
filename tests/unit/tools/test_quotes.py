"""A passage stands in a text whole, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.tools.quotes import as_read, mapped, places_of, stands

TEXT = as_read(
    "INVOICE  INV-20261187 of 03.02.2026\nNet 1,209.00 EUR, paid -309.00\u00a0EUR. Total due:\u202f1.100,00 €\n"
    "Müller & Söhne GmbH, IBAN DE00 1234, 合計1200円\nSumma 7 654,00 kr, 12 st\n"
    "Steuerbetrag 56,87\n529,87 EUR, Datum13.11.2017, No. INV/2026/03/0008, RE.0815, #4711, 9 21,30 88,10 Nr.17."
)


@pytest.mark.parametrize(
    "passage",
    [
        "INV-20261187",
        "INVOICE INV-20261187",
        "03.02.2026",
        "1,209.00 EUR",
        "1,209.00",
        "-309.00 EUR",
        "Total due: 1.100,00 €",
        "Mu\u0308ller & Söhne\u200b GmbH",
        "1200円",
        "合計1200",
        "EUR.",
        "7 654,00 kr",
        "12 st",
        "529,87",
        "13.11.2017",
        "4711",
        "88,10",
        "17",
    ],
)
def test_a_whole_passage_stands(passage: str) -> None:
    assert stands(passage, TEXT)


@pytest.mark.parametrize(
    "passage",
    [
        "INV-2026",
        "20261187",
        "V-20261187",
        "209.00 EUR",
        "654,00 kr",
        "1,209",
        "309.00 EUR",
        "00,00 €",
        "100,00",
        "02.2026",
        "03.02",
        "Total du",
        "öhne GmbH",
        "1.234",
        "2026/03/0008",
        "0815",
        "INV/2026/03",
        "21",
        "711",
        "",
        "  ",
        "\u200b",
        "Invoice",
    ],
)
def test_what_was_cut_out_of_a_longer_word_or_number_stands_nowhere(passage: str) -> None:
    assert not stands(passage, TEXT)


@pytest.mark.slow
def test_spaces_may_be_left_aside() -> None:
    assert stands("DE 001 234", TEXT, spaces_aside=True)
    assert not stands("DE 001 23", TEXT, spaces_aside=True)
    assert not stands("DE001234", TEXT)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_stands_in_itself_between_spaces(passage: str, around: str) -> None:
    assert stands(passage, as_read(f"{around} {passage} {around}")) == bool(as_read(passage))


def test_an_amount_with_a_minus_behind_it_is_not_the_amount() -> None:
    assert not stands("Total 120,00", as_read("Total 120,00-\nThank you"))
    assert not stands("Total 120.00", as_read("Total 120.00− EUR"))
    assert stands("Total 120,00-", as_read("Total 120,00- EUR"))
    assert stands("from 01.05.26", as_read("from 01.05.26- 03.05.26"))
    assert stands("room 12", as_read("room 12- the last one"))


@pytest.mark.slow
def test_no_passage_is_slow_to_look_for() -> None:
    stands("a" * 200, as_read("a" * 50_000))
    stands("1 " * 100, as_read("1 " * 25_000), spaces_aside=True)


GAPS = [" ", "  ", "\n", "\t", "\u00a0", "\u00ad", "\u200b"]
PIECES = [*GAPS, "Total", "ﬁ", "u\u0308", "Ａ", "½", "\u0301", "´", "ᄀ", "ᅡ", "12,50", "€"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_text_that_is_mapped_reads_as_it_does_otherwise(text: str) -> None:
    found = mapped(text)
    assert found.ready == as_read(text)
    for at, char in enumerate(found.ready):
        span = found.span(at, at + 1)
        assert char.isspace() or char in as_read(text[span.start : span.end])


def test_a_passage_is_found_at_each_of_its_places_in_the_original() -> None:
    text = "Rech\u00adnung  der  Mu\u0308ller\u00a0GmbH, Müller\nGmbH, xMüller GmbH"
    found = places_of("Müller GmbH", mapped(text))
    assert [text[span.start : span.end] for span in found] == ["Mu\u0308ller\u00a0GmbH", "Müller\nGmbH"]
    (begins,) = places_of("Rechnung der", mapped(text))
    assert text[begins.start : begins.end] == "Rech\u00adnung  der"
    assert places_of("ECHNUNG".casefold(), mapped("Rechnung", folded=True)) == []
