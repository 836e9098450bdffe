"""Words of past cases that a model was told of: none of them may reach an output.

What is compared are letters and digits alone, so that other signs, spaces or line breaks between them hide nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from pydantic import JsonValue

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.past_cases import name_for_all
from workflows.engine.text.form_fields import Kind, form_of
from workflows.invisible import is_invisible
from workflows.model.port import Answer, Recalled

RUN = 8
"""Words in a row that two texts do not share by chance."""
_SHORTEST = 5
"""Words of a whole text that do not stand in another one by chance, where the text has no more."""
_NUMBER = 5
"""Letters and digits of a number of a customer or an order, at least. A word counts as one where it has a digit."""
_CHOSEN = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.YES_NO})
"""Kinds of fields whose values everybody may know."""
_WORD = re.compile(r"[^\W_]+")


class Copied(StrEnum):
    """A part of a text that is not to stand in another one."""

    WORDS = "words"
    """Words in a row."""
    NUMBER = "number"
    """A number of a customer or an order."""


class Texts:
    """Texts that somebody wrote, to be held against others."""

    def __init__(self, *, said: Sequence[JsonValue], known: Sequence[JsonValue]) -> None:
        """`said`: what was written. `known`: what may stand in it."""
        self._said, self._known = _bare(said), _bare(known)

    def copied(self, text: str) -> Copied | None:
        """Return what they hold of a text and may not; None where they hold nothing of it."""
        words = _WORD.findall(_plain(text))
        runs = ("".join(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)))
        if len(words) >= _SHORTEST and any(map(self._has, runs)):
            return Copied.WORDS
        return Copied.NUMBER if any(_is_number(word) and self._has(word) for word in words) else None

    def _has(self, part: str) -> bool:
        return part in self._said and part not in self._known


def held_against_recalled(
    answer: Answer,
    recalled: Sequence[Recalled],
    *,
    workflow: AnyWorkflow,
    own: Sequence[JsonValue],
) -> Answer:
    """Return an answer with a doubt for each past case of which it holds words, or a number, that the case lacks.

    `own`: all that the model was told of the case itself.
    """
    if not recalled or answer.values is None:
        return answer
    chosen = {field.name for field in form_of(workflow.output) if field.kind in _CHOSEN}
    written = [value for name, value in answer.values.items() if name not in chosen]
    said: list[JsonValue] = [*written, list(answer.reasons), list(answer.evidence.values())]
    texts = Texts(said=said, known=own)
    doubts: list[str] = []
    for one in recalled:
        called = name_for_all(workflow, case=one.case, key=one.key)
        match texts.copied(one.data):
            case Copied.WORDS:
                doubts.append(f"it copies words of {called}, which is another case")
            case Copied.NUMBER:
                doubts.append(f"it names a number of {called}, which is another case")
    return replace(answer, doubts=(*answer.doubts, *doubts)) if doubts else answer


def _is_number(word: str) -> bool:
    return len(word) >= _NUMBER and any(char.isdigit() for char in word)


def _bare(values: Sequence[JsonValue]) -> str:
    """Return the letters and digits of all texts in values, one after the other."""
    return "".join(word for value in values for text in _texts(value) for word in _WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    seen = "".join(" " if char.isspace() else char for char in text if char.isspace() or not is_invisible(char))
    return unicodedata.normalize("NFKC", seen).casefold()


def _texts(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from _texts(inner)
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case int() | float() if not isinstance(value, bool):
            yield str(value)
