"""Answers written by hand, for a demonstration without any model. They must never pass for a model's.

Each one answers a single case, which is recognised by its whole text and its documents, and is marked as a sample. It
is shown as one, and no figure on accuracy, cost or savings counts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from workflows.model import envelope
from workflows.model.envelope import Unreadable
from workflows.model.port import Answer, ModelUnavailable, NoAnswer, Question

MODEL = "sample answers, written by hand"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An answer written by hand to one case."""

    text: str
    """The case as plain text."""
    envelope: str
    """The answer, as JSON in the form of a model's reply."""
    documents: frozenset[str] = frozenset()
    """Hashes of the documents of the case."""


class SampleAnswers:
    """A model that answers only the cases for which somebody wrote an answer. Threads may share it."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        """Keep the answers. Of two to the same case, the later one counts."""
        self._samples: dict[str, list[Sample]] = {}
        self._number = 0
        for one in samples:
            self._number += 1
            self._samples.setdefault(_mark(one.text), []).insert(0, one)

    def answer(self, question: Question) -> Answer:
        """Return the answer to this very case. Raise `ModelUnavailable` where nobody wrote one."""
        asked = {one.sha256 for one in question.documents}
        said = next(
            (one.envelope for one in self._samples.get(_mark(question.text), ()) if asked <= one.documents), None
        )
        if said is None:
            raise ModelUnavailable(
                "this case has no sample answer, written by hand: set ANTHROPIC_API_KEY to have a model read it; "
                f"{question.workflow} has {self._number} of them",
                no_answer=NoAnswer.NO_SAMPLE,
            )
        shown = tuple(one.number for one in question.documents if one.is_shown)
        try:
            filled = envelope.read(said, question.output)
        except Unreadable as error:
            return Answer(model=MODEL, sample=True, problem=f"the sample answer cannot be read: {error}", raw=said)
        return Answer(
            model=MODEL,
            sample=True,
            values=filled.values,
            confidence=filled.confidence,
            alternatives=filled.alternatives,
            evidence=filled.evidence,
            reasons=filled.reasons,
            shown=shown,
            last=True,
        )


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
