"""Words of a page, made of its letters by where they stand. The spaces that a file writes count where they are seen.

Numbers that are written letter by letter, and headings with spaces between their letters, become words again.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from workflows.documents.reading.layout import Token
from workflows.documents.reading.letters import UNCLEAR, Letter, Turned

_GAP = 0.17
"""Widest gap between letters of a word, in their size."""
_WRITTEN_GAP = 0.06
"""The same where the file has a space between them."""
_SAME_LINE = 0.12
"""Distance of baselines of letters of one word, in their size."""
_SAME_SIZE = 1.6
"""Ratio of sizes up to which two letters may be of one word."""
_SPREAD = 1.0
"""Widest gap between letters that stand apart evenly, in their size."""
_EVEN = 0.3
"""Part of the widest of such gaps by which they may differ."""
_LEAST_SPREAD = 4
"""Letters that have to stand apart evenly to be one word, where the file has spaces between them."""
_TORN_GAP = 0.4
"""Widest gap in an amount whose letters were put in their places one by one, in their size."""
_MOST_TORN = 16
_LETTERED = 0.7
"""Part of such a word that has to be letters."""
_AMOUNT = re.compile(r"[-+(]?\d{1,3}(?:[.,'’]?\d{3})*[.,]\d{2}[)-]?")


def words_of(turned: Turned) -> list[Token]:
    """Return the words of the letters of one direction."""
    if turned.degrees % 90:
        return _as_written(turned.letters)
    words = list[Token]()
    for line in _lines(turned.letters):
        words += _spread(_split(line))
    return words


def _lines(letters: Sequence[Letter]) -> list[list[Letter]]:
    lines = list[list[Letter]]()
    for letter in sorted(letters, key=lambda one: (one.base, one.start)):
        for line in reversed(lines[-3:]):
            if _is_beside(line[0], letter):
                line.append(letter)
                break
        else:
            lines.append([letter])
    return lines


def _is_beside(one: Letter, other: Letter) -> bool:
    smaller, larger = (one.size, other.size) if one.size <= other.size else (other.size, one.size)
    return abs(one.base - other.base) <= _SAME_LINE * smaller and larger <= _SAME_SIZE * smaller


def _split(line: list[Letter]) -> list[list[Letter]]:
    """Return the letters of a row as words. A word that follows a written space begins with it."""
    words, is_spaced = list[list[Letter]](), False
    last: Letter | None = None
    for letter in sorted(line, key=lambda one: one.start):
        if not letter.text:
            is_spaced = True
            continue
        gap = letter.start - last.end if last else 0.0
        if last is None or gap > (_WRITTEN_GAP if is_spaced else _GAP) * max(last.size, letter.size):
            words.append([letter])
        else:
            words[-1].append(letter)
        last, is_spaced = letter, False
    return words


def _spread(words: list[list[Letter]]) -> list[Token]:
    """Return words, those of letters that stand apart evenly as one."""
    found, place = list[Token](), 0
    while place < len(words):
        run = _run(words, place)
        letters = [letter for word in words[place : place + run] for letter in word]
        if any(letter.text != UNCLEAR for letter in letters):
            found.append(_token(letters))
        place += run
    return found


def _run(words: list[list[Letter]], first: int) -> int:
    """Return how many words from here on are the letters of one."""
    torn = _torn(words, first)
    if torn > 1 or len(words[first]) > 1:
        return torn
    gaps, at = list[float](), first
    while at + 1 < len(words) and len(words[at + 1]) == 1:
        last, letter = words[at][0], words[at + 1][0]
        gap = letter.start - last.end
        all_gaps = [*gaps, gap]
        if gap > _SPREAD * letter.size or max(all_gaps) - min(all_gaps) > _EVEN * max(all_gaps):
            break
        gaps.append(gap)
        at += 1
    letters = [word[0] for word in words[first : at + 1]]
    said = "".join(letter.text for letter in letters)
    is_one_piece = len({letter.piece for letter in letters}) == 1
    if sum(map(str.isalpha, said)) >= _LETTERED * len(said) and len(letters) >= (3 if is_one_piece else _LEAST_SPREAD):
        return len(letters)
    if _AMOUNT.fullmatch(said):
        return len(letters)
    return 1


def _torn(words: list[list[Letter]], first: int) -> int:
    """Return how many words from here on are one amount, each letter of which was put in its place by itself."""
    found, letters = 1, list(words[first])
    for at in range(first + 1, min(first + _MOST_TORN, len(words))):
        gap = words[at][0].start - letters[-1].end
        letters += words[at]
        if gap > _TORN_GAP * letters[-1].size or len({letter.piece for letter in letters}) < len(letters):
            break
        if _AMOUNT.fullmatch("".join(letter.text for letter in letters)):
            found = at - first + 1
    return found


def _as_written(letters: Sequence[Letter]) -> list[Token]:
    """Return the words of a slanting text as the file has them, one after the other."""
    words: list[list[Letter]] = [[]]
    for last, letter in pairwise([None, *letters]):
        if not letter or not letter.text:
            words.append([])
        elif last and last.text and abs(letter.left - last.left) + abs(letter.top - last.top) > 2.5 * letter.size:
            words.append([letter])
        else:
            words[-1].append(letter)
    found, place = list[Token](), 0.0
    for word in filter(None, words):
        token = _token(word)
        # They make one row, one after the other: where they stand says nothing of rows.
        found.append(replace(token, start=place, end=place + token.size * len(token.text), base=0.0))
        place = found[-1].end + token.size / 4
    return found


def _token(letters: list[Letter]) -> Token:
    return Token(
        "".join(letter.text for letter in _in_order(letters)),
        min(letter.left for letter in letters),
        min(letter.top for letter in letters),
        max(letter.right for letter in letters),
        max(letter.bottom for letter in letters),
        min(letter.start for letter in letters),
        max(letter.end for letter in letters),
        letters[0].base,
        max(letter.size for letter in letters),
    )


def _in_order(letters: list[Letter]) -> list[Letter]:
    """Return letters as they are read: Hebrew and Arabic ones from the right."""
    from_right = sum(unicodedata.bidirectional(letter.text[0]) in ("R", "AL") for letter in letters)
    return letters[::-1] if from_right * 2 > len(letters) else letters
