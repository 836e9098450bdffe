"""The words for months and weekdays in many languages, from the data of dateparser.

Its parser is not used. It takes the first language that fits, but “listopad” is October in Croatian and November in
Polish. It also accepts “tomorrow” and half a date, and uses the clock.
"""

import re
from collections.abc import Mapping, Sequence

from workflows.tools.characters import plain
from workflows.tools.languages import LANGUAGES
from workflows.tools.tables import made_once

_IN_ENGLISH = (
    "january february march april may june july august september october november december",
    "monday tuesday wednesday thursday friday saturday sunday",
)
_MONTHS, _DAYS = (names.split() for names in _IN_ENGLISH)
_APART = re.compile(r"[\s.'-]+")
_EAST_ASIAN_DAYS = "月火水木金土日一二三四五六월화수목금토일"


def months_of(word: str) -> tuple[int, ...]:
    """Return the months that a word means, 1 to 12; empty where it means none."""
    return _words().get(word.casefold(), ())


def is_weekday(word: str) -> bool:
    """Tell whether a word is the name of a weekday, or its short form."""
    return word.casefold() in _weekdays()


_MORE: Mapping[str, tuple[int, ...]] = {"juill": (7,), "अक्टू": (10,)}
"""Signs and names in daily use that the data does not have."""


@made_once
def _words() -> Mapping[str, tuple[int, ...]]:
    found = dict(_MORE)
    for info in _data():
        for month, name in enumerate(_MONTHS, 1):
            for word in (plain(each).casefold().rstrip(".").removeprefix("de ") for each in info[name]):
                if len(word) > 1 and not any(map(str.isdigit, word)) and month not in found.get(word, ()):
                    found[word] = (*found.get(word, ()), month)
    return found


@made_once
def _weekdays() -> frozenset[str]:
    names = (plain(word).casefold() for info in _data() for name in _DAYS for word in info[name])
    words = {part for name in names for part in _APART.split(name) if part}
    suffixed = {f"{day}{end}" for day in _EAST_ASIAN_DAYS for end in ("", "曜", "曜日", "요일")}
    return frozenset(words | suffixed | {f"{week}{day}" for week in ("星期", "週", "周") for day in _EAST_ASIAN_DAYS})


@made_once
def _data() -> Sequence[Mapping[str, list[str]]]:
    from dateparser.languages.loader import default_loader  # late: importing this room has to be cheap

    locales = default_loader.get_locales(languages=list(LANGUAGES), allow_conflicting_locales=True)
    return [locale.info for locale in locales]
