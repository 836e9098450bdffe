"""Read models of cases that came as messages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import Resolution, RunState


@dataclass(frozen=True, kw_only=True)
class Prefilled:
    """The form of an input before a person looks at it."""

    texts: Mapping[str, str]
    """Field -> text in the form."""
    is_no_case: bool = False
    """True if the workflow makes no case of the message by itself."""
    has_failed: bool = False
    """True if the workflow's function failed, so that only a text field is filled in."""


@dataclass(frozen=True, kw_only=True)
class HandedInView:
    """The result for an input that a person handed in."""

    workflow: str
    case: int
    is_new: bool
    is_revision: bool
    """True if it is a new revision of a case that was there. Neither: it was there with the same content."""
    is_told_in_thread: bool
    """True if the outcome is told in the thread of a message; False: to the person, by a direct message."""


@dataclass(frozen=True, kw_only=True)
class TakenInNote:
    """The news in a thread that its message is a case."""

    workflow: str
    case: int
    is_revision: bool
    """True if it is a new revision of a case that was there."""


@dataclass(frozen=True, kw_only=True)
class OutcomeNote:
    """The outcome of a case, as whoever sees the message that it came from may be told it."""

    workflow: str
    case: int
    state: RunState
    resolution: Resolution | None
    values: Mapping[str, str]
    """Label -> what was delivered, with personal values masked; empty where nothing was."""
    is_by_person: bool
    """True if a person decided it. Nobody is named: in a thread that would call them for what they did."""
    reason: str | None
    """The declared reason of a rejection that was chosen; None where it was another, whose words are not for all."""
    is_correction: bool


@dataclass(frozen=True, kw_only=True)
class QuestionNote:
    """A question to whoever handed a case in."""

    case: int
    workflow: str
    text: str
    """The question, with personal values masked."""
    answer_by: datetime
    is_in_thread: bool
    """True if an answer is heard in the thread; False: it is given at the card of the case."""


class Answer(StrEnum):
    """The result for a reply to a question."""

    TAKEN = "taken"
    TOO_LONG = "too_long"


@dataclass(frozen=True, kw_only=True)
class AnsweredNote:
    """The news in a thread of what became of the reply to a question."""

    case: int
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply of the author of a message, in its thread."""

    place: str
    """The message."""
    author: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MessageFailedNote:
    """Messages of a watched channel that were not taken in."""

    workflow: str
    channel: str
    sent_at: datetime
    """Time at which the first of them was written."""
    error: str
    """The name of the error's type."""
    number: int
    """Messages that failed for it since then."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message in a channel, as it was heard."""

    channel: str
    ts: str
    """The face's name for it."""
    author: str
    text: str
    sent_at: datetime
    link: str | None = None
    files: Sequence[str] = ()
    is_edit: bool = False
    """True if it was heard before, and its author wrote it anew."""
    edited_at: datetime | None = None
    """Time of that, in whole seconds; None for what is no edit."""
    is_bot: bool = False
    """True if another app wrote it."""

    @property
    def place(self) -> str:
        """The message, as the place of an origin."""
        return place_of(self.channel, self.ts)


def place_of(channel: str, ts: str) -> str:
    """Return the place of a message, where its source is told of the outcome."""
    return f"{channel}/{ts}"
