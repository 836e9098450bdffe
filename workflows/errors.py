"""The errors that authors, tools and the engine share. This is the lowest room of `workflows`, so that all may raise
them.

The whole tree is drawn in `workflows.engine.errors`.
"""


class CountersignError(Exception):
    """The base of all errors that Countersign itself raises."""

    dependency: str | None = None
    """Name of the other system that it is about, as people call it; None where it names none."""


class BadDeclaration(CountersignError):
    """A workflow, a step or a tool is declared in a way that cannot work. For its author."""


class NotDone(CountersignError):
    """It is certain that the other system did nothing: it refused, or was never reached."""


class TryAgain(NotDone):
    """The other system did nothing this time, but may do it next time: it was busy or could not be reached."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        """Keep the seconds that the other system asked to wait (`after`), if it named any."""
        self.after = after
        super().__init__(message)


class NotAllowed(NotDone):
    """The other system does not accept us: it refused our token, and a new token as well."""


class Undeclared(NotDone):
    """A step would do something that its workflow does not declare in `may`; it was not called."""


class OutcomeUnknown(CountersignError):
    """The other system may have done it or not, for example because the connection dropped after sending."""

    def __init__(self, message: str = "", *, after: float | None = None) -> None:
        """Keep the seconds that the other system asked to wait (`after`), if it named any."""
        self.after = after
        super().__init__(message)


class NotConfirmed(OutcomeUnknown):
    """The outcome is unknown, but the request carried an idempotency key: sent again, it is done only once."""


class TimeLimitPassed(OutcomeUnknown):
    """A workflow's code did not return within its time and was given up. Anything that it still does comes too late."""


class CodeExited(CountersignError):
    """A workflow's code raised an exception that is meant to end a program or a task, such as `SystemExit`."""


class TooSlow(CountersignError):
    """A pattern was not matched against a text within its time."""


class ContractBroken(CountersignError):
    """A value does not have the agreed form. The message names the place, each field, and the value that came
    instead.
    """


class InputBroken(ContractBroken, NotDone):
    """A step was called with arguments that it does not take; nothing was done."""


class OutputBroken(ContractBroken, OutcomeUnknown):
    """A step or another system answered in another form than agreed. The request itself may have been carried out."""


class Unclear(CountersignError, ValueError):
    """A text has no single sensible reading: none, or several. The message names them."""
