"""Search for a whole passage in a text. A number that was cut out of a longer one does not count."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIDE = ("W", "F")
"""East Asian widths of scripts that put no spaces between words."""
_GROUP = re.compile(r"[0-9]{3}(?![0-9])")
"""A group of digits that may continue a number with spaces between its thousands."""
_GROUPS_BEFORE = re.compile(r"(?<![0-9.,'])[0-9]{1,3}(?: [0-9]{3}){0,4} \Z")
"""The possible beginning of such a number. A number that already has its cents does not go on."""
_DAY = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}(?![0-9])")
"""A whole date, to which a label may be joined. No reference number looks like it."""
_CENTS = re.compile(r"[0-9][.,][0-9]{2}\Z")
"""The end of an amount of money. A minus right after it belongs to it: `529,87-` is money that is given back."""
_SHORT_DAY = re.compile(r"[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{2}\Z")
_MINUS = frozenset("-–−")
_OPENS = frozenset(":;#=№°º\"'“”„«»*|([{<")
"""Marks that separate the text after them, where other marks join: `No:17` and `#17` are 17, but `INV/17` is not."""
_COLUMNS = frozenset(";|")
"""Marks between the columns of a table."""
_ABBREVIATED = re.compile(r"(?<![^\W_])(?:n[ro]?|nos|num|núm|č|ref|art|fa|fv)\.\Z", re.IGNORECASE)
_NEAR = 24
"""Characters beside a passage that are examined."""
_GAP = re.compile(r"\s+")
_SOFT_GAPS = frozenset(" \u3000")
_UNSEEN = ("Cf", "Cc")
"""Unicode's categories of invisible characters."""


def as_read(text: str) -> str:
    """Return a text as people read it: one form for each character, one space for each gap, and nothing invisible.

    A gap between columns or lines becomes a line break.
    """
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in composed if char.isspace() or unicodedata.category(char) not in _UNSEEN)
    return _GAP.sub(lambda gap: " " if gap[0] in _SOFT_GAPS else "\n", seen.strip())


def stands(passage: str, ready: str, *, spaces_aside: bool = False) -> bool:
    """Tell whether a text holds a passage, where neither the first nor the last word or number goes on outside it.

    `ready`: `as_read` of the text. `spaces_aside`: spaces do not count: the text may have more of them, or fewer. No
    text holds an empty passage.
    """
    return any(_found(passage, ready, spaces_aside=spaces_aside))


def _found(passage: str, ready: str, *, spaces_aside: bool = False) -> Iterator[re.Match[str]]:
    wanted = as_read(passage)
    if not wanted:
        return
    gaps, letters = wanted.split(), [re.escape(char) for char in wanted if not char.isspace()]
    pattern = "[ \\n]?".join(letters) if spaces_aside else "[ \\n]".join(map(re.escape, gaps))
    # The lookahead finds every place, also where two overlap.
    for match in re.finditer(f"(?=({pattern}))", ready):
        if not _is_cut(ready, match.start(1), match.end(1)):
            yield match


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of a text."""

    start: int
    """Its first character."""
    end: int
    """The character after its last one."""

    def after(self, start: int) -> "Span":
        """Return it in a text of which this one begins at a character."""
        return Span(start=start + self.start, end=start + self.end)

    def meets(self, other: "Span") -> bool:
        """Tell whether both have a character in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """A text as people read it, with the stretch of the original that each of its characters stands for."""

    ready: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Return the original's stretch for characters of it, of which there is at least one."""
        return Span(start=self.starts[start], end=self.ends[end - 1])


def mapped(text: str, *, folded: bool = False, with_gaps: bool = False) -> Mapped:
    """Return a text as `as_read` does, with the places of its characters.

    `folded`: without a difference between capital and small letters. `with_gaps`: gaps stay as wide as they are.
    """
    ready: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for chars, start, end in _composed(text):
        for char in chars.casefold() if folded else chars:
            is_gap = char.isspace()
            if not is_gap and unicodedata.category(char) in _UNSEEN:
                continue
            if is_gap and not with_gaps:
                if ready and ready[-1] in " \n":
                    ready[-1] = "\n"
                if not ready or ready[-1] in " \n":
                    continue
                char = " " if char in _SOFT_GAPS else "\n"
            ready.append(char)
            starts.append(start)
            ends.append(end)
    if ready and not with_gaps and ready[-1] in " \n":
        ready.pop()
    return Mapped(ready="".join(ready), starts=starts, ends=ends)


def places_of(passage: str, text: Mapped) -> list[Span]:
    """Return the stretches of the original text at which a passage stands, as `stands` finds it."""
    return [text.span(match.start(1), match.end(1)) for match in _found(passage, text.ready)]


def _composed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the composed characters of a text, each with its stretch in it."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _joins(text[end - 1], text[end]):
            yield unicodedata.normalize("NFKC", text[start:end]), start, end
            start = end


def _joins(one: str, next: str) -> bool:
    """Tell whether a character is composed with the one before it."""
    if next.isascii():
        return False
    return bool(unicodedata.combining(next)) or unicodedata.normalize("NFKC", one + next) != (
        unicodedata.normalize("NFKC", one) + unicodedata.normalize("NFKC", next)
    )


def _is_cut(text: str, start: int, end: int) -> bool:
    """Tell whether the word or the number at either end of a span goes on outside it."""
    passage, before, after = text[start:end], text[max(start - _NEAR, 0) : start], text[end : end + 2]
    return _goes_on_before(passage, before, text, start) or _goes_on_after(passage, after)


def _goes_on_before(passage: str, before: str, text: str, start: int) -> bool:
    if not before:
        return False
    if _go_together(before[-1], passage[0]):
        return not (before[-1].isalpha() and _DAY.match(text, start))
    if before[-1] == " ":
        return _GROUP.match(text, start) is not None and _GROUPS_BEFORE.search(before) is not None
    if not _has_digit(passage.split()[0]):
        return False
    if before[-1] in "-+" or (passage[0].isdigit() and before[-1] in ".,'" and before[-2:-1].isdigit()):
        return True
    is_mark = not before[-1].isalnum() and not before[-1].isspace() and before[-1] not in _OPENS
    return (
        is_mark
        and before[-2:-1].isalnum()
        and unicodedata.category(before[-1]) != "Sc"
        and _ABBREVIATED.search(before) is None
    )


def _goes_on_after(passage: str, after: str) -> bool:
    if not after:
        return False
    if after[0] in _MINUS and not after[1:].strip() and _CENTS.search(passage) and not _SHORT_DAY.search(passage):
        return True
    if _go_together(passage[-1], after[0]):
        return True
    is_mark = not after[0].isalnum() and not after[0].isspace() and after[0] not in _COLUMNS
    is_mark = is_mark and unicodedata.category(after[0]) != "Sc"
    return is_mark and after[1:].isalnum() and _has_digit(passage.split()[-1])


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _go_together(one: str, other: str) -> bool:
    if not (one.isalnum() and other.isalnum()):
        return False
    return not any(unicodedata.east_asian_width(char) in _WIDE for char in (one, other))
