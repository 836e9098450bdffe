"""Currencies by their code, sign or name, from the data of Unicode's CLDR (through babel).

Only currencies in use count. A sign that several of them share, such as `$` or `kr`, is not enough.

The signs stand in a file. To read them babel loads the data of 500 places, 130 MB that it then keeps.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.errors import Unclear
from workflows.tools.characters import HARD_SPACE, plain, shown, text_of
from workflows.tools.languages import LANGUAGES
from workflows.tools.tables import made_once

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["Unclear", "codes", "currencies_of", "currency_of", "fraction_digits", "signs"]

SIGNS = Path(__file__).with_name("currency_signs.json")
"""Sign -> the codes of its currencies."""
_LONGEST = 60
"""Most characters of a currency's name."""
_CODE = re.compile(r"[A-Za-z]{3}")

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
"""Signs and names in daily use that the data does not have."""
_ONE_OF_SEVERAL: Mapping[str, str] = {"£": "GBP"}
"""Shared signs with one usual meaning: the other currencies are written with more than the sign, or are at par
with it.
"""


def currency_of(text: str) -> str:
    """Return the ISO 4217 code of a currency given by its code, sign or name in one of many languages.

    Raise `Unclear` where the text names no currency in use, or may name several.
    """
    found = currencies_of(text_of(text))
    if not found:
        raise Unclear(f"{shown(text)} is not a currency in use; write its ISO 4217 code, such as EUR")
    if len(found) > 1:
        raise Unclear(f"{shown(text)} may be {_either(found)}; write its ISO 4217 code")
    return next(iter(found))


def currencies_of(text: str) -> frozenset[str]:
    """Return the currencies that a code, sign or name may mean; empty where it means none."""
    if len(text) > 2 * _LONGEST:
        return frozenset()
    key = _sign_key(text)
    if _CODE.fullmatch(key) and key.upper() in _homes():
        return frozenset({key.upper()})
    return _signs().get(key) or _names().get(key.casefold()) or frozenset()


def fraction_digits(currency: str) -> int:
    """Return the number of digits after the decimal sign: 2 for EUR, 0 for JPY, 3 for KWD."""
    from babel.numbers import get_currency_precision  # late: importing this room has to be cheap

    return get_currency_precision(currency)


def _sign_key(text: str) -> str:
    """Return a sign or a name in the form in which it is looked up."""
    return " ".join(plain(text).replace(HARD_SPACE, " ").replace("$ ", "$").split()).removesuffix(".")


@made_once
def _homes() -> Mapping[str, tuple[str, ...]]:
    """Return currency -> the territories where it is legal tender now."""
    from babel.core import get_global

    homes: dict[str, tuple[str, ...]] = {}
    # Without the clock, so that a text is always read in the same way: a currency without an end in the data is in use.
    for territory, spans in get_global("territory_currencies").items():
        for code, _, end, is_tender in spans:
            if is_tender and end is None:
                homes[code] = (*homes.get(code, ()), territory)
    return homes


@made_once
def _signs() -> Mapping[str, frozenset[str]]:
    """Return sign -> the currencies that it means, at home or in one of the languages."""
    found: dict[str, list[str]] = json.loads(SIGNS.read_text(encoding="utf-8"))
    more = {sign: [code] for sign, code in (*_MORE.items(), *_ONE_OF_SEVERAL.items())}
    return {sign: frozenset(codes) for sign, codes in (found | more).items()}


@made_once
def _names() -> Mapping[str, frozenset[str]]:
    """Return name in small letters -> its currencies; also the last word of an English name alone (“yen”,
    “dollars”).
    """
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

    # The form of the name depends on the number; these numbers give every form in the languages above.
    names = {get_currency_name(code, count=count, locale=locale) for count in (None, 0, 1, 2, 3, 5, 11, 1.5)}
    return {_sign_key(name).casefold() for name in names} - {code.casefold()}


def codes() -> frozenset[str]:
    """Return the ISO 4217 codes in use."""
    return frozenset(_homes())


def signs() -> frozenset[str]:
    """Return the signs that mean one or several currencies."""
    return frozenset(_signs())


def _either(codes: frozenset[str]) -> str:
    first = sorted(codes, key=lambda code: (-len(_homes()[code]), code))
    if len(first) > 5:
        return f"{', '.join(first[:4])} or {len(first) - 4} others"
    return ", ".join(first[:-1]) + " or " + first[-1]
