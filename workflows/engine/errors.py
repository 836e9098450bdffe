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
    │   ├── NotAllowed
    │   └── InputBroken (is a ContractBroken too)
    ├── OutcomeUnknown
    │   ├── NotConfirmed
    │   ├── TimeLimitPassed
    │   └── OutputBroken (is a ContractBroken too)
    ├── ContractBroken
    ├── CodeExited
    ├── TooSlow
    ├── Unclear
    ├── NoProposal
    ├── Drifted
    └── Fenced

An author raises `NotDone`, `TryAgain`, `NotAllowed` and `OutcomeUnknown` in a step or a delivery. Those and what tools
raise are declared in `workflows.errors`, below this room; the others are the engine's own.
"""

from collections.abc import Mapping, Sequence

from workflows.errors import (
    BadDeclaration,
    CodeExited,
    ContractBroken,
    CountersignError,
    InputBroken,
    NotAllowed,
    NotConfirmed,
    NotDone,
    OutcomeUnknown,
    OutputBroken,
    TimeLimitPassed,
    TooSlow,
    TryAgain,
    Unclear,
)

__all__ = [
    "AlreadyDelivered",
    "BadDeclaration",
    "BadReason",
    "CodeExited",
    "ContractBroken",
    "CountersignError",
    "Drifted",
    "Fenced",
    "InputBroken",
    "InvalidInput",
    "InvalidOutput",
    "NeverBroken",
    "NoProposal",
    "NotAllowed",
    "NotConfirmed",
    "NotDone",
    "OutcomeUnknown",
    "OutputBroken",
    "QueueFull",
    "Refused",
    "Repeated",
    "Stale",
    "TimeLimitPassed",
    "TooSlow",
    "TryAgain",
    "Unclear",
    "Unknown",
]


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


class NoProposal(CountersignError):
    """There is no usable proposal; a person gets the case with an empty form. The message says why."""

    def __init__(self, message: str, *, code: str = "no_proposal", said: str | None = None) -> None:
        """`code`: the reason as a word for programs, one of `workflows.model.port.NoAnswer` where a model gave none.

        `said`: what the model said in place of an answer.
        """
        self.code = code
        self.said = said
        super().__init__(message)


class Drifted(CountersignError):
    """A run met other calls than its journal holds: the code changed under it, or does not repeat itself."""


class Fenced(CountersignError):
    """Another worker has taken the run over, or it was superseded; what this one did is not recorded."""
