"""Read models of spot checks, and the codes of what came of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import SpotCheckState, SpotCheckWhy
from workflows.engine.review.views import DocumentView
from workflows.engine.text.form_fields import Field

MAX_NOTE = 1_000
"""Most characters of a note on a grade."""


class Grade(StrEnum):
    """Grade of a difference between two answers."""

    SAME = "same"
    """It could stay: they say the same, or the person was wrong themselves."""
    MINOR = "minor"
    """It is wrong, and does no harm."""
    MAJOR = "major"
    """It is wrong, and has to be put right."""
    CRITICAL = "critical"
    """It is wrong and does harm."""


class Right(StrEnum):
    """The answer that a second person finds right, of two that they were not told the origin of."""

    ONE = "one"
    """The one that stands first."""
    OTHER = "other"
    NEITHER = "neither"


class Origin(StrEnum):
    """The origin of the answer that a second person finds right."""

    DELIVERED = "delivered"
    BLIND = "blind"
    """The first person's answer."""
    NEITHER = "neither"


TO_CORRECT = frozenset({Grade.MAJOR, Grade.CRITICAL})
"""Outcomes from which a correction follows."""


class End(StrEnum):
    """End of a spot check."""

    EQUAL = "equal"
    """The answers are equal, value by value."""
    CHANGED = "changed"
    """The first person, shown both answers, let what was delivered stand."""
    SECOND = "second"
    """A second person graded the difference."""
    NO_OTHER = "no_other"
    """Nobody else may grade it, so the first person's grade stands."""
    REVISION = "revision"
    """Without an outcome: newer content of the case came before it went out."""
    CORRECTION = "correction"
    """Without an outcome: something else was delivered in place of it."""
    RERUN = "rerun"
    """Without an outcome: the case was run again."""
    STOPPED = "stopped"
    """Without an outcome: the case was announced, and did not go out; a person decides it instead."""
    GONE = "gone"
    """Without an outcome: its workflow is not there any more."""
    FORGOTTEN = "forgotten"
    """Without an outcome: the content of its case was removed."""


class Became(StrEnum):
    """Outcome of the correction that follows from a spot check."""

    DUE = "due"
    """It is opened within moments."""
    OPENED = "opened"
    JOINED = "joined"
    """Another correction of the case waits already."""
    OVERTAKEN = "overtaken"
    """Something else was delivered since."""
    REPORTED = "reported"
    """The blind answer could not be proposed, so what was delivered is looked at as reported."""


class Task(StrEnum):
    """Task of a person in a spot check."""

    ANSWER = "answer"
    """Answer the case without seeing what was delivered."""
    GRADE = "grade"
    """Grade how their own answer differs from what was delivered."""
    SECOND = "second"
    """Grade how two answers differ, without being told whose they are."""


@dataclass(frozen=True, kw_only=True)
class PackPlace:
    """The pack of a spot check: what went alone before that was taken back."""

    number: int
    """Number of its cases."""
    left: int
    """Number of those that somebody has to look at."""


@dataclass(frozen=True, kw_only=True)
class PackNote:
    """News for an owner: all of a pack has been looked at."""

    workflow: str
    number: int
    looked_at: int
    """Number of those with an outcome; the others stood no more."""
    wrong: int
    to_correct: int
    """Number of those from which a correction follows."""


@dataclass(frozen=True, kw_only=True)
class BlindView:
    """A case that went alone, to be answered without seeing what was delivered."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    check: int
    version: int
    case: int
    key: str
    workflow: str
    question: str
    """The question that the workflow decides."""
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    due_at: datetime
    values: Mapping[str, str]
    """Field -> its default, as text in the form."""
    documents: Sequence[DocumentView] = ()
    """Its documents, in their order."""
    pack: PackPlace | None = None
    """The pack that it belongs to; None where it was drawn."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field in which two answers differ, both as texts in the form."""

    name: str
    label: str
    one: str
    other: str
    columns: Sequence[Field] = ()
    """Columns of a list of records, which stands in the form as rows of text; empty for anything else."""


@dataclass(frozen=True, kw_only=True)
class ComparisonView:
    """Two answers to a case, with the fields in which they differ."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    check: int
    version: int
    case: int
    key: str
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    differences: Sequence[Difference]
    is_second: bool
    """True if a second person is asked, who is not told whose the answers are. Otherwise `one` is what was delivered,
    and `other` is the person's own.
    """
    documents: Sequence[DocumentView] = ()
    """Its documents, in their order."""


@dataclass(frozen=True, kw_only=True)
class SpotCheckView:
    """A spot check that somebody has to look at, or what came of it. It shows no answer."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    check: int
    version: int
    state: SpotCheckState
    case: int
    key: str
    workflow: str
    drawn_at: datetime
    due_at: datetime
    answered_by: str | None
    second_by: str | None
    outcome: Grade | None
    end: End | None
    correction: Became | None
    review: int | None
    """Review of the correction that follows from it."""


@dataclass(frozen=True, kw_only=True)
class WaitingCheck:
    """A spot check in a list."""

    check: int
    version: int
    task: Task
    case: int
    key: str
    workflow: str
    why: SpotCheckWhy
    drawn_at: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChecksOfPerson:
    """The spot checks that wait for a person."""

    number: int = 0
    packed: int = 0
    """Number of those that went alone before that was taken back."""
    for_others: int = 0
    """Number of those beside them that are left to others at first, since the person answered the last ones."""


@dataclass(frozen=True, kw_only=True)
class ChecksOfChannel:
    """The spot checks of the workflows that post to a channel."""

    channel: str
    number: int
    """Number of those that somebody has to look at."""
    due_at: datetime | None
    """Time by which the first is due of those that were drawn; None where none was."""
    packed: int = 0
    """Number of those that went alone before that was taken back."""
