"""Cases of a person, found by words in any of their content: a name, a mail address, an IBAN.

Words are compared as a reader would: whole words, in any case and in any of Unicode's forms, with whatever stands
between them. In scripts that put no spaces between words, such as Chinese, Japanese and Thai, a word is found within
others. What is written in another way is not found: a name that is spelled otherwise, a nickname, a picture. The words
that somebody searches for are kept nowhere.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from store.cases import searches
from store.cases.searches import Text
from store.db.free_places import overwriting
from store.learning import volume_tests
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.privacy.messages import redraw_cause

SHORTEST = 3
"""Letters and digits that a subject has at least: fewer are in nearly every case."""
_SHORTEST_UNSPACED = 2
"""The same in a script that puts no spaces between words: many names have two characters there."""
MOST = 20
"""Most subjects of one search."""
_AT_ONCE = 1_000
"""Texts that are read at a time, so that a search takes little memory and no transaction is long."""
_CODE_DIGITS = 5
"""Digits from which a subject is a number or a code, whose parts may be written together or apart."""
_BETWEEN = r"[\W_]+"
_WITHIN = r"(?:\\[nrt]|[\W_])?"
"""Pattern of what may stand between two characters of a code; in JSON a line's end is written as two characters."""
_ESCAPED_SPACE = re.compile(r"\\[nrt]")
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")
_ESCAPED_TEXT = re.compile(r"(?:\\+u[0-9a-fA-F]{4})+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Letters of scripts that put no spaces between words, or put endings onto names: Thai, Lao, Burmese, Khmer, Japanese,
Chinese, Korean.
"""
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Characters that no reader sees: soft hyphens, joiners, marks of direction."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words by which a person is found. They are shown in no representation."""

    _patterns: tuple[re.Pattern[str], ...] = field(repr=False)
    """Each finds one subject in a text."""
    _hints: tuple[re.Pattern[str], ...] = field(repr=False)
    """Each finds what may be one subject in JSON, and misses none of them."""

    @classmethod
    def of(cls, subjects: Sequence[str]) -> "Words":
        """Read the words as somebody gave them. Raise `Refused` for too few letters, or too many subjects."""
        given = [_folded(one) for one in subjects]
        if not given or len(given) > MOST:
            raise Refused(f"name 1 to {MOST} subjects")
        for one in given:
            if len(_characters(one)) < (_SHORTEST_UNSPACED if _UNSPACED.search(one) else SHORTEST):
                raise Refused(f"a subject has at least {SHORTEST} letters or digits: fewer are in nearly every case")
        return cls(_patterns=tuple(map(_pattern, given)), _hints=tuple(map(_hint, given)))

    def stand_in(self, text: str) -> bool:
        """Tell whether one of the subjects stands in a plain text."""
        folded = _folded(_unescaped(text))
        return any(pattern.search(folded) for pattern in self._patterns)

    def stand_in_json(self, body: str) -> bool:
        """Tell whether one of the subjects stands in a text, a number or a name within a JSON value."""
        if not _ESCAPED.search(body):
            # Most texts are passed over like this, without being read as JSON.
            folded = _folded(body)
            if not any(hint.search(folded) for hint in self._hints):
                return False
        return any(self.stand_in(text) for text in _texts(json.loads(body)))


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows in which the words stand."""

    cases: Sequence[int]
    reports: Sequence[int]
    """Reports about no case."""
    causes: Sequence[int]
    """Causes of failures."""
    volume_cases: Sequence[int] = ()
    """Inputs of volume tests, which are no cases."""


def search(context: Context, words: Words, *, read: Callable[[int], None] = lambda _: None) -> Found:
    """Return all cases, reports and causes in which words stand. `read`: told of each number of texts that were read.

    Every text that is kept is read, a batch at a time, each in a transaction of its own.
    """
    found: set[int] = set()
    for of in (searches.contents, searches.steps):
        for text in _all(context, of, read):
            if text.case is not None and text.case not in found and words.stand_in_json(text.body):
                found.add(text.case)
    for text in _all(context, searches.keys, read):
        if words.stand_in(text.body):
            found.add(text.id)
    others: list[int] = []
    for text in _all(context, searches.reports, read):
        if words.stand_in(text.body):
            if text.case is not None:
                found.add(text.case)
            else:
                others.append(text.id)
    causes = [text.id for text in _all(context, searches.causes, read) if words.stand_in(text.body)]
    volume_cases = tuple(_volume_cases(context, words, read))
    return Found(cases=sorted(found), reports=others, causes=causes, volume_cases=volume_cases)


def blank(context: Context, found: Found) -> None:
    """Blank the reports about no case, the messages of causes and the inputs of volume tests in which words were
    found.
    """
    with context.database.write() as session, overwriting(session):
        for report in found.reports:
            searches.blank_report(session, report, team=context.team)
        for cause in found.causes:
            searches.blank_cause(session, cause, team=context.team)
            redraw_cause(session, cause, team=context.team, at=context.clock())
        for first in range(0, len(found.volume_cases), _AT_ONCE):
            some = found.volume_cases[first : first + _AT_ONCE]
            volume_tests.remove_text(session, some, team=context.team)


def _volume_cases(context: Context, words: Words, read: Callable[[int], None]) -> list[int]:
    found, after = list[int](), 0
    while True:
        with context.database.read() as session:
            batch = volume_tests.with_text(session, team=context.team, after=after, limit=_AT_ONCE)
        if not batch:
            return found
        found += [one.id for one in batch if words.stand_in_json(one.body)]
        after = batch[-1].id
        read(len(batch))


_Search = Callable[..., Sequence[Text]]


def _all(context: Context, of: _Search, read: Callable[[int], None]) -> Iterator[Text]:
    after = 0
    while True:
        with context.database.read() as session:
            batch = of(session, team=context.team, after=after, limit=_AT_ONCE)
        if not batch:
            return
        yield from batch
        after = batch[-1].id
        read(len(batch))


def _folded(text: str) -> str:
    """Return a text as it is compared: in one of Unicode's forms, without upper case and what no reader sees."""
    return text.casefold() if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _unescaped(text: str) -> str:
    """Return a text in which there may be JSON, such as an answer that a step returns, as JSON would be read."""
    if "\\" not in text:
        return text
    return _ESCAPED_SPACE.sub(" ", _ESCAPED_TEXT.sub(_characters_of, text))


def _characters_of(escaped: re.Match[str]) -> str:
    units = bytes.fromhex(re.sub(r"\\+u", "", escaped.group()))
    return units.decode("utf-16-be", errors="replace")


def _characters(folded: str) -> str:
    return re.sub(r"[\W_]", "", folded)


def _is_code(folded: str) -> bool:
    """Tell whether this is a number or a code, such as an IBAN, which people write with spaces in it or without."""
    return "@" not in folded and sum(one.isdigit() for one in folded) >= _CODE_DIGITS


def _pattern(folded: str) -> re.Pattern[str]:
    if _is_code(folded):
        within = r"[\W_]?".join(map(re.escape, _characters(folded)))
        return re.compile(rf"(?<![^\W_]){within}(?![^\W_])")
    words = [one for one in re.split(_BETWEEN, folded) if one]
    before = "" if _UNSPACED.match(words[0]) else r"(?<![^\W_])"
    after = "" if _UNSPACED.match(words[-1][-1]) else r"(?![^\W_])"
    return re.compile(f"{before}{_BETWEEN.join(map(re.escape, words))}{after}")


def _hint(folded: str) -> re.Pattern[str]:
    if _is_code(folded):
        return re.compile(_WITHIN.join(map(re.escape, _characters(folded))))
    return re.compile(re.escape(max(re.split(_BETWEEN, folded), key=len)))


def _texts(value: JsonValue) -> Iterator[str]:
    """Return all texts within a JSON value: names, texts and numbers."""
    ahead: list[JsonValue] = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            ahead += [*one, *one.values()]
        elif isinstance(one, list):
            ahead += one
        elif one is not None and not isinstance(one, bool):
            yield str(one)
