"""Texts that are cut for people: at the end of a word, and never inside of a letter or an escape."""

from html import unescape

import pytest

from handlers.slack.blocks.parts.elements import label
from handlers.slack.blocks.parts.text import escaped, parts
from handlers.texts.plain import excerpt
from handlers.texts.review.forms import proposed_value
from workflows.engine.text.sanitize import one_line
from workflows.excerpts import begun, shortened

REPLY = "Hello, thank you for writing to us. A colleague will read your message and come back to you."
FAMILY, FLAG = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea"


def test_whatever_shows_the_beginning_of_a_text_ends_it_after_a_word() -> None:
    """The hint of an input, a label, a notification, a card's text."""
    whole = set(REPLY.split())
    for length in range(24, len(REPLY)):
        cut = (one_line(REPLY, length), str(label(REPLY, length)["text"]), escaped(REPLY, length))
        for said in (*cut, excerpt(REPLY, length).split(" … ")[0]):
            assert len(said) <= length
            assert said.removesuffix("…").split()[-1] in whole, said
    hint = proposed_value(REPLY)
    assert hint.endswith("…")
    assert hint.removesuffix("…").split()[-1] in whole


def test_a_text_without_words_is_cut_where_it_has_to_be() -> None:
    """Such as a key. Of a short text, the last word is cut rather than left out where it is most of it."""
    assert shortened("ticket-" + "1" * 100, 60) == "ticket-" + "1" * 52 + "…"
    assert shortened("Certificate of support-triage", 24) == "Certificate of support-…"
    assert shortened("as short as it may be", 21) == "as short as it may be"


@pytest.mark.parametrize("letter", [FAMILY, FLAG, "e\u0301", "\\u202e", "\\U000e0041"])
def test_no_letter_and_no_escape_is_cut_in_two(letter: str) -> None:
    """A family of several characters, a flag of two, a letter with its accent, an invisible character by its number."""
    text = letter * 40
    for length in range(len(letter), len(text)):
        for said in (begun(text, length), shortened(text, length + 1).removesuffix("…")):
            assert len(said) % len(letter) == 0, said
            assert length - len(said) < len(letter)
    for part in parts(f"a{text}", 2 * len(letter) + 1)[1:]:
        assert len(part) % len(letter) == 0, part


def test_an_escaped_text_is_cut_after_a_word_too() -> None:
    """Each & takes five characters, so that less of the text fits than its own length says."""
    text = "tea & milk & sugar & honey & lemon"
    for length in range(24, 45):
        said = escaped(text, length)
        assert len(said) <= length
        assert unescape(said).removesuffix("…").split()[-1] in text.split(), said


def test_a_letter_without_end_is_cut_all_the_same() -> None:
    """A letter may have any number of accents, so it is no reason to show nothing."""
    assert len(begun("z" + "\u0301" * 500, 100)) == 100
