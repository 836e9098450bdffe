"""The seconds that a server asks to wait, from a header that anybody may have written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.retry_after import LONGEST, seconds_asked

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
AT_NINE = "Mon, 02 Nov 2026 10:00:09 GMT"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7\t", 7.0),
        ("7.5", 7.5),
        ("86401", LONGEST),
        ("9" * 400, LONGEST),
        ("9" * 5_000, LONGEST),
        (AT_NINE, 9.0),
        ("Monday, 02-Nov-26 10:00:09 GMT", 9.0),
        ("Mon Nov  2 10:00:09 2026", 9.0),
        ("Mon, 02 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
    ],
)
def test_a_number_or_a_date_is_waited_for_up_to_a_day(said: str, seconds: float) -> None:
    assert seconds_asked(said, now=NOW) == seconds


@pytest.mark.parametrize(
    "said",
    [
        *("", "soon", "-1", "+1", "1e9", "inf", "-inf", "nan", "1_000", "0x10", "7.", ".5", "7,5", "1 2", "7s"),
        *("²", "١٢", "１２", "7\u00a0", "7\n", "7\0"),
        "Mon, ١٢ Nov 2026 10:00:09 GMT",
        "Mon, 02 Nov 99999 10:00:09 GMT",
        "Mon, 32 Nov 2026 10:00:09 GMT",
        "Mon, 02 Nov 2026 10:00:09 +9999999",
        f"{'1' * 5_000} Nov 2026 10:00:09 GMT",
    ],
)
def test_anything_else_asks_for_nothing(said: str) -> None:
    assert seconds_asked(said, now=NOW) is None


def test_a_date_is_measured_by_the_clock_of_the_one_who_said_it() -> None:
    """Our clock may be wrong, and a broken `Date` counts as none."""
    wrong = NOW + timedelta(days=400)
    assert seconds_asked(AT_NINE, date="Mon, 02 Nov 2026 10:00:04 GMT", now=wrong) == 5.0
    assert seconds_asked(AT_NINE, date="yesterday", now=NOW) == 9.0


@given(said=st.text() | st.from_regex(r"[0-9A-Za-z ,:+-]{0,45}"), date=st.text(max_size=45))
def test_no_text_does_harm(said: str, date: str) -> None:
    seconds = seconds_asked(said, date=date, now=NOW)
    assert seconds is None or 0.0 <= seconds <= LONGEST
