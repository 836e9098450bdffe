"""Text that hides is shown as what it is, and text that needs joiners and selectors stays whole (A40)."""

import unicodedata

import pytest

from workflows.engine.text.sanitize import sanitize
from workflows.invisible import is_invisible

HIDING = {
    "hangul filler": "\u3164",
    "hangul choseong filler": "\u115f",
    "hangul jungseong filler": "\u1160",
    "halfwidth hangul filler": "\uffa0",
    "braille blank": "\u2800",
    "combining grapheme joiner": "\u034f",
    "khmer inherent vowel": "\u17b4",
    "mongolian selector": "\u180b",
    "mongolian vowel separator": "\u180e",
    "soft hyphen": "\u00ad",
    "zero width space": "\u200b",
    "word joiner": "\u2060",
    "unassigned ignorable": "\u2065",
    "right to left override": "\u202e",
    "isolate": "\u2066",
    "byte order mark": "\ufeff",
    "text selector": "\ufe0e",
    "emoji selector": "\ufe0f",
    "variation selector 17": "\U000e0100",
    "variation selector 256": "\U000e01ef",
    "tag letter": "\U000e0041",
    "object replacement": "\ufffc",
    "line separator": "\u2028",
    "private use": "\ue000",
    "joiner": "\u200d",
}


@pytest.mark.parametrize("char", HIDING.values(), ids=HIDING)
def test_a_character_that_hides_is_shown_as_its_escape(char: str) -> None:
    escape = f"\\u{ord(char):04x}" if len(f"{ord(char):x}") <= 4 else f"\\U{ord(char):08x}"
    assert sanitize(f"pay{char}pal") == f"pay{escape}pal"
    assert sanitize(char) == escape


@pytest.mark.parametrize(
    "text",
    [
        "Zahlen Sie 12,50 € an Müller & Söhne – sofort!",
        "I ❤️ it, 1️⃣ #️⃣ ☎️",
        "👩‍💻 👨‍👩‍👧 ❤️‍🔥 👩🏽‍🚀 🏴",
        "क्‍ष और ല്‍",
        "日本語　テキスト, 한국어, עברית, العربية",
        "line one\nline two",
        "e\u0301 and é",
        "\U0001fae8 came with Unicode 15",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == text


def test_every_character_that_unicode_calls_a_format_or_control_is_invisible() -> None:
    every = map(chr, range(0x110000))
    assert [c for c in every if unicodedata.category(c) in ("Cf", "Cc") and not is_invisible(c)] == []
