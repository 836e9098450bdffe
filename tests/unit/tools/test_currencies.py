"""A currency is known by its code, sign or name; a sign that several share is no answer.

    GOLDEN=write pytest tests/unit/tools/test_currencies.py

writes the signs anew, as with newer data of babel's.
"""

import os
import sys

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.process import in_another_process
from workflows.tools.currencies import SIGNS, Unclear, codes, currencies_of, currency_of, fraction_digits
from workflows.tools.languages import LANGUAGES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"),
        (" eur ", "EUR"),
        ("€", "EUR"),
        ("euros", "EUR"),
        ("£", "GBP"),
        ("US$", "USD"),
        ("zł", "PLN"),
        ("Kč", "CZK"),
        ("лв.", "BGN"),
        ("R$", "BRL"),
        ("Fr.", "CHF"),
        ("Schweizer Franken", "CHF"),
        ("dólares estadounidenses", "USD"),
        ("yen", "JPY"),
        ("F\u202fCFA", "XOF"),
        ("ＥＵＲ", "EUR"),
    ],
)
def test_a_currency_is_known_by_code_sign_or_name(text: str, code: str) -> None:
    assert currency_of(text) == code


@pytest.mark.parametrize("text", ["$", "kr", "kr.", "¥", "dollars", "kroner", "Rs"])
def test_what_several_share_is_unclear(text: str) -> None:
    with pytest.raises(Unclear, match=r"may be .* or "):
        currency_of(text)


@pytest.mark.parametrize("text", ["", "DEM", "XXX", "den", "money", "EURO1", "12", "e" * 1_000, "$" * 100_000])
def test_what_is_no_currency_in_use_is_unclear(text: str) -> None:
    with pytest.raises(Unclear, match="not a currency in use"):
        currency_of(text)


@given(st.sampled_from(sorted(codes())), st.sampled_from(LANGUAGES))
def test_every_currency_is_known_by_its_name_in_every_language(code: str, language: str) -> None:
    assert code in currencies_of(Locale.parse(language).currencies.get(code, code))


def test_the_digits_after_the_decimal_sign_are_the_currencys() -> None:
    assert [fraction_digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_importing_the_public_names_and_the_readers_loads_no_library() -> None:
    code = (
        "import sys, workflows, workflows.tools.amounts, workflows.tools.dates, workflows.tools.currencies;"
        "print([name for name in ('babel', 'dateparser', 'price_parser', 'httpx2') if name in sys.modules])"
    )
    assert in_another_process(code).strip() == "[]"


@pytest.mark.slow
def test_the_signs_are_those_of_the_data() -> None:
    made = in_another_process("import runpy; runpy.run_module('tests.unit.tools.sign_data', run_name='__main__')")
    if os.environ.get("GOLDEN") == "write":
        SIGNS.write_text(made, encoding="utf-8")
    assert SIGNS.read_text(encoding="utf-8") == made


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is counted in other units")
def test_what_an_edit_is_looked_at_by_takes_little_memory() -> None:
    """Each process loads it; babel would keep 130 MB of what is true of the places of the world."""
    code = (
        "from resource import RUSAGE_SELF, getrusage;"
        "from workflows.engine.review.form import second_look;"
        "before = getrusage(RUSAGE_SELF).ru_maxrss;"
        "second_look.prepare();"
        "print(getrusage(RUSAGE_SELF).ru_maxrss - before)"
    )
    assert int(in_another_process(code)) < 30 * 1024
