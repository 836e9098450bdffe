"""Whole dates are read as people write them, the same way on every day; what could be two dates is refused."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.process import in_another_process
from workflows.tools.dates import LONGEST_TEXT, YEARS, Unclear, date_of, dates_in

MARCH_5 = date(2026, 3, 5)

READ = [
    ("31.12.2026", date(2026, 12, 31)),
    ("12/31/2026", date(2026, 12, 31)),
    ("31. 12. 2026", date(2026, 12, 31)),
    ("12/31/26", date(2026, 12, 31)),
    ("05.05.2026", date(2026, 5, 5)),
    ("5.3.2026", MARCH_5),
    ("2026-03-05", MARCH_5),
    ("2026/3/5", MARCH_5),
    ("20260305", MARCH_5),
    ("2026-03-05T23:30:00-05:00", MARCH_5),
    ("2026-03-05 10:30 Uhr", MARCH_5),
    ("3. März 2026", date(2026, 3, 3)),
    ("Thursday, 5 March 2026", MARCH_5),
    ("March 5th, 2026", MARCH_5),
    ("5th of March 2026", MARCH_5),
    ("15 Sept. 2026", date(2026, 9, 15)),
    ("5-Mar-26", MARCH_5),
    ("5 March '26", MARCH_5),
    ("5 de marzo de 2026", MARCH_5),
    ("le 1er mars 2026", date(2026, 3, 1)),
    ("den 5 mars 2026", MARCH_5),
    ("1º de março de 2026", date(2026, 3, 1)),
    ("2026年3月5日", MARCH_5),
    ("２０２６年３月５日(木)", MARCH_5),
    ("2026년 3월 5일 목요일", MARCH_5),
    ("5 марта 2026 г.", MARCH_5),
    ("٥ مارس ٢٠٢٦", MARCH_5),
]


@pytest.mark.parametrize(("text", "day"), READ)
def test_a_date_is_read_as_it_is_meant(text: str, day: date) -> None:
    assert date_of(text) == day


def test_an_ambiguous_date_is_refused_with_both_readings() -> None:
    with pytest.raises(Unclear, match="may be 2026-04-03 or 2026-03-04"):
        date_of("03/04/2026")
    assert date_of("03/04/2026", day_first=True) == date(2026, 4, 3)
    assert date_of("03/04/2026", day_first=False) == date(2026, 3, 4)


def test_a_short_year_may_also_come_first() -> None:
    with pytest.raises(Unclear, match="may be 2005-03-26 or 2026-03-05"):
        date_of("26/03/05")
    assert date_of("26/03/05", day_first=True) == date(2005, 3, 26)
    assert date_of("26. 3. 5.") == MARCH_5


def test_between_points_without_spaces_the_year_does_not_come_first() -> None:
    assert date_of("05.03.26") == MARCH_5
    assert date_of("26.03.05") == date(2005, 3, 26)


@pytest.mark.parametrize(
    "text", ["Datum05.03.2026", "am05/03/2026", "05\u201303\u20132026", "Date-05.03.2026", "x 05.03.2026-"]
)
def test_a_label_may_run_into_a_date_and_a_dash_may_stand_in_it(text: str) -> None:
    assert MARCH_5 in dates_in(text)


def test_a_span_is_two_dates_and_a_mark_is_none() -> None:
    assert dates_in("01.03.2026-05.03.2026, 01.03.2026–05.03.2026") == [date(2026, 3, 1), MARCH_5] * 2
    assert dates_in("R05.03.2026 INV05.03.26 2026-03-05-17 7-05-03-2026") == []


def test_a_month_that_is_another_one_in_another_language_is_refused() -> None:
    with pytest.raises(Unclear, match="may be 2026-11-05 or 2026-10-05"):
        date_of("5 listopada 2026")


@pytest.mark.parametrize(("text", "day_first"), [("31.12.2026", False), ("12/31/2026", True), ("26/31/05", True)])
def test_a_date_in_another_order_than_told_is_refused(text: str, day_first: bool) -> None:
    """A source that changed its format fails, instead of swapping day and month."""
    with pytest.raises(Unclear):
        date_of(text, day_first=day_first)


def test_the_order_is_not_in_question_where_a_month_is_a_word_or_the_year_comes_first() -> None:
    for text in ("2026-03-05", "5 March 2026"):
        assert date_of(text, day_first=False) == date_of(text, day_first=True) == MARCH_5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "yesterday",
        "next week",
        "in 3 days",
        "now",
        "morgen",
        "5 March",
        "March 2026",
        "2026",
        "10:30",
        "Monday",
        "before 5 March 2026",
        "3 days after 5 March 2026",
        "5 March 2026 or 6 March 2026",
        "30.02.2026",
        "2026-13-05",
        "0000-00-00",
        "2569-03-05",
        "1405/03/05",
        "令和8年3月5日",
        "1.2.3.2026",
        "1772668800",
        "12.03",
        "x" * 101,
    ],
)
def test_what_is_not_one_whole_date_is_refused(text: str) -> None:
    with pytest.raises(Unclear):
        date_of(text)


_LOCALES = (
    "en_US en_GB de_DE de_AT fr_FR fr_CA es_ES es_MX it_IT nl_NL pl_PL pt_PT pt_BR ja_JP zh_CN ko_KR sv_SE "
    "nb_NO da_DK fi_FI cs_CZ sk_SK hu_HU ro_RO bg_BG el_GR tr_TR ru_RU uk_UA ar_EG hr_HR sl_SI et_EE id_ID "
    "ms_MY hi_IN ca_ES"
)
LOCALES = _LOCALES.split()
days = st.dates(date(1970, 1, 1), date(2068, 12, 31))


@given(days, st.sampled_from(LOCALES), st.sampled_from(["short", "medium", "long", "full"]))
def test_what_a_locale_writes_is_read_back(day: date, locale: str, form: str) -> None:
    """Or refused, with the right one among the readings; never read as another day."""
    written = format_date(day, form, locale=locale)
    assert day in dates_in(written)
    if len(dates_in(written)) == 1:
        assert date_of(written) == day


@given(days, st.sampled_from(LOCALES))
def test_a_long_form_is_hardly_ever_ambiguous(day: date, locale: str) -> None:
    written = format_date(day, "long", locale=locale)
    try:
        assert date_of(written) == day
    except Unclear:
        assert (locale[:2], day.month) in {("pl", 11), ("hr", 10), ("cs", 11), ("hr", 7), ("pl", 7), ("cs", 8)}


def test_a_text_gives_its_dates_in_order() -> None:
    text = "From 5 March 2026 6 March 2026 to April 7, 2026, paid 31.12.2026, again 03/04/2026; v1.2.3, 10.50 EUR"
    assert [str(day) for day in dates_in(text)] == [
        "2026-03-05",
        "2026-03-06",
        "2026-04-07",
        "2026-12-31",
        "2026-04-03",
        "2026-03-04",
    ]


def test_numbers_beside_a_month_are_not_made_a_date() -> None:
    assert dates_in("on March 5, 10 people came; 5/2026; May 2026; 2026-03-05-17; 1.5 March 2026") == []


@given(st.text(alphabet="0123456789./- 年月日MarchmaiTZ:,\n", max_size=60))
def test_no_text_makes_anything_but_a_reading_or_a_refusal(text: str) -> None:
    found = dates_in(text)
    try:
        read = date_of(text)
    except Unclear:
        return
    assert read in found or text.strip().isdigit()


@given(st.text())
def test_neither_does_any_other(text: str) -> None:
    assert all(day.year in YEARS for day in dates_in(text))


HOSTILE = [
    *("5 Mar 2026 ", "1/", "1.1.2020 ", "Mar ", "9", "a", "5 ", " ", "5 de ", "2020-1-1-", "2026年", "1 . ", "Mar 5 "),
    "1:11",
]


@pytest.mark.parametrize("length", [LONGEST_TEXT // 20, pytest.param(LONGEST_TEXT, marks=pytest.mark.slow)])
def test_no_text_is_slow_to_search(length: int) -> None:
    """A pattern that goes back on itself would take hours, and be ended by the time that any test has."""
    for piece in HOSTILE:
        dates_in((piece * length)[:length])


@pytest.mark.parametrize("piece", ["1", "1:", "T", "a ", " 1:11", "+"])
def test_nor_is_one_date_slow_to_read(piece: str) -> None:
    with pytest.raises(Unclear):
        date_of((piece * 100)[:100])


@pytest.mark.parametrize("value", [None, 12, 1.5, b"12.00", ["12.00"]], ids=repr)
def test_what_is_no_text_is_refused_like_any_other(value: object) -> None:
    """So that a contract can name the field, whatever a system sends."""
    with pytest.raises(Unclear, match="a text is needed"):
        date_of(value)  # type: ignore[arg-type]  # on purpose


def test_more_text_than_that_is_refused() -> None:
    with pytest.raises(Unclear, match="100,001"):
        dates_in("1" * (LONGEST_TEXT + 1))


def test_neither_the_machines_language_nor_its_time_zone_matters() -> None:
    code = "from workflows.tools.dates import *; print(date_of('31.12.99'), dates_in('03/04/2026'))"
    said = {
        in_another_process(code, LANG=language, LC_ALL=language, TZ=zone)
        for language, zone in [("C", "UTC"), ("en_US.UTF-8", "Pacific/Kiritimati"), ("de_DE.UTF-8", "America/Adak")]
    }
    assert len(said) == 1
