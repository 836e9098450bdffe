"""People's words on a case before a run: the answers that they refused, and what its source told them.

A run has both as they were when it began, so that it finds the same after a crash. They stand beside the input, which
stays as it was brought. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter

from workflows.documents.document import Document
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.sanitize import one_line
from workflows.model.port import Refusal, SourceAnswer

MOST_REFUSED = 20
"""Refused answers of a case that are kept for its next run: the last ones."""
_NAME = 100
"""Most characters of the name of a file in an answer."""
_REFUSED: TypeAdapter[tuple[Refusal, ...]] = TypeAdapter(tuple[Refusal, ...])
_ANSWERS: TypeAdapter[tuple[SourceAnswer, ...]] = TypeAdapter(tuple[SourceAnswer, ...])


@dataclass(frozen=True, kw_only=True)
class Heard:
    """People's words on a case before a run, oldest first."""

    refused: tuple[Refusal, ...] = ()
    answers: tuple[SourceAnswer, ...] = ()

    @classmethod
    def read(cls, *, refused: str | None, answers: str | None) -> "Heard":
        """Read both as they are kept; None: there is nothing of it."""
        return cls(
            refused=_REFUSED.validate_json(refused) if refused is not None else (),
            answers=_ANSWERS.validate_json(answers) if answers is not None else (),
        )

    def is_refused(self, values: Mapping[str, JsonValue]) -> bool:
        """Tell whether a person refused these very values."""
        return any(one.values == values for one in self.refused)


def answer_to_json(text: str, documents: Sequence[Document] = ()) -> str:
    """Write the answer to one question as it is kept: its words, and its files beside them where there are any."""
    if not documents:
        return canonical(text)
    return canonical({"text": text, "documents": [one.model_dump(mode="json") for one in documents]})


def answer_of_json(kept: JsonValue) -> tuple[str, tuple[Document, ...]]:
    """Return the words and the files of an answer as it is kept."""
    if not isinstance(kept, dict):
        return str(kept), ()
    listed = kept["documents"]
    assert isinstance(listed, list)
    return str(kept["text"]), tuple(Document.model_validate(one) for one in listed)


def names_of(documents: Sequence[Document]) -> str:
    """Return the words of an answer that is files alone."""
    return f"Files: {', '.join(one_line(one.name, _NAME) for one in documents)}"


def words_of(answers: Sequence[SourceAnswer]) -> list[str]:
    """Return what answers say in words. The names of files alone say nothing."""
    return [one.answer for one in answers if not one.documents or one.answer != names_of(one.documents)]


def refused_to_json(refused: Sequence[Refusal]) -> str:
    """Write refused answers as they are kept."""
    return canonical(_REFUSED.dump_python(tuple(refused[-MOST_REFUSED:]), mode="json"))


def answers_to_json(answers: Sequence[SourceAnswer]) -> str:
    """Write the answers of a source as they are kept."""
    return canonical(_ANSWERS.dump_python(tuple(answers), mode="json"))
