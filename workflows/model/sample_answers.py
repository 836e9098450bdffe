"""Answers written by hand, for a demonstration without any model: never to be taken for a model's.

Each answers one case, known by its whole text, and is marked as a sample. So it is shown as one, and no figure on
accuracy, cost or what was saved counts it.
"""

from collections.abc import Mapping
from hashlib import sha256

from workflows.model import envelope
from workflows.model.envelope import Unreadable
from workflows.model.port import Answer, ModelUnavailable, Question

MODEL = "sample answers, written by hand"


class SampleAnswers:
    """Answers the cases that somebody wrote an answer for. May be shared between threads."""

    def __init__(self, envelopes: Mapping[str, str]) -> None:
        """`envelopes`: the case as plain text -> what a model would say of it, as JSON."""
        self._envelopes = {_mark(text): said for text, said in envelopes.items()}

    def answer(self, question: Question) -> Answer:
        """The answer to this very case. Raise `ModelUnavailable` where nobody wrote one."""
        said = self._envelopes.get(_mark(question.text))
        if said is None:
            raise ModelUnavailable(
                f"sample answers, written by hand, are there for {len(self._envelopes)} cases of {question.workflow}"
                " only, and this is none of them: set ANTHROPIC_API_KEY to have a model read it"
            )
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
        )


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
