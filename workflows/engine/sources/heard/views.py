"""Read models of cases that came as messages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import Resolution, RunState
from workflows.documents.refusals import Why


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
    NO_WORDS = "no_words"
    """It is files alone, and the workflow reads none."""


@dataclass(frozen=True, kw_only=True)
class AnsweredNote:
    """The news in a thread of what became of the reply to a question."""

    case: int
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file where people talk, which can be fetched from there."""

    id: str
    """The face's name for it."""
    name: str = ""
    """Name of the file, as its sender called it. Untrusted; empty where it is not known yet."""


class NoFile(StrEnum):
    """The reason why a file cannot be fetched, and will not be later."""

    GONE = "gone"
    """It was deleted."""
    ELSEWHERE = "elsewhere"
    """It is in another system, and only linked here."""
    HIDDEN = "hidden"
    """The workspace's plan shows it no more."""
    NOT_READABLE = "not_readable"
    """We may not read it."""
    NOT_THEIRS = "not_theirs"
    """Another person uploaded it."""
    TOO_MANY = "too_many"
    """There are more files than are taken at once."""
    UNREACHABLE = "unreachable"
    """It could not be fetched for an hour."""


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """A file that was not taken, as it is kept: by codes, without its name."""

    place: int
    """Its place among the files that came with it, from 1."""
    why: NoFile | Why
    field: str = ""
    """Field of the form that it was chosen for; empty for a file of a message."""


@dataclass(frozen=True, kw_only=True)
class FilesRefusedNote:
    """The news, for whoever sent files, that some were not taken."""

    workflow: str
    problems: Sequence[FileProblem]
    files: int
    """Number of files that came."""
    is_message: bool
    """True if they came with a message; False: with a form, of which then nothing was handed in."""
    labels: Mapping[str, str]
    """Label of each field of the form that is named."""
    misfits: Sequence[str] = ()
    """Labels of other fields whose values did not fit."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply of the author of a message, in its thread."""

    place: str
    """The message."""
    author: str
    text: str
    attached: Sequence[Attached] = ()
    """Its files."""


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
    """Names of its files."""
    attached: Sequence[Attached] = ()
    """Those files, as far as they can be fetched."""
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
