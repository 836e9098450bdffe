"""Read models of removal: what there is to remove, what was removed, and what is not reached. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.states import RunState
from workflows.engine.declare.retention import ContentClass


class Why(StrEnum):
    """The reason for which content is removed."""

    CASE = "case"
    """Somebody named the case."""
    SUBJECT = "subject"
    """Words by which a person is found stand in it."""
    RETENTION = "retention"
    """It was kept for as long as its workflow says."""


class Bar(StrEnum):
    """A reason why the content of a case is not removed now."""

    HELD = "held"
    """It is under a legal hold."""
    RUNNING = "running"
    """A worker works on it."""
    DELIVERING = "delivering"
    """A worker delivers it."""
    DECIDED = "decided"
    """It is decided, and its delivery is still to come."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether it was delivered."""


class Unreached(StrEnum):
    """A place that may still hold what was removed, and that Countersign does not reach."""

    BACKUPS = "backups"
    VENDOR = "vendor"
    """The vendor of a model that was told the case."""
    TARGET = "target"
    """The system that the case was delivered to."""
    SOURCE = "source"
    """The system or file that the case came from."""
    COPIES = "copies"
    """Tests pulled from the case, exports, and spans that were sent."""
    OLD_HASHES = "old_hashes"
    """Hashes in the audit of a case from before there were salts: who guesses the content can check the guess."""
    KEYS = "keys"
    """Entries of the audit, which is never changed, that name the old key of a case."""
    FREE_PLACES = "free_places"
    """Places of the database's files that are free and not overwritten yet."""


@dataclass(frozen=True, kw_only=True)
class CaseToForget:
    """A case whose content somebody wants removed."""

    case: int
    key: str
    """As it is now: what is shown of it is for whoever may see the case."""
    workflow: str
    state: RunState
    """State of its newest run."""
    content: Mapping[ContentClass, int]
    """Number of texts and steps that are still there, by class."""
    is_open: bool
    """True if it ends by this: somebody, or a worker, has something left to do about it."""
    key_has_words: bool
    """True if the words stand in its key, so that this is replaced, too."""
    bar: Bar | None
    """Reason why its content stays for now; None where there is none."""
    hold: str | None
    """Reason of its legal hold; None where it has none."""
    erased_at: datetime | None
    """Time when its content was removed before; None where it was not."""
    follow_ups: Sequence[int] = ()
    """Cases that were made from it and have content, the nearest first: they hold what was made of it, and stay."""
    documents: int = 0
    """Documents that no other case holds: they go with it."""
    shared_documents: int = 0
    """Documents that another case holds as well: they stay."""

    @property
    def changes(self) -> bool:
        """True if forgetting it now removes, ends or renames anything."""
        return self.bar is None and bool(self.content or self.is_open or self.key_has_words)


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """Outcome of a removal for a case."""

    case: int
    removed: Mapping[ContentClass, int]
    """Number of texts and steps by class; empty where nothing was left."""
    ended: bool
    """True if the case was open until then."""
    new_key: str | None
    """Key that took the place of the one with the words; None where it stayed."""
    bar: Bar | None
    """Reason why nothing was done; None where it was."""
    documents: int = 0
    """Documents that went with it."""
    shared_documents: int = 0
    """Documents that stay, since another case holds them as well."""
    files_left: int = 0
    """Files that could not be removed from the folder of documents; serve tries again."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Plan of a removal, before anything is removed."""

    cases: Sequence[CaseToForget]
    reports: int = 0
    """Reports about no case in which the words stand."""
    causes: int = 0
    """Causes of failures in whose message the words stand."""
    volume_cases: int = 0
    """Inputs of volume tests in which the words stand."""
    unreached: Sequence[Unreached] = ()
    """Places that may hold something of these cases, and stay as they are."""

    @property
    def content(self) -> Mapping[ContentClass, int]:
        """The number of texts and steps by class, of the cases whose content can be removed now."""
        able = [one.content for one in self.cases if one.bar is None]
        return {of: number for of in ContentClass if (number := sum(each.get(of, 0) for each in able))}

    @property
    def documents(self) -> int:
        """The number of documents that go with these cases."""
        return sum(one.documents for one in self.cases if one.bar is None)


@dataclass(frozen=True, kw_only=True)
class LeftOver:
    """Remains of a case after its content was removed."""

    case: int
    content: Mapping[ContentClass, int]
    places: Sequence[str] = ()
    """Further places of its rows that should be empty, such as its salt."""

    @property
    def is_nothing(self) -> bool:
        """True if nothing is left."""
        return not self.content and not self.places


@dataclass(frozen=True, kw_only=True)
class RetentionLine:
    """Retention of a class of a workflow's content: its days, and how much of it there is."""

    workflow: str
    content: ContentClass
    days: int | None
    """None: until somebody removes it."""
    cases: int
    oldest: datetime | None
    """Time when the oldest of these cases came; None where there are none."""
    due: int
    """Number of cases that ended longer ago."""
    is_declared: bool
    """False if the workflow is not known here any more, so that the default holds."""
    is_held: bool
    """True if a legal hold keeps all content of the workflow."""


@dataclass(frozen=True, kw_only=True)
class LegalHoldView:
    """A legal hold."""

    id: int
    case: int | None
    """Its case; None where it is on a workflow."""
    key: str | None
    workflow: str | None
    reason: str
    placed_by: str
    placed_at: datetime


@dataclass(kw_only=True)
class Looked:
    """Result of one look at the content that is due."""

    cases: int = 0
    """Cases of which content was removed."""
    removed: dict[ContentClass, int] = field(default_factory=dict)
    put_off: int = 0
    """Cases whose content stays for now: they are open, or under a legal hold."""
    documents: int = 0
    """Documents that were removed, since no case holds them any more, or none ever did."""
    is_more_left: bool = False
    """True if more was due than one look does."""


@dataclass(frozen=True, kw_only=True)
class ExampleRows:
    """The examples of a workflow in which the words stand."""

    workflow: str
    file: str | None
    """The file that they stand in; None where the author's code has them from elsewhere."""
    rows: Sequence[int]
    """Their numbers, from 1."""
    marks: Sequence[str]
    """Their marks: see `workflows.engine.propose.examples.left_out`."""
    unread: str | None = None
    """Reason why the examples could not be read, so that nobody knows; None where they were."""


@dataclass(frozen=True, kw_only=True)
class RowsElsewhere:
    """The rows of a table in which the words stand."""

    table: str
    number: int
    rows: Sequence[int]
    """Ids of the first of them, up to `workflows.engine.privacy.elsewhere.MOST`."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Places beside the rows of the forgotten cases."""

    unknown_notes: int = 0
    """Notes in Slack about these cases of which nobody knows where they stand: an earlier version sent them."""
    sources: Sequence[str] = ()
    """Names of the programs that brought these cases, and may have been told how they stand."""
    examples: Sequence[ExampleRows] = ()
    """Examples in which the words stand. The file is not changed; the local model learns without them."""
    elsewhere: Sequence[RowsElsewhere] = ()
    """Rows of other tables in which the words stand. They are not changed."""
