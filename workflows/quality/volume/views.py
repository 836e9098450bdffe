"""Read models of volume tests: what a report says, and one case of a review pack. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from workflows.engine.review.views import DocumentView
from workflows.engine.text.form_fields import Field
from workflows.model.prices import BATCH
from workflows.quality.volume.packs import Why


class Verdict(StrEnum):
    """The outcome of a volume test."""

    GO = "go"
    NO_GO = "no_go"


class WhyNot(StrEnum):
    """Reasons for a no-go."""

    NO_FLOOR = "no_floor"
    """No floor is shown to hold the promise."""
    FLOOR_TOO_LOW = "floor_too_low"
    """The workflow's own floor is below the one that holds the promise."""
    UNJUDGED = "unjudged"
    """Cases of the pack wait for people."""
    UNTRIED = "untried"
    """Inputs were not tried yet."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FloorRow(_Kept):
    """Figures of one floor."""

    floor: float
    own: bool
    """True if it is the workflow's own."""
    alone: int
    """Cases that would go alone."""
    looked_at: int
    """Those of them of which somebody knows whether they are wrong."""
    wrong: int
    """Those of them that are."""
    share: float | None
    """Share of wrong ones, estimated, 0 to 1; None where nobody looked at any."""
    at_least: float
    at_most: float
    """Bounds of that share, each at 95 % confidence by itself."""


class Failure(_Kept):
    """A kind of failure, with the places of a few cases in the test."""

    kind: str
    """`field:NAME` for a wrong field; else a code."""
    count: int
    places: tuple[int, ...]


class Report(_Kept):
    """The figures of a volume test. They hold no text of a case."""

    test: int
    workflow: str
    verdict: Verdict
    why_not: WhyNot | None
    recommended: float | None
    """The lowest floor that holds the promise; None: everything to people."""
    promise: float
    """Share of wrong ones among those that go alone that may not be passed, 0 to 1."""
    tried: int
    drawn: int
    rows: int
    """Inputs in the file."""
    out_of_scope: int
    known: int
    """Cases whose right answer the file named."""
    packed: int
    waiting: int
    """Cases of the pack that nobody has judged, and whose text is kept."""
    base: float | None
    """Share of all proposals that are wrong or missing, estimated, 0 to 1."""
    at_best: float | None
    """Greatest share of cases that can go alone within the promise, 0 to 1."""
    own_floor: float | None
    floors: tuple[FloorRow, ...]
    failures: tuple[Failure, ...]
    dollars: Decimal
    """US dollars of the whole test."""
    dollars_each: float
    """US dollars of a case, as they were paid."""
    milliseconds_each: float | None
    """None where nobody knows: it was asked in batches."""
    in_batches: bool = False
    """True if it was asked in batches, at half the price of a live case."""
    per_day: float | None
    """Cases of a day; None where nobody said it and no date tells."""
    by_hand_minutes: float | None
    """Minutes that a person takes for a case by hand, as the workflow declares; None where it does not."""

    @property
    def dollars_each_live(self) -> float:
        """US dollars of a case that is asked live."""
        return self.dollars_each / float(BATCH) if self.in_batches else self.dollars_each

    def row(self, floor: float | None) -> FloorRow | None:
        """Return the row of a floor."""
        return next((row for row in self.floors if row.floor == floor), None)


@dataclass(frozen=True, kw_only=True)
class PackCase:
    """One case of a review pack."""

    test: int
    place: int
    workflow: str
    input: Mapping[str, JsonValue]
    output: Mapping[str, JsonValue] | None
    """The proposed values; None where there is no proposal."""
    why: str
    code: str | None
    waiting: int
    """Cases of the pack that nobody has judged, this one among them."""


@dataclass(frozen=True, kw_only=True)
class PackView:
    """One case of a review pack, for the person who judges it."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    id: int
    """Of its row."""
    test: int
    place: int
    """Place in the test, from 1."""
    workflow: str
    question: str
    """The question that the workflow decides."""
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    fields: Sequence[Field]
    """Fields of the workflow's output."""
    values: Mapping[str, str]
    """Field -> what is proposed, as text in the form; where nothing is, its default."""
    has_proposal: bool
    confidence: float | None
    """The proposal's confidence, 0 to 1."""
    why: Why
    """Reason why it is in the pack."""
    code: str | None
    """Code of the reason for a missing proposal, or type of the error."""
    reasons: Sequence[str]
    """Codes of the reasons for which it would go to a person."""
    floor: float | None
    """The workflow's floor when it was tried."""
    documents: Sequence[DocumentView] = ()
    """Its documents, in their order."""


@dataclass(frozen=True, kw_only=True)
class NextCase:
    """The case of a pack that comes next for a person, who has it open from now on."""

    view: PackView
    number: int
    """Number of those that are judged, and this one."""
    size: int
    """Cases of the pack."""


@dataclass(frozen=True, kw_only=True)
class PackPlace:
    """The place of a case in a review pack."""

    test: int
    place: int
    """Place in the test, from 1."""
    workflow: str
    judged_by: str | None
    """The person who judged it; None where nobody has."""


@dataclass(frozen=True, kw_only=True)
class PackState:
    """The state of a volume test and its pack."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    test: int
    workflow: str
    tried: bool
    """True if all inputs were tried."""
    removed: bool
    """True if its inputs were removed."""
    packed: int
    """Cases of the pack."""
    waiting: int
    """Those of them that nobody has judged."""

    @property
    def size(self) -> int:
        """Number of cases of the pack."""
        return max(self.packed, self.waiting)

    @property
    def number(self) -> int:
        """Number of those that are judged, and the next one."""
        return self.size - self.waiting + 1


class News(StrEnum):
    """The news of a volume test that people are told."""

    TRIED = "tried"
    """All inputs were tried."""
    JUDGED = "judged"
    """All cases of its pack are judged, and its report is made."""


@dataclass(frozen=True, kw_only=True)
class VolumeNote:
    """News of a volume test. It holds no text of a case."""

    news: News
    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    test: int
    workflow: str
    tried: int
    """Inputs that were tried."""
    failed: int
    """Those of them without a proposal, though there should be one."""
    packed: int
    """Cases of the pack."""
    verdict: Verdict | None
    """Go or no-go, once all are judged."""
    may_judge: bool
    """True if whoever is told may judge cases of the pack, and some wait."""


@dataclass(frozen=True, kw_only=True)
class TestLine:
    """A volume test in a list."""

    test: int
    workflow: str
    file: str
    by: str
    size: int
    began_at: datetime
    ended_at: datetime | None
    in_batches: bool
    verdict: str | None
    removed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row of a judged pack that cannot be used."""

    line: int
    why: str


@dataclass(frozen=True, kw_only=True)
class JudgedFile:
    """Result of judging a pack."""

    judged: int
    blank: int
    """Rows without a verdict."""
    bad: Sequence[BadRow]
