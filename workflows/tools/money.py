"""Numbers in a text, each with the sign, the brackets and the currency that belong to it.

The text may come from anybody. So every pattern either has only one way to match, or looks at a few characters.
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
"""Characters before a number that are examined."""
_MOST_WORDS = 4
"""Most words in the name of a currency after a number."""
_WORD = r"[^\s\d,;:()/%+]{1,30}+"
_NAME = re.compile(rf"[ \u00a0]?({_WORD})" + rf"(?:[ \u00a0]({_WORD}))?" * (_MOST_WORDS - 1))
_LEADS_ON = re.compile(r"[ \u00a0]?[-(]?\d")
# A hyphen joins parts of a date or a reference number, except between two amounts with cents, which are a range.
_NO_AMOUNT_BEFORE = re.compile(r"(?:(?<![.,]\d\d)(?<=\w)-|(?<=\d)[/:.,]|[#\\]|\w)\Z")
_NO_AMOUNT_AFTER = re.compile(r"\w|(?<![.,]\d\d)-\d|[/:]\d|[ \u00a0]?[%‰]")
_CODE = re.compile(r"[A-Za-z]{3}")
_SPACE = "[ \u00a0]"
_MINUS = "[-\u2010-\u2015]"
"""Hyphens and dashes, any of which may be printed as a minus."""
_COLUMN_ENDS = r"(?=[ \u00a0]*(?:\n|\r|\Z|\|)|[ \u00a0]{2})"
# After an amount and apart from it: a minus at the end of its column, or a bookkeeper's sign for a credit.
_CREDITED = re.compile(
    rf"[ \u00a0]{{0,3}}(?:{_MINUS}{_COLUMN_ENDS}|{_MINUS}[ \u00a0]?(?:[^\W\d_]{{1,3}}\b|[€$£])"
    rf"|\(?(?:CR|Cr|cr)\b|H(?:{_COLUMN_ENDS}|[ \u00a0]?(?:[€$£]|[A-Z]{{3}}\b)))"
)
_FIRST_CJK = 0x3000
"""Code point from which on scripts write words without spaces."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A number in a text, with everything that belongs to it."""

    start: int
    end: int
    values: tuple[Decimal, ...]
    """Its sensible readings, at most two; empty where it is no number."""
    apart: tuple[Decimal, ...]
    """Further readings, where its soft spaces separate numbers."""
    currencies: frozenset[str]
    """The possible currencies of the sign, code or name beside it; empty where there is none."""
    in_brackets: bool
    maybe_negative: bool
    """True if a sign near it may be its minus: a dash apart from it, or CR or H after it."""

    @property
    def currency(self) -> str | None:
        """The currency; None where none is written, or where it may be several."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else None


def scan(text: str, decimal: str | None) -> Iterator[Found]:
    """Yield the numbers of a text in plain characters, in order. No character belongs to two of them.

    `decimal`: the decimal sign that it is known to be written with.
    """
    free = 0
    for match in _NUMBER.finditer(text):
        one = _one(text, match, free, decimal)
        if one is not None:
            free = one.end
            yield one


def with_codes(text: str) -> str:
    """Return the text with currency codes in capital letters. Only for a short text: in a longer one, `all` and `try`
    are words.
    """
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
    """Return the currency whose name follows, and the position of its end."""
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
    # A space is possible where the data has one, and after the dollar in “$ US”.
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
