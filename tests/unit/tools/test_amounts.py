"""Amounts are read as people write them, and where two readings are sensible neither is guessed."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import CountersignError
from workflows.tools.amounts import LONGEST_TEXT, Amount, Unclear, amount, amounts_in

_LOCALES = (
    "en_US en_GB en_IN de_DE de_AT de_CH fr_FR fr_CH fr_CA es_ES es_MX it_IT it_CH nl_NL pl_PL pt_PT pt_BR "
    "ja_JP zh_CN ko_KR sv_SE nb_NO da_DK fi_FI cs_CZ sk_SK hu_HU ro_RO bg_BG el_GR tr_TR ru_RU uk_UA ar_EG "
    "ar_AE he_IL hr_HR sl_SI lt_LT lv_LV et_EE id_ID ms_MY vi_VN th_TH hi_IN fa_IR ca_ES bn_BD mr_IN"
)
LOCALES = _LOCALES.split()
CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "PLN", "INR", "JPY", "KWD", "BRL"]

READ = [
    ("1.234,56 €", "1234.56", "EUR"),
    ("EUR 1,234.56", "1234.56", "EUR"),
    ("1 234,56 kr", "1234.56", None),
    ("CHF 1'234.50", "1234.50", "CHF"),
    ("CHF 1’234.50", "1234.50", "CHF"),
    ("CHF 12.–", "12", "CHF"),
    ("Fr. 12.50", "12.50", "CHF"),
    ("-12.00", "-12.00", None),
    ("−12,00", "-12.00", None),
    ("(12.00)", "-12.00", None),
    ("(EUR 12.00)", "-12.00", "EUR"),
    ("EUR (12.00)", "-12.00", "EUR"),
    ("(12.00) EUR", "-12.00", "EUR"),
    ("12.00-", "-12.00", None),
    ("-€12.00", "-12.00", "EUR"),
    ("€ -12.00", "-12.00", "EUR"),
    ("12,-", "12", None),
    ("1.234,- EUR", "1234", "EUR"),
    ("12:-", "12", None),
    ("₹1,23,456.00", "123456.00", "INR"),
    ("Rs.500", "500", None),
    ("¥1,200", "1200", None),
    ("JPY 1.200", "1200", "JPY"),
    ("1\u202f234,56\u00a0€", "1234.56", "EUR"),
    ("١٬٢٣٤٫٥٦", "1234.56", None),
    ("１，２３４．５０円", "1234.50", "JPY"),
    ("$12.00", "12.00", None),
    ("$12.00 USD", "12.00", "USD"),
    ("US$12.00", "12.00", "USD"),
    ("8 150,19 $ US", "8150.19", "USD"),
    ("CHF-23.38", "-23.38", "CHF"),
    ("12 US dollars", "12", "USD"),
    ("-0,61 US-Dollar", "-0.61", "USD"),
    ("0,49 dolara amerykańskiego", "0.49", "USD"),
    ("12,50 Euro", "12.50", "EUR"),
    ("eur 12.5", "12.5", "EUR"),
    ("R1,234.50", "1234.50", "ZAR"),
    (".50", "0.50", None),
    ("0.123", "0.123", None),
    ("1234.567", "1234.567", None),
    ("1.234.567", "1234567", None),
    ("1,234.567", "1234.567", None),
    ("0", "0", None),
]


@pytest.mark.parametrize(("text", "value", "currency"), READ, ids=lambda value: repr(value))
def test_an_amount_is_read_as_it_is_meant(text: str, value: str, currency: str | None) -> None:
    read = amount(text)
    assert (read.value, str(read.value), read.currency) == (Decimal(value), value, currency)


@pytest.mark.parametrize("text", ["1.234", "1,234", "EUR 1.234", "12.345 €", "-1,500", "KWD 1.234"])
def test_an_ambiguous_amount_is_refused_with_both_readings(text: str) -> None:
    with pytest.raises(Unclear) as refused:
        amount(text)
    point, comma = (str(amount(text, decimal=sign).value) for sign in (".", ","))
    assert point != comma
    assert f"may be {point} or {comma}" in str(refused.value) or f"may be {comma} or {point}" in str(refused.value)


def test_told_the_decimal_sign_an_amount_is_no_longer_ambiguous() -> None:
    assert amount("1.234", decimal=".") == Amount(value=Decimal("1.234"))
    assert amount("1.234", decimal=",") == Amount(value=Decimal("1234"))
    assert amount("USD 1,500", decimal=".") == Amount(value=Decimal("1500"), currency="USD")


@pytest.mark.parametrize(("text", "told"), [("1.234,56", "."), ("1,234.56", ","), ("1.234.567", "."), ("12,50", ".")])
def test_an_amount_in_another_format_than_told_is_refused(text: str, told: str) -> None:
    """A source that changed its format fails, instead of being wrong by a factor of 1,000."""
    with pytest.raises(Unclear, match="no reading as an amount with"):
        amount(text, decimal=told)  # type: ignore[arg-type]  # a literal, from a table


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "EUR",
        "12 million",
        "12k",
        "1.5M",
        "12 EUR USD",
        "12 EUR 15",
        "12.00 or 13.00",
        "1.2.3",
        "31.12.2026",
        "19%",
        "12:30",
        "(12.00",
        "1e5",
        "12,34,56",
        "1 2345",
        "²",
        "9" * 31,
        "9" * 101,
        "12\x0013",
        "--12",
        "NaN",
        "Infinity",
        "½",
    ],
    ids=lambda text: repr(text)[:20],
)
def test_what_is_not_one_amount_is_refused(text: str) -> None:
    with pytest.raises(Unclear):
        amount(text)


def test_a_refusal_is_one_of_ours_and_a_value_error() -> None:
    assert issubclass(Unclear, CountersignError)
    assert issubclass(Unclear, ValueError)


def test_a_refusal_shows_a_hostile_text_in_one_short_line() -> None:
    with pytest.raises(Unclear) as refused:
        amount("12\n\x1b[31m\u202eERROR" + "x" * 60)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


money = st.decimals(min_value="-99999999", max_value="99999999", places=2)


@given(money, st.sampled_from(LOCALES), st.sampled_from(CURRENCIES))
def test_what_a_locale_writes_is_read_back(value: Decimal, locale: str, currency: str) -> None:
    places = get_currency_precision(currency)
    value = value.quantize(Decimal(1).scaleb(-places))
    written = format_currency(value, currency, locale=locale)
    found = amounts_in(written)
    assert value in {each.value for each in found}
    if places == 3 and len(found) > 1:
        return  # three digits after the only sign
    read = amount(written)
    assert read.value == value
    assert read.currency in (currency, None)
    assert read in found


@given(money, st.sampled_from(LOCALES))
def test_a_number_that_a_locale_writes_is_read_back(value: Decimal, locale: str) -> None:
    written = format_decimal(value, format="#,##0.00", locale=locale)
    assert amount(written).value == value


@given(st.text(alphabet="0123456789.,' \u00a0-–()€$EURkr%/:\n", max_size=60))
def test_no_text_makes_anything_but_a_reading_or_a_refusal(text: str) -> None:
    found = amounts_in(text)
    assert all(each.value.is_finite() for each in found)
    try:
        read = amount(text)
    except Unclear:
        return
    assert read in found


@given(st.text())
def test_neither_does_any_other(text: str) -> None:
    assert all(each.value.is_finite() for each in amounts_in(text))


def values(text: str) -> list[str]:
    return [f"{each.value} {each.currency or ''}".strip() for each in amounts_in(text)]


def test_a_text_gives_its_amounts_in_order() -> None:
    text = "Net 1.000,00 EUR, VAT 19 % of it: 190,00 EUR. Total: €1.190,00, or USD 1,234.50 of 5 kg."
    assert values(text) == ["1000.00 EUR", "190.00 EUR", "1190.00 EUR", "1234.50 USD", "5"]


def test_a_currency_belongs_to_one_amount() -> None:
    assert values("12.00 USD 15.00 EUR") == ["12.00 USD", "15.00 EUR"]
    assert values("USD 12.00 EUR 15.00") == ["12.00 USD", "15.00 EUR"]


@pytest.mark.parametrize(
    "text",
    [
        "119,00-",
        "-119,00",
        "\u2212119,00",
        "\u2013119,00",
        "119,00\u2212",
        "119,00\u2013",
        "EUR -119,00",
        "-EUR 119,00",
        "€\u2013119",
    ],
)
def test_a_minus_beside_an_amount_belongs_to_it(text: str) -> None:
    assert {each.value for each in amounts_in(f"Total {text}\n")} == {Decimal("-119")}


@pytest.mark.parametrize(
    "text",
    [
        "- 119,00",
        "-      119,00 EUR",
        "\u2212 119,00",
        "119,00 -",
        "119,00 EUR-",
        "119,00 - EUR",
        "EUR - 119,00",
        "(119,00)",
        "( 119,00 )",
        "<119,00>",
        "119,00 CR",
        "119,00 EUR CR",
        "119,00 (CR)",
        "119,00 H",
    ],
)
def test_what_may_be_the_minus_of_an_amount_gives_both_readings(text: str) -> None:
    assert {each.value for each in amounts_in(f"Total {text}\n")} >= {Decimal(-119), Decimal(119)}


def test_a_dash_between_two_amounts_is_the_minus_of_neither() -> None:
    assert values("5–10 EUR, 12.00–15.00, 12.–") == ["5", "10 EUR", "12.00", "15.00", "12"]


def test_an_ambiguous_amount_in_a_text_gives_each_reading() -> None:
    assert values("1.234 (5.00)") == ["1.234", "1234", "-5.00", "5.00"]
    assert values("2 500,00 EUR") == ["2500.00 EUR", "2 EUR", "500.00 EUR"]
    assert values("2\u00a0500,00 EUR") == ["2500.00 EUR"]


def test_dates_times_and_marks_are_no_amounts() -> None:
    assert values("2026-03-05 31.12.2026 12:30 19% INV-2026-001 A4 #77 5th 1/2 v1.2.3") == []


def test_a_range_is_two_amounts() -> None:
    assert values("EUR 10.00-15.00") == ["10.00 EUR", "15.00"]


def test_words_in_a_text_are_no_currencies() -> None:
    assert values("12 all, 12 try, den 5. März, le 5 mars") == ["12", "12", "5", "5"]


HOSTILE = [
    *("1", "1 ", "1 111", "1,", "-", "(", "$", "1.1", "EUR ", "1EUR", " ", "'", "a", "1 000 ", "1,-", "1 a a ", "(1"),
    "F ",
]


@pytest.mark.parametrize("length", [LONGEST_TEXT // 20, pytest.param(LONGEST_TEXT, marks=pytest.mark.slow)])
def test_no_text_is_slow_to_search(length: int) -> None:
    """A pattern that goes back on itself would take hours, and be ended by the time that any test has."""
    for piece in HOSTILE:
        amounts_in((piece * length)[:length])


@pytest.mark.parametrize("value", [None, 12, 1.5, b"12.00", ["12.00"]], ids=repr)
def test_what_is_no_text_is_refused_like_any_other(value: object) -> None:
    """So that a contract can name the field, whatever a system sends."""
    with pytest.raises(Unclear, match="a text is needed"):
        amount(value)  # type: ignore[arg-type]  # on purpose


def test_more_text_than_that_is_refused() -> None:
    with pytest.raises(Unclear, match="100,001"):
        amounts_in("1" * (LONGEST_TEXT + 1))
