"""The ids that Slack sends back to us, and the references that buttons and modals carry."""

import re
from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.errors import Refused


class Action(StrEnum):
    """The buttons."""

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
    CLAIM = "claim"
    TAKE_OVER = "take_over"
    MORE = "more"
    """A card's menu. Each choice in it is one of the others."""


FORM = "form!"
"""Beginning of the block_id that names a version of a form; no field can have that name."""


class Callback(StrEnum):
    """The modals: forms to submit, and pages to read."""

    EDIT = "edit"
    REJECT = "reject"
    RULE = "rule"
    REVIEW = "review"
    LIST = "list"
    READ = "read"
    CORRECT = "correct"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A row as a person was shown it: all that a button or a form carries.

    The action or the callback says which table it is about: Happened, Not happened, Deliver and Look are about a
    delivery, Correct is about a case, and all others are about a review.
    """

    id: int
    """Of the review, the delivery or the case."""
    version: int
    """The review's version, the delivery's attempt, or the run that delivered the case; it has to be the same still."""
    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""

    def __str__(self) -> str:
        return f"{self.id}.{self.version}" + (f".{self.generation}" if self.generation else "")

    @classmethod
    def read(cls, value: str) -> "Shown":
        """Read a reference from Slack. Raise `Refused` for a text that no button of ours carries."""
        parts = value.split(".")
        if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            id, version, generation = (*map(int, parts), 0)[:3]
            shown = cls(id=id, version=version, generation=generation)
            # Written in another way, such as 07.1, it is none of ours either.
            if str(shown) == value:
                return shown
        raise Refused("this button is not from Countersign")


def chosen(action: Action, shown: Shown) -> str:
    """Return the value of a choice in a menu."""
    return f"{action}{_OF}{shown}"


def read_chosen(value: str) -> tuple[str, str]:
    """Return the action of a choice in a menu, and what that is about. Any text is taken."""
    action, _, shown = value.partition(_OF)
    return action, shown


_OF = ":"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of the list of reviews. The modals opened from it carry this."""

    channel: str = ""
    """Channel whose cards are listed; empty: all channels."""
    first: int = 0
    """Place of the page's first review, from 0."""

    def __str__(self) -> str:
        return f"{self.channel}.{self.first}"

    @classmethod
    def read(cls, value: str) -> "Listed":
        """Read a reference from Slack; an unknown text means the first page of all."""
        channel, _, first = value.rpartition(".")
        if not _PAGE.fullmatch(first) or not _CHANNEL.fullmatch(channel):
            return cls()
        return cls(channel=channel, first=int(first))


_PAGE, _CHANNEL = re.compile("[0-9]{1,6}"), re.compile("[A-Z0-9]{0,40}")
