"""The errors that authors, tools and the engine share: the lowest room of `workflows`, so that all may raise them.

The whole tree is drawn in `workflows.engine.errors`.
"""


class CountersignError(Exception):
    """Anything that Countersign itself has to say."""


class NotDone(CountersignError):
    """It is certain that the other system did nothing: it refused, or was never reached."""


class TryAgain(NotDone):
    """The other system did nothing this time and may well do it the next: it was busy, or not to be reached."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        """`after`: seconds that the other system asked to wait."""
        self.after = after
        super().__init__(message)


class OutcomeUnknown(CountersignError):
    """The other system may have done it or not: the connection dropped after sending."""


class Unclear(CountersignError, ValueError):
    """A text that has no one sensible reading: none, or several. The message names them."""
