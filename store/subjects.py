"""Subjects of intents, messages and audit entries: a kind of thing, and the number of its row."""

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """The kinds of things."""

    CASE = "case"
    RUN = "run"
    REVIEW = "review"
    SPOT_CHECK = "spot_check"
    ANNOUNCEMENT = "announcement"
    """A case that is delivered after a while, unless somebody stops it."""
    QUESTION = "question"
    """A question to the source of a case."""
    DELIVERY = "delivery"
    WORKFLOW = "workflow"
    TEAM = "team"
    OUTAGE = "outage"
    TARGET = "target"
    """An outage of a target of deliveries."""
    CAUSE = "cause"
    """A cause of failures."""
    TROUBLE = "trouble"
    """A time in which many calls of a system fail."""
    OVERRUN = "overrun"
    DIGEST = "digest"
    COURSE = "course"
    """The question whether a workflow is to expand, hold or stop."""
    OUTBOX = "outbox"
    """A row of the outbox."""
    CHANNEL = "channel"
    GROUP = "group"
    PERSON = "person"
    DEPLOYMENT = "deployment"
    """A version of a workflow, on its way or live."""
    EPOCH = "epoch"
    """The time over which a version earns its autonomy, with its evidence."""
    MODEL = "model"
    SOURCE = "source"
    """A place that cases come from."""

    def of(self, id: int) -> "Subject":
        """Name a thing of this kind by the id of its row."""
        return Subject(kind=self, id=id)

    @property
    def unnumbered(self) -> "Subject":
        """Name a thing of this kind that has no row, or is not known: which one it is stands beside it."""
        return Subject(kind=self, id=0)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A thing."""

    kind: SubjectKind
    id: int
    """Of its row; 0 where it has none."""

    def __str__(self) -> str:
        """Name it for a log or a list; nothing reads this back."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)
