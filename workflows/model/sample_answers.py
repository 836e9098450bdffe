"""Answers written by hand, for a demonstration without any model. They must never pass for a model's.

Each one answers a single case, which is recognised by its whole text, and is marked as a sample. It is shown as one,
and no figure on accuracy, cost or savings counts it.
"""

from collections.abc import Mapping
from hashlib import sha256

from workflows.model import envelope
from workflows.model.envelope import Unreadable
from workflows.model.port import Answer, ModelUnavailable, Question

MODEL = "sample answers, written by hand"


class SampleAnswers:
    """A model that answers only the cases for which somebody wrote an answer. Threads may share it."""

    def __init__(self, envelopes: Mapping[str, str]) -> None:
        """Keep the answers. `envelopes`: the case as plain text -> the answer, as JSON in the form of a model's
        reply.
        """
        self._envelopes = {_mark(text): said for text, said in envelopes.items()}

    def answer(self, question: Question) -> Answer:
        """Return the answer to this very case. Raise `ModelUnavailable` where nobody wrote one."""
        said = self._envelopes.get(_mark(question.text))
        if said is None:
            raise ModelUnavailable(
                f"this case has no sample answer, written by hand; {question.workflow} has {len(self._envelopes)} of "
                "them: set ANTHROPIC_API_KEY to have a model read it"
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
            last=True,
        )


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
