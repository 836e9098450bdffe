"""Search of texts for personal values, in the forms in which people and programs write them. Pure.

A value is found in upper and in lower case, composed or decomposed, split over lines, with other spaces, as part of a
user name or of a URL, and a number with or without spaces and marks between its digits. A value that is longer than a
line is found by its parts, since a text may quote a part of it.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from workflows.redaction import without

LONGEST = 200
"""Most characters of a value that is looked for as a whole. Of a longer one, each run of `RUN` characters is."""
RUN = 24
"""Fewest characters in a row that a text shares with a long value."""
_TOO_LONG = 200_000
"""Characters of a value that texts are not compared with any more: then each text may quote it."""
_LEAST_DIGITS = 6
"""Fewest digits of a value that is written with spaces and marks between them."""
_UNBOUND = 10
"""Fewest letters and digits of such a value that is found inside a longer word."""
_GAP = r"(?:[\s./()_\u00a0\u202f-]|%20|\\[nrt]){0,3}"
_BETWEEN = r"(?:[\s_.,+>|\u00a0\u202f-]|%20|\\[nrt]){1,6}"
_END = r"(?![^\W_])"
"""Pattern of the end of a value that is no part of a longer word."""
_WRITTEN_TWICE = {"ß": "(?:ß|ẞ|ss)", "@": "(?:@|%40)"}
"""Characters that are also written otherwise -> the pattern of both."""
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9]).*", re.DOTALL)


def replacing(words: Collection[str], put: Callable[[str, str], str], *, mask: str) -> Callable[[str], str]:
    """Return a function that puts something in the place of these values in a text.

    `put`: a function from the value that was looked for, and its text as it stands, to what is put in its place.
    `mask`: what stands in place of a part of a value that is too long to be looked for as a whole.
    """
    short = sorted((word for word in words if len(word) <= LONGEST), key=len, reverse=True)
    long = [word for word in words if len(word) > LONGEST]
    forms = [(word, form) for word in short for form in _forms(word)]
    # What may begin within a word first: such a value is a number that is longer than most words.
    forms = [*(one for one in forms if not one[1].is_apart), *(one for one in forms if one[1].is_apart)]
    pattern = _compiled([form for _, form in forms]) if forms else None

    def replaced(text: str) -> str:
        if any(len(word) > _TOO_LONG for word in long) and len(text) >= RUN:
            return mask
        if long:
            text = without(text, long, mask=mask, run=RUN, least=RUN)
        if pattern is not None:
            text = pattern.sub(lambda found: put(forms[(found.lastindex or 1) - 1][0], found[0]), text)
        return text

    return replaced


@dataclass(frozen=True, kw_only=True)
class _Form:
    """One form in which a value is written."""

    begins: str
    """The characters with which it may begin."""
    pattern: str
    is_apart: bool
    """True if no letter and no digit stands before it."""


def _compiled(forms: Sequence[_Form]) -> re.Pattern[str]:
    """Return the pattern of all forms, one group for each. Most places of a text are passed over by what they begin
    with, so that the number of values costs little.
    """
    parts = []
    for before, ones in (
        ("", [form for form in forms if not form.is_apart]),
        (r"(?<![^\W_])", [form for form in forms if form.is_apart]),
    ):
        if ones:
            begins = "".join(re.escape(char) for char in sorted({char for form in ones for char in form.begins}))
            parts.append(f"{before}(?=[{begins}])(?:{'|'.join(f'({form.pattern})' for form in ones)})")
    return re.compile("|".join(parts), re.IGNORECASE)


def _forms(word: str) -> Iterator[_Form]:
    bare = [char for char in word if char.isalnum()]
    if not _is_number(word, bare):
        for form in dict.fromkeys((word, unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word))):
            words = form.split()
            yield _of_words(words)
            if 1 < len(words) <= 3 and all(any(map(str.isalpha, one)) for one in words):
                # As in a list of names: “Silva, Ana”.
                yield _of_words([f"{words[-1]},", *words[:-1]])
        return
    joined, is_digits = _GAP.join(re.escape(char) for char in bare), "".join(bare).isdigit()
    opens = word[0] if word[0] in "+(" else ""
    if opens:
        joined = f"[+(]?{joined}"
    is_apart = is_digits or len(bare) < _UNBOUND
    yield _Form(
        begins=f"{bare[0]}{'+(' if opens else ''}", pattern=joined + _END if is_apart else joined, is_apart=is_apart
    )
    date = _DATE.fullmatch(word)
    if date is not None:
        year, month, day = date.groups()
        yield _Form(
            begins="0123456789",
            pattern=rf"0?{int(day)}[./ -]{{1,2}}0?{int(month)}[./ -]{{1,2}}{year}{_END}",
            is_apart=True,
        )
        yield _Form(begins="0123456789", pattern=rf"0?{int(month)}[./-]0?{int(day)}[./-]{year}{_END}", is_apart=True)


def _is_number(word: str, bare: list[str]) -> bool:
    """Tell whether a value is a number, such as a phone's or an account's, and no words."""
    digits = sum(map(str.isdigit, bare))
    return "@" not in word and digits >= _LEAST_DIGITS and digits * 2 >= len(bare)


def _of_words(words: Sequence[str]) -> _Form:
    """Return the form of words in a row that are no part of a longer word."""
    joined, last = "", ""
    for one in words:
        if last:
            # Otherwise a mark could belong to the word or stand between words, and a search could try all ways.
            joined += _BETWEEN if last[-1].isalnum() and one[0].isalnum() else r"\s{1,6}"
        joined += "".join(_WRITTEN_TWICE.get(char, re.escape(char)) for char in one)
        last = one
    first = words[0][0]
    begins = {"ß": "ßẞs", "@": "@%"}.get(first, first)
    return _Form(begins=begins, pattern=joined + _END if last[-1].isalnum() else joined, is_apart=first.isalnum())
