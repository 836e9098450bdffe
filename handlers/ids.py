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


class Callback(StrEnum):
    """What can be submitted, or is only read."""

    EDIT = "edit"
    REJECT = "reject"
    REVIEW = "review"
    LIST = "list"
    READ = "read"


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
        review, _, version = value.partition(".")
        if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (review, version)):
            raise Refused("this button is not one of Countersign's")
        shown = cls(review=int(review), version=int(version))
        if str(shown) != value:
            raise Refused("this button is not one of Countersign's")
        return shown
