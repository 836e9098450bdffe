"""Read models of volume tests: what a report says, and one case of a review pack. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from workflows.model.prices import BATCH


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
    """Cases of the pack that nobody has judged."""
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
