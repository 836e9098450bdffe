"""Numbers and addresses that identify a person are found in free text by their form, and little else is."""

import json
import random
from pathlib import Path

import pytest

from workflows.engine.text.identifiers import LONGEST, MOST_FINDS, NATIONAL, Identifier, finds_in
from workflows.engine.text.identifiers import _validator as validator

LIBRARY = Path(__file__).parents[4] / "workflows" / "library"

TRUE_OF_TICKETS = {
    (Identifier.MAIL, "d.quill@example.org"),
    (Identifier.MAIL, "kettlefan88@example.net"),
    (Identifier.MAIL, "lina.voss@example.com"),
    (Identifier.MAIL, "m.osei@example.com"),
    (Identifier.PHONE, "0555 0123 44"),
    (Identifier.PHONE, "0555 0142 77"),
    (Identifier.PHONE, "0555 017 220"),
    (Identifier.PHONE, "0555 0177 20"),
}
"""All that the sample tickets hold, beside mail addresses that end with `.example`."""
FOUND = [
    ("write to ana.b+x@mail.example.co.uk, please", Identifier.MAIL, "ana.b+x@mail.example.co.uk", ()),
    ("<müller@büro-nord.de>", Identifier.MAIL, "müller@büro-nord.de", ()),
    ("IBAN: DE89 3704 0044 0532 0130 00 bitte", Identifier.IBAN, "DE89 3704 0044 0532 0130 00", ()),
    ("to ie29aibk93115212345678.", Identifier.IBAN, "ie29aibk93115212345678", ()),
    ("DE89 3704 0044\n0532 0130 00", Identifier.IBAN, "DE89 3704 0044\n0532 0130 00", ()),
    ("card 4111 1111 1111 1111 123", Identifier.CARD, "4111 1111 1111 1111", ()),
    ("5555-5555-5555-4444", Identifier.CARD, "5555-5555-5555-4444", ()),
    ("amex 378282246310005!", Identifier.CARD, "378282246310005", ()),
    ("call +49 (0)30 901820 now", Identifier.PHONE, "+49 (0)30 901820", ()),
    ("tel:+441612345000", Identifier.PHONE, "+441612345000", ()),
    ("0044 161 234 5000", Identifier.PHONE, "0044 161 234 5000", ()),
    ("ring 0161 234 5000", Identifier.PHONE, "0161 234 5000", ("GB",)),
    ("Telefon: 030901820", Identifier.PHONE, "030901820", ("DE",)),
    ("(415) 555-2671", Identifier.PHONE, "(415) 555-2671", ("US",)),
    ("Steuer-ID 36 574 261 809", Identifier.NATIONAL, "36 574 261 809", ("DE",)),
    ("VAT DE136695976,", Identifier.NATIONAL, "DE136695976", ("DE",)),
    ("NHS 943 476 5870", Identifier.NATIONAL, "943 476 5870", ("GB",)),
    ("ssn 536-90-4399", Identifier.NATIONAL, "536-90-4399", ("US",)),
    ("RCCMNL83S18D969H", Identifier.NATIONAL, "RCCMNL83S18D969H", ("IT",)),
    ("from 8.8.8.8.", Identifier.IP, "8.8.8.8", ()),
    ("at 2001:4860:4860::8888", Identifier.IP, "2001:4860:4860::8888", ()),
]


@pytest.mark.parametrize(("text", "kind", "found", "countries"), FOUND, ids=lambda one: str(one)[:24])
def test_what_identifies_a_person_is_found_as_it_is_written(
    text: str, kind: Identifier, found: str, countries: tuple[str, ...]
) -> None:
    assert [(one.kind, one.text) for one in finds_in(text, countries)] == [(kind, found)]
    (one,) = finds_in(text, countries)
    assert text[one.start : one.start + len(found)] == found


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 0309018201 of 15.03.2024, due 2024-04-14 12:30:45",
        "order no. 0161 234 5000, 3 x 1,234.56 = 3,703.68 EUR",
        "Order 4500123456, customer 0209 460958, ref 0044 161 234 5000",
        "2023/24, 5000-7000 pieces, 12-34-56, 10 000 000",
        "version 1.2.3.4, v10.0.0.1, 127.0.0.1, 999.1.1.1",
        "12:30:45 and 00:11:22:33:44:55",
        "4111 1111 1111 1112 has no right check digit",
        "DE89 3704 0044 0532 0130 01 has none either",
        "see @ana, a@b, price@home",
        "Please pay 1500 by 01.02.2025 10:15",
        "20240315 20240316 20240317",
    ],
)
def test_orders_dates_amounts_and_versions_identify_nobody(text: str) -> None:
    assert finds_in(text, ("DE", "GB")) == ()


def test_no_ticket_of_the_samples_has_a_false_find() -> None:
    folder = LIBRARY / "support_triage"
    tickets = [json.loads(line) for line in (folder / "tickets.jsonl").read_text().splitlines()]
    tickets += [json.loads(line)["input"] for line in (folder / "examples.jsonl").read_text().splitlines()]
    found = [one for ticket in tickets for one in finds_in(ticket["text"], ("GB", "US", "DE"))]
    assert len(tickets) > 100
    assert {(one.kind, one.text) for one in found if not one.text.endswith(".example")} <= TRUE_OF_TICKETS


def test_a_find_is_not_found_twice() -> None:
    text = "DE89 3704 0044 0532 0130 00 and +49 30 901820, ana@example.org"
    assert [one.kind for one in finds_in(text, ("DE", "GB", "NL"))] == [
        Identifier.IBAN,
        Identifier.PHONE,
        Identifier.MAIL,
    ]


def test_every_country_names_numbers_that_the_library_knows() -> None:
    for country, names in NATIONAL.items():
        for name in names:
            assert validator(country, name)("x") is False


def random_text() -> str:
    chance = random.Random(1)  # it keeps no secret
    return "".join(chance.choices("0123456789 +()-", k=LONGEST))


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "1" * LONGEST,
        "1 " * (LONGEST // 2),
        "a@" * (LONGEST // 2),
        "a@" + "b." * (LONGEST // 2 - 1),
        "DE89 " * (LONGEST // 5),
        "+(1" * (LONGEST // 3),
        ":" * LONGEST,
        "030 901820 " * (LONGEST // 11),
        random_text(),
    ],
    ids=lambda text: str(text)[:8],
)
def test_a_million_characters_of_anything_are_searched_within_bounds(text: str) -> None:
    """It ends, with the same finds each time, and each stands in the text."""
    found = finds_in(text, ("DE", "GB"))
    assert all(text.startswith(one.text, one.start) for one in found)


def test_what_cannot_be_searched_within_the_limits_counts_as_a_whole() -> None:
    long, many = "a" * (LONGEST + 1), "".join(f"a{number}@example.org " for number in range(MOST_FINDS + 1))
    for text in (long, many):
        (one,) = finds_in(text)
        assert (one.kind, one.text) == (Identifier.WHOLE, text)
