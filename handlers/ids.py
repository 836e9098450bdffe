"""The names that Slack sends back to us, and the references that buttons and modals carry."""

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.errors import Refused


class Action(StrEnum):
    """What can be pressed."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    DETAILS = "details"
    START = "start_reviewing"
    REVIEW = "review"
    NEXT = "next_review"
    PAGE = "page"
    HAPPENED = "happened"
    NOT_HAPPENED = "not_happened"
    DELIVER = "deliver_again"
    LOOK = "look"
    CORRECT = "correct"


class Callback(StrEnum):
    """What can be submitted, or is only read."""

    EDIT = "edit"
    REJECT = "reject"
    REVIEW = "review"
    LIST = "list"
    READ = "read"
    CORRECT = "correct"


class Command(StrEnum):
    """Slash commands."""

    RERUN = "/rerun"
    COUNTERSIGN = "/countersign"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A review at the version that a person was shown: all that a button or a form carries."""

    review: int
    version: int

    def __str__(self) -> str:
        return f"{self.review}.{self.version}"

    @classmethod
    def read(cls, value: str) -> "Shown":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        review, version = _pair(value)
        return cls(review=review, version=version)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A delivery at the attempt that a person was asked about."""

    delivery: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.delivery}.{self.attempt}"

    @classmethod
    def read(cls, value: str) -> "Tried":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        delivery, attempt = _pair(value)
        return cls(delivery=delivery, attempt=attempt)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A case with the run whose delivery a person was shown."""

    case: int
    run: int

    def __str__(self) -> str:
        return f"{self.case}.{self.run}"

    @classmethod
    def read(cls, value: str) -> "Delivered":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        case, run = _pair(value)
        return cls(case=case, run=run)


def _pair(value: str) -> tuple[int, int]:
    first, _, second = value.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (first, second)):
        raise Refused("this button is not one of Countersign's")
    pair = int(first), int(second)
    if f"{pair[0]}.{pair[1]}" != value:
        raise Refused("this button is not one of Countersign's")
    return pair
