"""The errors of the engine, in one tree. A class docstring says what the error means; the message is for people.

    CountersignError
    ├── BadDeclaration
    ├── Refused
    │   ├── Unknown
    │   ├── Stale
    │   ├── Repeated
    │   ├── NotAccepted
    │   ├── OtherRequest
    │   ├── SamePerson
    │   ├── OwnCase
    │   ├── NotBlind
    │   ├── AlreadyDelivered
    │   ├── CorrectionWaits
    │   ├── ContentRemoved
    │   ├── InvalidInput
    │   ├── QueueFull
    │   ├── InvalidOutput
    │   ├── FormChanged
    │   ├── BadReason
    │   └── NeverBroken
    ├── NotDone
    │   ├── TryAgain
    │   ├── NotAllowed
    │   ├── Undeclared
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
    ├── Misfit
    ├── AuthorFailed
    ├── Drifted
    └── Fenced

An author raises `NotDone`, `TryAgain`, `NotAllowed` and `OutcomeUnknown` in a step or a delivery. Those and the errors
of tools are declared in `workflows.errors`, below this room; the others are the engine's own.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from workflows.complaints import WHOLE
from workflows.engine.pauses import Pause
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
    Undeclared,
)

__all__ = [
    "AlreadyDelivered",
    "AuthorFailed",
    "BadDeclaration",
    "BadReason",
    "CodeExited",
    "ContentRemoved",
    "ContractBroken",
    "CountersignError",
    "Drifted",
    "Fenced",
    "FormChanged",
    "InputBroken",
    "InvalidInput",
    "InvalidOutput",
    "Misfit",
    "NeverBroken",
    "NoProposal",
    "NotAccepted",
    "NotAllowed",
    "NotBlind",
    "NotConfirmed",
    "NotDone",
    "OtherRequest",
    "OutcomeUnknown",
    "OutputBroken",
    "OwnCase",
    "QueueFull",
    "Refused",
    "Repeated",
    "SamePerson",
    "Stale",
    "TimeLimitPassed",
    "TooSlow",
    "TryAgain",
    "Unclear",
    "Undeclared",
    "Unknown",
]


class Refused(CountersignError):
    """The request is not possible, and nothing has changed. The message says why and what to do."""


class Unknown(Refused):
    """There is no such case, review or workflow."""


class Stale(Refused):
    """The review moved on since it was shown."""


class Repeated(Refused):
    """The very same request arrived before and is done."""


class NotAccepted(Refused):
    """A key is not accepted. Why it is not is told to nobody: it may be unknown, revoked or expired."""

    def __init__(self) -> None:
        super().__init__("this key is not accepted; ask an operator for another one")


class OtherRequest(Refused):
    """The idempotency key was used for another request."""

    def __init__(self) -> None:
        super().__init__(
            "this idempotency key was used for another request, and nothing was done; send the first request "
            "unchanged, or use a new key"
        )


class SamePerson(Refused):
    """A second person is needed, and this one was the first."""


class OwnCase(Refused):
    """The workflow lets nobody decide what they handed in, or asked for."""


class NotBlind(Refused):
    """The person knows what was delivered for the case, so they cannot look at it blind."""


class ContentRemoved(Refused):
    """The content of the case was removed, so nothing can be decided, run or shown of it any more."""

    def __init__(self, message: str = "", *, case: int, at: datetime | None = None) -> None:
        """Keep the case. `at`: the time when all of its content was removed; None where only a part was."""
        self.case, self.at = case, at
        when = f" on {at:%Y-%m-%d}" if at is not None else ""
        super().__init__(message or f"the content of case {case} was removed{when}, so nothing more is done with it")


class AlreadyDelivered(Refused):
    """The case was delivered. It can be corrected, but not run again."""

    def __init__(self, run: int) -> None:
        """Keep the run whose answer was delivered last."""
        self.run = run
        super().__init__("it was delivered; a delivered case is corrected, not run again")


class CorrectionWaits(Refused):
    """A correction of the case waits for a decision already."""

    def __init__(self, *, review: int, version: int, channel: str | None) -> None:
        """Keep the review and its version. `channel`: the one where its card is shown; None for none."""
        self.review, self.version, self.channel = review, version, channel
        where = f", in {channel}" if channel else ""
        super().__init__(f"a correction of this case waits already{where}; decide that one first")


class InvalidInput(Refused):
    """An input was not taken in: it does not fit the workflow's input, or it is too large."""

    def __init__(self, message: str, *, errors: Mapping[str, str] | None = None) -> None:
        """Keep the errors: field -> what is wrong with it, in plain words. Left out, it is wrong as a whole."""
        self.errors = dict(errors or {WHOLE: message})
        super().__init__(message)


class QueueFull(Refused):
    """Too many cases wait for work, so no more are taken in."""


class InvalidOutput(Refused):
    """A person's values do not fit the workflow's output."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the errors: field -> what is wrong with it, in plain words."""
        self.errors = dict(errors)
        super().__init__("; ".join(f"{field}: {error}" for field, error in self.errors.items()))


class FormChanged(Refused):
    """The proposal does not fit the form as it is now. A person has to look at it in the present form."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the errors: field -> what is wrong with it, in plain words."""
        self.errors = dict(errors)
        super().__init__(
            f"the form has changed since this was proposed: {_listed(self.errors)}; nothing was recorded. Edit it: "
            "the form has the known values"
        )


class BadReason(Refused):
    """The reason for a rejection is missing, too long, or cannot be kept."""


class NeverBroken(Refused):
    """A person's decision breaks a never that they were not shown: they confirm it, or it is barred."""

    def __init__(self, sentences: Sequence[str], *, barred: bool) -> None:
        self.sentences = tuple(sentences)
        self.barred = barred
        self.mark = sha256(json.dumps(sorted(set(sentences))).encode()).hexdigest()[:16]
        """A hash of these rules, so that a person confirms exactly those that they were shown."""
        rules = "; ".join(f"never {sentence}" for sentence in self.sentences)
        super().__init__(f"this is barred: {rules}" if barred else f"this has to be confirmed: {rules}")


def _listed(errors: Mapping[str, str]) -> str:
    return "; ".join(error if field == WHOLE else f"{field}: {error}" for field, error in errors.items())


class NoProposal(CountersignError):
    """There is no usable proposal, so a person gets the case with an empty form. The message says why."""

    def __init__(
        self, message: str, *, code: str = "no_proposal", said: str | None = None, pause: Pause | None = None
    ) -> None:
        """`code`: the reason as a word for programs, one of `workflows.model.port.NoAnswer` where a model gave none.

        `said`: what the model said in place of an answer. `pause`: of the workflow, where that is why.
        """
        self.code = code
        self.said = said
        self.pause = pause
        super().__init__(message)


class Misfit(CountersignError):
    """A value does not fit a form, or would be another value once it is kept and read back."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the errors: field -> what is wrong with it, in plain words."""
        self.errors = dict(errors)
        super().__init__(_listed(self.errors))


class AuthorFailed(CountersignError):
    """An author's own code failed: a validator, a key, a scope, a rule. The message names its error."""


class Drifted(CountersignError):
    """A run made other calls than its journal holds: its code changed, or does not repeat itself."""


class Fenced(CountersignError):
    """Another worker has taken the run over, or a newer run superseded it. This worker's result is not recorded."""
