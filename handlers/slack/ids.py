"""The names that Slack sends back to us, and the references that buttons and modals carry."""

import re
from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.errors import Refused


class Action(StrEnum):
    """What can be pressed."""

    APPROVE = "approve"
    ALL_THE_SAME = "approve_all_the_same"
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


FORM = "form!"
"""How the block_id begins that names a form as it was drawn; no field can have that name."""


class Callback(StrEnum):
    """What can be submitted, or is only read."""

    EDIT = "edit"
    REJECT = "reject"
    RULE = "rule"
    REVIEW = "review"
    LIST = "list"
    READ = "read"
    CORRECT = "correct"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A review at the version that a person was shown: all that a button or a form carries."""

    review: int
    version: int
    generation: int
    """How often the database had been a backup: numbers are given out again after that."""

    def __str__(self) -> str:
        return _text(self.review, self.version, self.generation)

    @classmethod
    def read(cls, value: str) -> "Shown":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        review, version, generation = _numbers(value)
        return cls(review=review, version=version, generation=generation)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A delivery at the attempt that a person was asked about."""

    delivery: int
    attempt: int
    generation: int
    """As for `Shown`."""

    def __str__(self) -> str:
        return _text(self.delivery, self.attempt, self.generation)

    @classmethod
    def read(cls, value: str) -> "Tried":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        delivery, attempt, generation = _numbers(value)
        return cls(delivery=delivery, attempt=attempt, generation=generation)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A case with the run whose delivery a person was shown."""

    case: int
    run: int
    generation: int
    """As for `Shown`."""

    def __str__(self) -> str:
        return _text(self.case, self.run, self.generation)

    @classmethod
    def read(cls, value: str) -> "Delivered":
        """Read what came back from Slack. Raise `Refused` for what no button of ours carries."""
        case, run, generation = _numbers(value)
        return cls(case=case, run=run, generation=generation)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of the list of what waits, as the modals keep it in mind that are opened from it."""

    channel: str = ""
    """Whose cards are listed; empty: those of all channels."""
    first: int = 0
    """The place of its first review, from 0."""

    def __str__(self) -> str:
        return f"{self.channel}.{self.first}"

    @classmethod
    def read(cls, value: str) -> "Listed":
        """Read what came back from Slack; what no list of ours carries is the first page of all."""
        channel, _, first = value.rpartition(".")
        if not _PAGE.fullmatch(first) or not _CHANNEL.fullmatch(channel):
            return cls()
        return cls(channel=channel, first=int(first))


_PAGE, _CHANNEL = re.compile("[0-9]{1,6}"), re.compile("[A-Z0-9]{0,40}")


def _text(first: int, second: int, generation: int) -> str:
    return f"{first}.{second}" + (f".{generation}" if generation else "")


def _numbers(value: str) -> tuple[int, int, int]:
    parts = value.split(".")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise Refused("this button is not one of Countersign's")
    first, second, generation = (*map(int, parts), 0)[:3]
    if _text(first, second, generation) != value:
        raise Refused("this button is not one of Countersign's")
    return first, second, generation
