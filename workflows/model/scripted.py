"""A model that follows a script, for tests and demonstrations. It is public, so that authors can use it too.

    model = ScriptedModel([says({"queue": "billing"}, confidence=0.9), ModelUnavailable("the provider is down")])
    model = ScriptedModel(lambda question: says({"queue": "billing"}, confidence=0.4))

Turns are answers, exceptions, or functions of the question.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from threading import Lock

from pydantic import JsonValue

from workflows.model.port import Alternative, Answer, Question, Usage

Turn = Answer | Exception | Callable[[Question], Answer]
"""One turn of the script: an answer, an error, or a function that makes an answer."""


class ScriptOver(RuntimeError):
    """The scripted model was asked more often than its script has turns.

    Not a `ModelError`, on purpose: a test that asks too often has to fail, and not pass for an outage.
    """


class ScriptedModel:
    """A model that follows a script, one turn for each question, and remembers its questions. Threads may share it."""

    def __init__(self, script: Iterable[Turn] | Callable[[Question], Answer] = ()) -> None:
        """Set the script: the turns in order, or a function that answers every question once they are used up."""
        self._always = script if callable(script) else None
        self._turns: deque[Turn] = deque() if callable(script) else deque(script)
        self._questions: list[Question] = []
        self._lock = Lock()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that it was asked, in order, also those without an answer."""
        with self._lock:
            return tuple(self._questions)

    def enqueue(self, *turns: Turn) -> None:
        """Add turns to the end of the script."""
        with self._lock:
            self._turns.extend(turns)

    def answer(self, question: Question) -> Answer:
        """Take the next turn. Raise it where it is an exception, or `ScriptOver` where there is none."""
        with self._lock:
            self._questions.append(question)
            turn = self._turns.popleft() if self._turns else self._always
            asked = len(self._questions)
        if turn is None:
            raise ScriptOver(
                f"the script of the model is over: nothing is left for question {asked}, asked by {question.workflow!r}"
            )
        if isinstance(turn, Exception):
            raise turn
        answer = turn if isinstance(turn, Answer) else turn(question)
        # It stands for a model that sees what it is shown.
        shown = tuple(one.number for one in question.documents if one.is_shown)
        return replace(answer, shown=shown) if shown and not answer.shown else answer


def says(
    values: Mapping[str, JsonValue],
    *,
    confidence: JsonValue = 0.9,
    alternatives: Mapping[str, Mapping[str, float]] | None = None,
    evidence: Mapping[str, str] | None = None,
    reasons: Iterable[str] = (),
    usage: Usage | None = None,
    cost: Decimal = Decimal(0),
    model: str = "scripted",
) -> Answer:
    """Make an answer from plain values, with the same confidence for each field.

    `confidence`: from 0 to 1, or anything that a model might write in its place. `alternatives`: field -> value ->
    probability, best first. `cost`: US dollars.
    """
    return Answer(
        model=model,
        values=dict(values),
        confidence=dict.fromkeys(values, confidence),
        alternatives={
            field: tuple(Alternative(value=value, probability=probability) for value, probability in others.items())
            for field, others in (alternatives or {}).items()
        },
        evidence=dict(evidence or {}),
        reasons=tuple(reasons),
        usage=usage or Usage(),
        cost=cost,
    )
