"""The answers of a case's source, as the code that proposes sees them: beside the input, which stays as it came."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from workflows.model.port import SourceAnswer

_answers: ContextVar[tuple[SourceAnswer, ...]] = ContextVar("countersign_source_answers", default=())


def source_answers() -> Sequence[SourceAnswer]:
    """Return what the source of the case answered to people's questions, oldest first.

    For a workflow's `propose`, and the same each time that a run calls it. Empty elsewhere. The model is told of them
    in any case.
    """
    return _answers.get()


@contextmanager
def answered(answers: Sequence[SourceAnswer]) -> Iterator[None]:
    """Have these answers seen in the block."""
    token = _answers.set(tuple(answers))
    try:
        yield
    finally:
        _answers.reset(token)
