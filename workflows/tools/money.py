"""Finds the numbers of a text together with the sign, the brackets and the currency that belong to each.

A text of unknown origin is looked at here: every pattern either has one way to match or looks at a few characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from workflows.tools.currencies import codes, currencies_of, fraction_digits, signs
from workflows.tools.numbers import NUMBER, readings, split
from workflows.tools.tables import made_once

_NUMBER = re.compile(NUMBER)
_LONGEST_BEFORE = 16
"""Characters before a number that are looked at."""
_MOST_WORDS = 4
"""Words in the name of a currency that follows a number."""
_WORD = r"[^\s\d,;:()/%+]{1,30}+"
_NAME = re.compile(rf"[ \u00a0]?({_WORD})" + rf"(?:[ \u00a0]({_WORD}))?" * (_MOST_WORDS - 1))
_LEADS_ON = re.compile(r"[ \u00a0]?[-(]?\d")
# A hyphen makes a date or a mark of what it joins, but for two amounts with cents, which are a range.
_NO_AMOUNT_BEFORE = re.compile(r"(?:(?<![.,]\d\d)(?<=\w)-|(?<=\d)[/:.,]|[#\\]|\w)\Z")
_NO_AMOUNT_AFTER = re.compile(r"\w|(?<![.,]\d\d)-\d|[/:]\d|[ \u00a0]?[%‰]")
_CODE = re.compile(r"[A-Za-z]{3}")
_SPACE = "[ \u00a0]"
_MINUS = "[-\u2010-\u2015]"
"""Hyphens and dashes: any of them is printed for a minus."""
_COLUMN_ENDS = r"(?=[ \u00a0]*(?:\n|\r|\Z|\|)|[ \u00a0]{2})"
# Behind an amount and apart from it: a minus before its column ends, or a bookkeeper's sign for a credit.
_CREDITED = re.compile(
    rf"[ \u00a0]{{0,3}}(?:{_MINUS}{_COLUMN_ENDS}|{_MINUS}[ \u00a0]?(?:[^\W\d_]{{1,3}}\b|[€$£])"
    rf"|\(?(?:CR|Cr|cr)\b|H(?:{_COLUMN_ENDS}|[ \u00a0]?(?:[€$£]|[A-Z]{{3}}\b)))"
)
_FIRST_CJK = 0x3000
"""From here on words are written without spaces."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A number in a text, with what belongs to it."""

    start: int
    end: int
    values: tuple[Decimal, ...]
    """Its sensible readings, at most two; none: it is no number after all."""
    apart: tuple[Decimal, ...]
    """What else stands there if its soft spaces stand between numbers."""
    currencies: frozenset[str]
    """What the sign, code or name beside it may stand for; none, if none is there."""
    in_brackets: bool
    maybe_negative: bool
    """Does something stand near it that may be its minus: a dash apart from it, CR or H behind it?"""

    @property
    def currency(self) -> str | None:
        """None: none is there, or one that may be several."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else None


def scan(text: str, decimal: str | None) -> Iterator[Found]:
    """The numbers of a text in plain characters, in order; nothing belongs to two.

    `decimal`: the decimal sign that it is known to be written with.
    """
    free = 0
    for match in _NUMBER.finditer(text):
        one = _one(text, match, free, decimal)
        if one is not None:
            free = one.end
            yield one


def with_codes(text: str) -> str:
    """The text with codes of currencies in capital letters. In a longer text `all` and `try` are words."""
    return _CODE.sub(lambda code: code[0].upper() if code[0].upper() in codes() else code[0], text)


def _one(text: str, match: re.Match[str], free: int, decimal: str | None) -> Found | None:
    number, left = match.group(), _left(text, match.start(), free)
    right = _right(text, match.end(), in_brackets=bool(left["open"]))
    in_brackets = bool(left["open"] and right["close"])
    if left["open"] and not in_brackets:
        left = _left(text, match.start(), left.end("open"))
    start, end = left.start(), right.end()
    before = [currencies_of(sign) for sign in left.group("outer", "before") if sign]
    after = [currencies_of(sign) for sign in right.group("after", "beyond") if sign]
    if not before and not after:
        after, end = _name(text, end)
    elif before and after and (_LEADS_ON.match(text, end) or not frozenset.intersection(*before, *after)):
        after, end = [], right.end("bare")
    if _NO_AMOUNT_BEFORE.search(text, max(free, start - 4), start) or _NO_AMOUNT_AFTER.match(text, end):
        return None
    possible = frozenset.intersection(*before, *after) if before or after else frozenset[str]()
    whole = any(fraction_digits(code) == 0 for code in possible)
    cents = right["cents"][:1] if right["cents"] else ""
    if cents in ".," and cents and decimal in (None, cents):
        decimal = cents
    is_apart = any((left[sign] or "")[1:] for sign in ("minus", "inner"))
    factor = -1 if not is_apart and (left["minus"] or left["inner"] or right["minus"]) else 1
    return Found(
        start=start,
        end=end,
        values=tuple(factor * value for value in readings(number, decimal=decimal, whole=whole)),
        apart=tuple(value for part in split(number) for value in readings(part, whole=whole)),
        currencies=possible,
        in_brackets=in_brackets,
        maybe_negative=is_apart or _CREDITED.match(text, end) is not None,
    )


def _left(text: str, start: int, free: int) -> re.Match[str]:
    match = _patterns().left.search(text, max(free, start - _LONGEST_BEFORE), start)
    assert match, "it matches nothing as well"
    return match


def _right(text: str, end: int, *, in_brackets: bool) -> re.Match[str]:
    patterns = _patterns()
    match = (patterns.right_in_brackets if in_brackets else patterns.right).match(text, end)
    assert match, "it matches nothing as well"
    return match


def _name(text: str, end: int) -> tuple[list[frozenset[str]], int]:
    """The currency whose name, follows; and where it ends."""
    words = _NAME.match(text, end)
    if words is None:
        return [], end
    for last in (group for group in range(_MOST_WORDS, 0, -1) if words[group]):
        name = text[words.start(1) : words.end(last)]
        found = frozenset[str]() if name.upper() in codes() else currencies_of(name)
        if found:
            return [found], words.end(last)
    return [], end


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    left: re.Pattern[str]
    right: re.Pattern[str]
    right_in_brackets: re.Pattern[str]


@made_once
def _patterns() -> _Patterns:
    known = sorted(codes() | signs(), key=lambda sign: (-len(sign), sign))
    # A space may stand where the data has one, and after the dollar of “$ US”.
    sign = "|".join(re.escape(each).replace(r"\ ", _SPACE).replace(r"\$", rf"\${_SPACE}?") for each in known)
    opens = "".join(sorted({each[0] for each in known if each[0].isalpha()}))
    begins = rf"(?:(?<![^\W_])|(?![{opens}]))"
    closes = "".join(sorted({each[-1] for each in known if each[-1].isalpha() and ord(each[-1]) < _FIRST_CJK}))
    ends = rf"(?:(?![^\W_])|(?<![{closes}]))\.?"
    bare = rf"(?P<bare>(?P<cents>[.,:][-–—]{{1,2}}(?!\w))?(?P<minus>{_MINUS}(?!\w|{_MINUS}))?)"
    after = rf"{bare}(?:[ \u00a0]?(?P<after>{sign}){ends})?"
    left = (
        rf"(?:{begins}(?P<outer>{sign})\.?[ \u00a0]?)?(?P<open>[(<][ \u00a0]?)?"
        rf"(?P<minus>(?<!\w)(?<!{_MINUS}){_MINUS}[ \u00a0]{{0,12}})?"
        rf"(?:{begins}(?P<before>{sign})\.?[ \u00a0]?(?P<inner>{_MINUS}[ \u00a0]{{0,2}})?)?\Z"
    )
    return _Patterns(
        left=re.compile(left),
        right=re.compile(rf"{after}(?P<close>)(?P<beyond>)"),
        right_in_brackets=re.compile(rf"{after}(?:(?P<close>[ \u00a0]?[)>])(?:[ \u00a0]?(?P<beyond>{sign}){ends})?)?"),
    )
