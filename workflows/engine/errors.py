"""The errors of the engine, in one tree. A class docstring is what the error means; the message is for people.

    CountersignError
    ├── BadDeclaration
    ├── Refused
    │   ├── Unknown
    │   ├── Stale
    │   ├── Repeated
    │   ├── AlreadyDelivered
    │   ├── InvalidInput
    │   ├── QueueFull
    │   ├── InvalidOutput
    │   ├── BadReason
    │   └── NeverBroken
    ├── NotDone
    │   ├── TryAgain
    │   └── NotAllowed
    ├── OutcomeUnknown
    ├── NoProposal
    ├── Drifted
    └── Fenced

An author raises `NotDone`, `TryAgain`, `NotAllowed` and `OutcomeUnknown` in a step or a delivery; the others are the
engine's own.
"""

from collections.abc import Mapping, Sequence


class CountersignError(Exception):
    """Anything that Countersign itself has to say."""


class BadDeclaration(CountersignError):
    """A workflow is declared in a way that cannot work. For its author."""


class Refused(CountersignError):
    """What was asked is not possible, and nothing has changed. The message says why and what to do."""


class Unknown(Refused):
    """There is no such case, review or workflow."""


class Stale(Refused):
    """The review moved on since it was shown."""


class Repeated(Refused):
    """The very same thing was heard before, and is done."""


class AlreadyDelivered(Refused):
    """The case was delivered: it is corrected, not run again."""

    def __init__(self, run: int) -> None:
        """`run`: the one whose answer was delivered last."""
        self.run = run
        super().__init__("it was delivered; a delivered case is corrected, not run again")


class InvalidInput(Refused):
    """An input that is not taken in: it does not fit the workflow's input, or it is too large."""


class QueueFull(Refused):
    """So many cases are to be worked on that no more are taken in."""


class InvalidOutput(Refused):
    """A person's values do not fit the workflow's output."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """`errors`: field -> what is wrong with it, in plain words."""
        self.errors = dict(errors)
        super().__init__("; ".join(f"{field}: {error}" for field, error in self.errors.items()))


class BadReason(Refused):
    """The reason for a rejection is missing, too long, or cannot be kept."""


class NeverBroken(Refused):
    """A person's values run into a never: to be confirmed, or barred."""

    def __init__(self, sentences: Sequence[str], *, barred: bool) -> None:
        self.sentences = tuple(sentences)
        self.barred = barred
        rules = "; ".join(f"never {sentence}" for sentence in self.sentences)
        super().__init__(f"this is barred: {rules}" if barred else f"this has to be confirmed: {rules}")


class NotDone(CountersignError):
    """It is certain that the other system did nothing: it refused, or was never reached."""


class TryAgain(NotDone):
    """The other system did nothing this time and may well do it the next: it was busy, or not to be reached."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        """`after`: seconds that the other system asked to wait."""
        self.after = after
        super().__init__(message)


class NotAllowed(NotDone):
    """The other system does not accept our key, and a new one did not help."""


class OutcomeUnknown(CountersignError):
    """The other system may have done it or not: the connection dropped after sending."""


class NoProposal(CountersignError):
    """There is no usable proposal; a person gets the case with an empty form. The message says why."""

    def __init__(self, message: str, *, code: str = "no_proposal") -> None:
        """`code`: the reason as a word for programs, one of `workflows.model.port.NoAnswer` where a model gave none."""
        self.code = code
        super().__init__(message)


class Drifted(CountersignError):
    """A run met other calls than its journal holds: the code changed under it, or does not repeat itself."""


class Fenced(CountersignError):
    """Another worker has taken the run over, or it was superseded; what this one did is not recorded."""
