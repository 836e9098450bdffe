"""Placeholders in place of personal values, where a workflow tells a model none: `personal_to_model=False`.

A model is told `[customer 1]` for a customer's name wherever it stands in what it is handed, also in free text. Within
a question the same value has the same placeholder. In the answer the values are put back, so that a drafted reply can
name the customer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python

from workflows.documents.document import documents_in
from workflows.engine.case.source.heard import Heard
from workflows.engine.declare.personal import (
    SHORTEST,
    PersonalValue,
    countries_searched,
    personal_fields,
    searched_fields,
    values_in,
)
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.checks import less_sure
from workflows.engine.text.identifiers import finds_in
from workflows.engine.text.stand_ins import stands_out
from workflows.engine.text.written_forms import replacing
from workflows.labels import label_of
from workflows.model.envelope import with_texts
from workflows.model.port import Answer

CAP = 0.5
"""The highest confidence of a field in which a placeholder is left."""
PART = "[personal text]"
"""Stands in place of a part of a value that is longer than a line. It is not put back."""
_MOST_PARTS = 4
"""Most words of a value whose words are looked for by themselves, such as a first name."""


class Placeholders:
    """The placeholders of one question. Without values, it changes nothing."""

    def __init__(self, values: Iterable[PersonalValue] = (), *, beside: Iterable[str] = ()) -> None:
        """Give each value a placeholder. `beside`: all texts of the question, in which none of them stands already."""
        self._placeholders: dict[str, str] = {}
        """Value -> placeholder."""
        self._values: dict[str, str] = {}
        """Placeholder in small letters -> the value that is put back."""
        texts = "\n".join(beside).casefold()
        numbers: dict[str, int] = {}
        known: dict[str, str] = {}
        parts: dict[str, tuple[str, int]] = {}
        for value in values:
            folded = " ".join(value.text.casefold().split())
            if folded not in known:
                called = value.called.replace("_", " ")
                number = numbers.get(called, 0) + 1
                while f"[{called} {number}".casefold() in texts:
                    number += 1
                numbers[called] = number
                known[folded] = f"{called} {number}"
                self._values[f"[{known[folded]}]".casefold()] = value.text
            self._placeholders[value.text] = f"[{known[folded]}]"
            for place, word in enumerate(_words_of(value), 1):
                parts.setdefault(word, (known[folded], place))
        for word, (of, place) in parts.items():
            if word not in self._placeholders:
                self._placeholders[word] = f"[{of}.{place}]"
                self._values[f"[{of}.{place}]".casefold()] = word
        self._hidden = replacing(self._placeholders, lambda word, _: self._placeholders[word], mask=PART)
        names = sorted({re.escape(called) for called in numbers}, key=len, reverse=True)
        pattern = rf"\[(?:{'|'.join(names)}) [0-9]+(?:\.[0-9]+)?\]|{re.escape(PART)}"
        self._any = re.compile(pattern, re.IGNORECASE) if names else None

    @property
    def anything(self) -> bool:
        """True if there is anything to hide."""
        return bool(self._placeholders)

    def hide(self, text: str) -> str:
        """Return a text with placeholders in it."""
        if not self._placeholders:
            return text
        whole = self._placeholders.get(text.strip())
        return self._hidden(text) if whole is None else whole

    def put_back(self, text: str) -> str:
        """Return a text with the values in it again."""
        if self._any is None:
            return text
        return self._any.sub(lambda found: self._values.get(found[0].casefold(), found[0]), text)

    def hide_in(self, value: JsonValue) -> JsonValue:
        """Return a value with placeholders in it, also in place of numbers and in the names of a mapping."""
        match value:
            case str():
                return self.hide(value)
            case list():
                return [self.hide_in(inner) for inner in value]
            case dict():
                return {self.hide(name): self.hide_in(inner) for name, inner in value.items()}
            case None | bool():
                return value
        told = self.hide(str(value))
        return value if told == str(value) else told

    def put_back_in(self, value: JsonValue) -> JsonValue:
        """Return a value with the values in its texts again."""
        return with_texts(value, self.put_back)

    def answered(self, answer: Answer) -> Answer:
        """Return an answer with the values in it again."""
        if self._any is None:
            return answer
        back = self.put_back
        return replace(
            answer,
            values={name: self.put_back_in(value) for name, value in answer.values.items()}
            if answer.values is not None
            else None,
            alternatives={
                name: tuple(replace(one, value=back(one.value)) for one in others)
                for name, others in answer.alternatives.items()
            },
            evidence={name: back(quote) for name, quote in answer.evidence.items()},
            reasons=tuple(map(back, answer.reasons)),
            raw=back(answer.raw) if answer.raw is not None else None,
        )

    def without_left_over(self, proposal: Proposal[Any]) -> Proposal[Any]:
        """Return a proposal with less confidence in the fields that hold a placeholder which stands for nothing."""
        for name in type(proposal.output).model_fields if self._any is not None else ():
            kept = to_jsonable_python(getattr(proposal.output, name))
            if self._any is not None and any(self._any.search(text) for text in _texts(kept)):
                doubt = f"{label_of(type(proposal.output), name)} holds a placeholder that stands for nothing"
                proposal = less_sure(proposal, [name], cap=CAP, doubt=doubt)
        return proposal


def placeholders_of(
    workflow: AnyWorkflow, input: BaseModel, data: Mapping[str, object] | None = None, heard: Heard | None = None
) -> Placeholders:
    """Return the placeholders of a question; none where its workflow tells a model what is personal.

    `data`: what a model is handed. `heard`: what people said of the case before.
    """
    if workflow.personal_to_model:
        return Placeholders()
    data, heard = data or {}, heard or Heard()
    said = [text for one in heard.answers for text in (one.question, one.answer)]
    said += [one.reason for one in heard.refused]
    said += [text for one in heard.answers for file in documents_in(one.documents) for text in (file.name, file.text)]
    values = [*values_in(input), *values_in(dict(data)), *_refused(workflow, heard), *_found(workflow, said)]
    refused: list[JsonValue] = [dict(one.values) for one in heard.refused]
    plain = to_jsonable_python([input, data], fallback=str)
    return Placeholders(values, beside=[*_texts(plain), *_texts(refused), *said])


def text_told(workflow: AnyWorkflow, input: BaseModel) -> str:
    """Return a case as a model that reads text only is told it. Raise whatever the author's code raises."""
    return placeholders_of(workflow, input).hide(workflow.text_of(input))


def _words_of(value: PersonalValue) -> Sequence[str]:
    """Return the words of a value that no other text has by chance, such as a first name and a family name."""
    words = value.text.split()
    if value.is_found or not 1 < len(words) <= _MOST_PARTS:
        return ()
    bare = [word.strip(".,;:()") for word in words]
    return [word for word in bare if stands_out(word) and not word.isdigit()]


def _refused(workflow: AnyWorkflow, heard: Heard) -> Iterator[PersonalValue]:
    """Yield the personal values of answers that people refused, which a model is told of."""
    personal, searched = personal_fields(workflow.output), searched_fields(workflow.output)
    countries = countries_searched(workflow.output)
    for one in heard.refused:
        for name, value in one.values.items():
            for text in _texts(value):
                if name in personal and len(text.strip()) >= SHORTEST:
                    yield PersonalValue(text=text.strip(), called=name, is_found=False)
                elif name in searched:
                    yield from _finds(text, countries)


def _found(workflow: AnyWorkflow, said: Iterable[str]) -> Iterator[PersonalValue]:
    """Yield what is found in people's words, where a text of the input is searched."""
    if searched_fields(workflow.input):
        for text in said:
            yield from _finds(text, countries_searched(workflow.input))


def _finds(text: str, countries: Iterable[str]) -> Iterator[PersonalValue]:
    for find in finds_in(text, frozenset(countries)):
        yield PersonalValue(text=find.text, called=find.kind.value, is_found=True)


def _texts(value: JsonValue) -> Iterator[str]:
    """Yield the texts and the numbers in a value, as texts."""
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from _texts(inner)
        case dict():
            for name, inner in value.items():
                yield name
                yield from _texts(inner)
        case int() | float() if not isinstance(value, bool):
            yield str(value)
