"""Which currency a code, a sign or a name stands for, by the data of Unicode's CLDR (through babel).

Only currencies in use count. A sign that several of them share is no answer: `$` is none, nor is `kr`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workflows.errors import Unclear
from workflows.tools.characters import HARD_SPACE, plain, shown, text_of
from workflows.tools.languages import LANGUAGES
from workflows.tools.tables import made_once

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["Unclear", "codes", "currencies_of", "currency_of", "fraction_digits", "signs"]

_LONGEST = 60
"""Characters of a currency's name."""
_CODE = re.compile(r"[A-Za-z]{3}")
_LETTERS = re.compile(r"[A-Za-z]{1,3}\.?")

_MORE: Mapping[str, str] = {
    "AU$": "AUD",
    "NT$": "TWD",
    "RMB": "CNY",
    "SFr": "CHF",
    "Fr": "CHF",
    "TL": "TRY",
    "lei": "RON",
    "leu": "RON",
    "руб": "RUB",
    "р": "RUB",
    "грн": "UAH",
    "円": "JPY",
    "원": "KRW",
    "sterling": "GBP",
    "Franken": "CHF",
}
"""In daily use, and not in the data."""
_ONE_OF_SEVERAL: Mapping[str, str] = {"£": "GBP"}
"""The others are written with more than the sign, or stand at par with it."""
_SHORT = frozenset({"kr", "Kr", "Rp", "RM", "Ft", "Rs", "R"})
"""Signs made of few Latin letters that are read as such; others, like “Le” and “den”, are words of some language."""


def currency_of(text: str) -> str:
    """The ISO 4217 code of a currency given by its code, sign or name in one of many languages.

    Raise `Unclear` where it is none in use, or could be several.
    """
    found = currencies_of(text_of(text))
    if not found:
        raise Unclear(f"{shown(text)} is no currency in use; write its ISO 4217 code, such as EUR")
    if len(found) > 1:
        raise Unclear(f"{shown(text)} may be {_either(found)}; write its ISO 4217 code")
    return next(iter(found))


def currencies_of(text: str) -> frozenset[str]:
    """The currencies that a code, sign or name may stand for; none, if it is none."""
    if len(text) > 2 * _LONGEST:
        return frozenset()
    key = _key(text)
    if _CODE.fullmatch(key) and key.upper() in _homes():
        return frozenset({key.upper()})
    return _signs().get(key) or _names().get(key.casefold()) or frozenset()


def fraction_digits(currency: str) -> int:
    """How many digits stand after the decimal sign: 2 for EUR, 0 for JPY, 3 for KWD."""
    from babel.numbers import get_currency_precision  # late: importing this room has to be cheap

    return get_currency_precision(currency)


def _key(text: str) -> str:
    return " ".join(plain(text).replace(HARD_SPACE, " ").replace("$ ", "$").split()).removesuffix(".")


@made_once
def _homes() -> Mapping[str, tuple[str, ...]]:
    """Currency -> the territories where it is tender now."""
    from babel.core import get_global

    homes: dict[str, tuple[str, ...]] = {}
    # Not by the clock, which the same text must not be read by: what has no end in the data is in use.
    for territory, spans in get_global("territory_currencies").items():
        for code, _, end, is_tender in spans:
            if is_tender and end is None:
                homes[code] = (*homes.get(code, ()), territory)
    return homes


@made_once
def _signs() -> Mapping[str, frozenset[str]]:
    """Sign -> the currencies that it stands for, at home or in one of the languages."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    spoken = get_global("territory_languages")
    found: dict[str, set[str]] = {}

    def note(locale: str, codes: Iterable[str]) -> None:
        try:
            symbols = Locale.parse(locale).currency_symbols
        except (UnknownLocaleError, ValueError):
            return
        for code in codes:
            sign = _key(symbols.get(code, code))
            if sign and sign != code and (not _LETTERS.fullmatch(sign) or sign in _SHORT):
                found.setdefault(sign, set()).add(code)

    for code, territories in _homes().items():
        for territory in territories:
            for language, facts in (spoken.get(territory) or {}).items():
                if facts.get("official_status"):
                    note(f"{language}_{territory}", [code])
    for language in LANGUAGES:
        note(language, _homes())
    found |= {sign: {code} for sign, code in (*_MORE.items(), *_ONE_OF_SEVERAL.items())}
    return {sign: frozenset(codes) for sign, codes in found.items()}


@made_once
def _names() -> Mapping[str, frozenset[str]]:
    """Name in small letters -> its currencies; also the last word of an English name alone (“yen”, “dollars”)."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for code in _homes():
            for name in _names_in(locale, code):
                found.setdefault(name, set()).add(code)
                if language == "en":
                    found.setdefault(name.rsplit(" ", 1)[-1], set()).add(code)
    found.update({name.casefold(): {code} for name, code in _MORE.items() if len(name) > 2 and name.isalpha()})
    return {name: frozenset(codes) for name, codes in found.items() if len(name) > 1}


def _names_in(locale: "Locale", code: str) -> set[str]:
    from babel.numbers import get_currency_name

    # The number decides which form of the name is taken; these meet every form of the languages above.
    names = {get_currency_name(code, count=count, locale=locale) for count in (None, 0, 1, 2, 3, 5, 11, 1.5)}
    return {_key(name).casefold() for name in names} - {code.casefold()}


def codes() -> frozenset[str]:
    """The ISO 4217 codes in use."""
    return frozenset(_homes())


def signs() -> frozenset[str]:
    """The signs that stand for one or several of them."""
    return frozenset(_signs())


def _either(codes: frozenset[str]) -> str:
    first = sorted(codes, key=lambda code: (-len(_homes()[code]), code))
    if len(first) > 5:
        return f"{', '.join(first[:4])} or {len(first) - 4} others"
    return ", ".join(first[:-1]) + " or " + first[-1]
