"""Signs of currencies, made from babel's data. Prints them as JSON.

It is a process of its own: babel keeps all that it loads.
"""

import json
import re
import sys
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from workflows.tools.currencies import _sign_key, codes
from workflows.tools.languages import LANGUAGES

_LETTERS = re.compile(r"[A-Za-z]{1,3}\.?")
_SHORT = frozenset({"kr", "Kr", "Rp", "RM", "Ft", "Rs", "R"})
"""Signs of few Latin letters that are read as signs. Others, such as “Le” and “den”, are words of some language."""


def signs() -> dict[str, list[str]]:
    """Return sign -> the currencies that it means, at home or in one of the languages."""
    spoken = get_global("territory_languages")
    found: dict[str, set[str]] = {}

    def note(locale: str, known: Iterable[str]) -> None:
        try:
            symbols = Locale.parse(locale).currency_symbols
        except (UnknownLocaleError, ValueError):
            return
        for code in known:
            sign = _sign_key(symbols.get(code, code))
            if sign and sign != code and (not _LETTERS.fullmatch(sign) or sign in _SHORT):
                found.setdefault(sign, set()).add(code)

    in_use = codes()
    for territory, spans in get_global("territory_currencies").items():
        tender = [code for code, _, end, is_tender in spans if is_tender and end is None and code in in_use]
        for language, facts in (spoken.get(territory) or {}).items():
            if facts.get("official_status"):
                note(f"{language}_{territory}", tender)
    for language in LANGUAGES:
        note(language, in_use)
    return {sign: sorted(known) for sign, known in sorted(found.items())}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(signs(), ensure_ascii=False, indent=1) + "\n")
