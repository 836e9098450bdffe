"""Stand-ins for texts that a file may not hold: the same text has the same one, and it has the same shape.

They come from a number and not from the text, so nothing can be read back from them. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from html import escape
from json import dumps
from random import Random
from unicodedata import normalize
from urllib.parse import quote, quote_plus

from pydantic import JsonValue

SHORTEST = 2
"""Fewest characters of a text that gets a stand-in. A single letter stands everywhere."""
LONGEST_WITH_PARTS = 80
"""Most characters of a text whose words get stand-ins of their own, such as a name or an address."""
LEAST_DIGITS = 5
"""Digits of a number for which its stand-in is put elsewhere too. Shorter ones are amounts and counts."""
SHAPES = 2
"""Ways to make a stand-in, tried in turn where a form does not take one."""
_EMAIL = re.compile(r"[^\s<>(),;:\"'@\[\]{}]{1,64}@[^\s<>(),;:\"'@\[\]{}]{1,190}\.[^\W\d_]{2,24}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=\Z|[T ])")
_IBAN = re.compile(r"[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}")
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
"""Letters of Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean: what follows a name is not set apart from it."""
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|[\W_]")
_BEGINS = re.compile(
    rf"(?:(?<![^\W_])|(?<=[{_UNSPACED}])|(?=[{_UNSPACED}])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{{4}})|(?<=%[0-9a-f]{{2}}))"
    rf"(?=({_TOKEN.pattern}))",
    re.DOTALL,
)
"""A place where a text may begin, with its first word: not within a word, but after an escape of JSON or of a URL."""
_HEX = re.compile(r"[0-9a-fA-F-]{8,}")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_TRIES = 50
_WITH_S = 4
"""Letters of a name that is found with an s behind it too, as in “Bergers”."""
_WRITTEN: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe="", errors="replace"),
    lambda text: quote_plus(text, safe="", errors="replace"),
    lambda text: dumps(text)[1:-1],
    escape,
    lambda text: normalize("NFC", text),
    lambda text: normalize("NFD", text),
)
"""Ways in which a text is written elsewhere: in a URL, in JSON, in HTML, with accents as marks or within letters."""


def emails_in(text: str) -> Iterator[str]:
    """Yield the e-mail addresses that stand in a text."""
    if "@" in text:
        yield from (found[0] for found in _EMAIL.finditer(text))


class StandIns:
    """Texts with their stand-ins."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        """Text in small letters -> its stand-in."""
        self._shape: dict[str, int] = {}
        self._exact: set[str] = set()
        self._taken: set[str] = set()
        self._by_beginning: dict[str, list[str]] | None = None

    def add(self, text: str, *, shape: int = 0) -> None:
        """Give a text a stand-in, and its words with it. `shape`: the way to make it; the last one asked for counts."""
        text = text.strip()
        known = self._shape.get(_folded(text))
        if len(text) < SHORTEST or (known is not None and known >= shape):
            return
        made = self._made(text, shape)
        self._of[_folded(text)], self._shape[_folded(text)], self._by_beginning = made, shape, None
        self._write(text, made)
        if len(text) <= LONGEST_WITH_PARTS:
            for part, instead in _parts(text, made):
                if _folded(part) not in self._shape:
                    self._of[_folded(part)] = instead
                    self._write(part, instead)

    def _write(self, text: str, made: str) -> None:
        """Have a text found as it is written elsewhere."""
        for written in _WRITTEN:
            other = written(text)
            if other != text and _folded(other) not in self._shape:
                self._of[_folded(other)] = written(made)

    def put(self, text: str, instead: str) -> None:
        """Have this very text stand in for another."""
        self._of[_folded(text)] = instead
        self._exact.add(instead)
        self._by_beginning = None

    def text(self, text: str) -> str:
        """Return a text with all stand-ins put in."""
        if not self._of:
            return text
        begins, folded = self._begins(), _folded(text)
        parts, done = [], 0
        for place in _BEGINS.finditer(folded):
            at, token = place.start(), place[1]
            if at < done:
                continue
            known = [*begins.get(token, ()), *begins.get(token.removesuffix("s") if len(token) > _WITH_S else "", ())]
            found = next((one for one in known if _stands(one, folded, at)), None)
            if found is not None:
                parts += [text[done:at], self._instead(text[at : at + len(found)], found)]
                done = at + len(found)
        return "".join([*parts, text[done:]])

    def _begins(self) -> dict[str, list[str]]:
        """Return the known texts by the word or the mark that they begin with, the longest first."""
        if self._by_beginning is None:
            self._by_beginning = {}
            for one in sorted(filter(_says_something, self._of), key=len, reverse=True):
                begins = _TOKEN.match(one)
                assert begins is not None
                self._by_beginning.setdefault(begins[0], []).append(one)
        return self._by_beginning

    def _instead(self, found: str, known: str) -> str:
        instead = self._of[known]
        return instead if instead in self._exact else _cased(found, instead)

    def value(
        self,
        value: JsonValue,
        *,
        names: Collection[str] = (),
        personal: Collection[str] = (),
        is_personal: bool = False,
    ) -> JsonValue:
        """Return a JSON value with all stand-ins put in.

        `names`: names of fields, which stay. `personal`: those of fields whose values have stand-ins however short they
        are. `is_personal`: this is such a value.
        """
        match value:
            case dict():
                return {
                    name if name in names else self.text(name): self.value(
                        inner, names=names, personal=personal, is_personal=name in personal
                    )
                    for name, inner in value.items()
                }
            case list():
                return [self.value(inner, names=names, personal=personal, is_personal=is_personal) for inner in value]
            case None | bool():
                return value
            case str() if not is_personal:
                return self.text(value)
            case int() | float() if not is_personal and sum(map(str.isdigit, str(value))) < LEAST_DIGITS:
                return value
        return self.whole(value)

    def whole(self, value: str | float) -> str | float:
        """Return the stand-in of a whole value, however short it is."""
        instead = self._of.get(_folded(str(value).strip()))
        if instead is None:
            return self.text(value) if isinstance(value, str) else value
        return type(value)(instead)

    def _made(self, text: str, shape: int) -> str:
        number = len(self._of)
        for attempt in range(_TRIES):
            # Of the number alone: whoever guesses the text cannot check the guess.
            random = Random(f"{number} {attempt}")  # noqa: S311  # it keeps no secret
            made = _stand_in(text, random, number=number, shape=shape)
            if made not in self._taken and made != text:
                break
        self._taken.add(made)
        return made


def _stand_in(text: str, random: Random, *, number: int, shape: int) -> str:
    if shape == 0 and _EMAIL.fullmatch(text):
        return f"person{number + 1}@example.com"
    day = _DAY.match(text)
    if day is not None:
        return f"{date(1970, 1, 1) + timedelta(days=number % 9_000 + 1)}{text[day.end() :]}"
    is_hex = _HEX.fullmatch(text) is not None and any(char.isdigit() for char in text)
    # A UUID keeps the two places that say which kind it is.
    kept: tuple[int, ...] = (14, 19) if is_hex and len(text) == 36 else ()
    is_iban = _IBAN.fullmatch(text) is not None
    if is_iban:
        kept = (0, 1)  # its country says how long it is
    made, after_consonant = [], False
    for place, char in enumerate(text):
        is_letter = char.isalpha() and place not in kept
        if is_letter:
            letter = random.choice("abcdef" if is_hex else _VOWELS if after_consonant else _CONSONANTS)
            made.append(letter.upper() if char.isupper() else letter)
        elif char.isdigit() and place not in kept:
            made.append(str(random.randint(1 if place == 0 else 0, 9)))
        else:
            made.append(char)
        after_consonant = is_letter and not after_consonant
    return _with_check_digits("".join(made)) if is_iban else "".join(made)


def _with_check_digits(iban: str) -> str:
    """Return an account number whose check digits are right, by ISO 7064 (MOD 97-10)."""
    plain = iban.replace(" ", "")
    number = int("".join(str(int(char, 36)) for char in f"{plain[4:]}{plain[:2]}00"))
    return f"{iban[:2]}{98 - number % 97:02}{iban[4:]}"


def _parts(text: str, made: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a text with those of its stand-in, and the two sides of an e-mail address."""
    if "@" in text:
        # A word before it, as in “info@” and “support@”, may stand anywhere.
        sides = zip(text.split("@", 1), made.split("@", 1), strict=False)
        yield from (side for side in sides if not side[0].isalpha())
        return
    words, others = re.findall(r"\w+", text), re.findall(r"\w+", made)
    if 1 < len(words) == len(others):
        # A word in small letters, as in “van der Berg”, may stand anywhere.
        yield from ((word, other) for word, other in zip(words, others, strict=True) if stands_out(word))


def stands_out(word: str) -> bool:
    """Tell whether a word of a personal text is one that no other text has by chance."""
    if _IS_UNSPACED.match(word):
        return len(word) >= SHORTEST
    return len(word) > 2 and (word[0].isupper() or (word.isdigit() and len(word) >= LEAST_DIGITS))


def _says_something(text: str) -> bool:
    """Tell whether a text is looked for within others. A short number stands anywhere."""
    return not text.isdigit() or len(text) >= LEAST_DIGITS


def _stands(one: str, text: str, at: int) -> bool:
    """Tell whether a text stands at a place of another, and is no part of a longer word there."""
    if not text.startswith(one, at):
        return False
    last, after = one[-1], text[at + len(one) : at + len(one) + 2]
    if len(one) >= _WITH_S and last.isalpha() and after.startswith("s"):
        after = after[1:]
    return not (_is_of_word(last) and _is_of_word(after[:1]))


def _is_of_word(char: str) -> bool:
    return char.isalnum() and not _IS_UNSPACED.match(char)


def _folded(text: str) -> str:
    """Return a text in small letters, each in its place: some are longer in small than in capitals."""
    folded = text.lower()
    return folded if len(folded) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _cased(found: str, instead: str) -> str:
    """Return a stand-in in capitals or in small letters, where the text stood so."""
    if found.isupper() and not instead.isupper() and len(found) > 1:
        return instead.upper()
    return instead.lower() if found.islower() else instead
