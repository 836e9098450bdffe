"""The errors that authors, tools and the engine share: the lowest room of `workflows`, so that all may raise them.

The whole tree is drawn in `workflows.engine.errors`.
"""


class CountersignError(Exception):
    """Anything that Countersign itself has to say."""


class BadDeclaration(CountersignError):
    """A workflow, a step or a tool is declared in a way that cannot work. For its author."""


class NotDone(CountersignError):
    """It is certain that the other system did nothing: it refused, or was never reached."""


class TryAgain(NotDone):
    """The other system did nothing this time and may well do it the next: it was busy, or not to be reached."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        """`after`: seconds that the other system asked to wait."""
        self.after = after
        super().__init__(message)


class NotAllowed(NotDone):
    """The other system does not know us, or no longer: our token was refused, and a new one too."""


class Undeclared(NotDone):
    """A step would do what its workflow does not declare that it may; it was not called."""


class OutcomeUnknown(CountersignError):
    """The other system may have done it or not: the connection dropped after sending."""

    def __init__(self, message: str = "", *, after: float | None = None) -> None:
        """`after`: seconds that the other system asked to wait."""
        self.after = after
        super().__init__(message)


class NotConfirmed(OutcomeUnknown):
    """It may have been done or not, and was asked under a key: asked again under it, it is done only once."""


class TimeLimitPassed(OutcomeUnknown):
    """A workflow's code did not return in its time and was given up; what it still does comes too late."""


class CodeExited(CountersignError):
    """A workflow's code raised what is meant to end a program or a task, such as `SystemExit`."""


class TooSlow(CountersignError):
    """A pattern did not come to an end on a text in its time."""


class ContractBroken(CountersignError):
    """What came is not what was agreed. The message names where, each field, and what came instead."""


class InputBroken(ContractBroken, NotDone):
    """A step was called with what it does not take; nothing was done."""


class OutputBroken(ContractBroken, OutcomeUnknown):
    """A step or another system answered in another form than agreed; what was asked may have been done."""


class Unclear(CountersignError, ValueError):
    """A text that has no one sensible reading: none, or several. The message names them."""
