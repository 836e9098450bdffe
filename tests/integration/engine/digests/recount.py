"""The numbers of the reports, counted once more: all rows are loaded, and plain loops go over them.

Written from the definitions in decision 0051, by another hand than the reports: it knows the tables and nothing else of
the product, and no SQL adds anything up.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from math import ceil, sqrt
from operator import attrgetter
from statistics import mean, stdev
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store import schema
from store.db.database import Database
from store.states import Resolution, ReviewState, RunState

RowT = TypeVar("RowT", bound=schema.Base)
OrderedT = TypeVar("OrderedT", timedelta, float, int)

ENDED = (RunState.DELIVERED, RunState.CLOSED)
BY_PEOPLE = (Resolution.BY_PERSON, Resolution.REJECTED)
LAPSES = ("lapsed", "expired")
"""Kinds of decisions that nobody made."""
NO_DECISIONS = (*LAPSES, "asked")
"""Those with a kind that a person made, and that decides nothing."""
FEW_MEASURED, FEW_LOOKS = 5, 30
Z90 = 1.6448536269514722
"""The number of standard deviations on each side of a 90 % interval."""
FEW_TIMINGS = 30
T90 = (
    *(float("inf"), 6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761),
    *(1.753, 1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701),
)
"""The same of Student's t, by degrees of freedom, from a printed table."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Local dates, from the first to the last."""

    first: date
    last: date
    zone: ZoneInfo

    def has(self, at: datetime | None) -> bool:
        """Tell whether a time is within it."""
        return at is not None and self._begins <= at < self._ends

    @cached_property
    def _begins(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=self.zone).astimezone(UTC)

    @cached_property
    def _ends(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=self.zone).astimezone(UTC)

    def day_of(self, at: datetime) -> date:
        """Return the local date of a time."""
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """All rows of a team that the numbers are made of."""

    workflows: Sequence[schema.Workflow] = ()
    cases: Sequence[schema.Case] = ()
    runs: Sequence[schema.Run] = ()
    steps: Sequence[schema.Step] = ()
    requests: Sequence[schema.ModelRequest] = ()
    proposals: Sequence[schema.Proposal] = ()
    reviews: Sequence[schema.Review] = ()
    decisions: Sequence[schema.Decision] = ()
    reports: Sequence[schema.Report] = ()
    spot_checks: Sequence[schema.SpotCheck] = ()
    contents: Mapping[int, str] = field(default_factory=dict)
    """Id -> JSON."""

    @cached_property
    def samples(self) -> set[int]:
        """The cases for which a sample answer was proposed."""
        sampled = {proposal.run_id for proposal in self.proposals if proposal.sample}
        return {run.case_id for run in self.runs if run.id in sampled}

    @cached_property
    def case_by_id(self) -> dict[int, schema.Case]:
        return {case.id: case for case in self.cases}

    @cached_property
    def run_by_id(self) -> dict[int, schema.Run]:
        return {run.id: run for run in self.runs}

    @cached_property
    def request_by_id(self) -> dict[int, schema.ModelRequest]:
        return {request.id: request for request in self.requests}

    @cached_property
    def decided_before_corrections(self) -> defaultdict[int, list[schema.Decision]]:
        """Case -> the decisions about it that stand, without those about corrections."""
        runs = self.run_by_id
        reviews = {review.id: review for review in self.reviews if runs[review.run_id].correction == 0}
        found: defaultdict[int, list[schema.Decision]] = defaultdict(list)
        for made in self.decisions:
            if made.review_id in reviews and made.revoked_at is None:
                found[reviews[made.review_id].case_id].append(made)
        return found

    @cached_property
    def last_decisions(self) -> dict[int, schema.Decision]:
        """Review -> its last decision that stands."""
        found: dict[int, schema.Decision] = {}
        for made in self.decisions:
            before = found.get(made.review_id)
            if made.revoked_at is None and (before is None or (before.at, before.id) < (made.at, made.id)):
                found[made.review_id] = made
        return found

    @cached_property
    def case_of_review(self) -> dict[int, int]:
        return {review.id: review.case_id for review in self.reviews}

    @cached_property
    def asked(self) -> set[int | None]:
        """The runs that made a request."""
        return {request.run_id for request in self.requests}


def kept(database: Database, *, team: int) -> Kept:
    """Load the rows of a team."""
    with database.read() as session:

        def every(table: type[RowT]) -> list[RowT]:
            # Records with the names of the columns: loops go over them many times, and nothing is changed.
            found = session.execute(select(*schema.Base.metadata.tables[table.__tablename__].columns))
            return cast(list[RowT], sorted((row for row in found if row.team_id == team), key=attrgetter("id")))

        return Kept(
            workflows=every(schema.Workflow),
            cases=every(schema.Case),
            runs=every(schema.Run),
            steps=every(schema.Step),
            requests=every(schema.ModelRequest),
            proposals=every(schema.Proposal),
            reviews=every(schema.Review),
            decisions=every(schema.Decision),
            reports=every(schema.Report),
            spot_checks=every(schema.SpotCheck),
            contents=dict(session.execute(select(schema.Content.id, schema.Content.body)).all()),
        )


def percentile(values: Iterable[OrderedT], part: float) -> OrderedT | None:
    """Return the lowest of the values that at least this part of them do not exceed; None where there are none."""
    found = sorted(values)
    return found[max(ceil(round(part * len(found), 9)) - 1, 0)] if found else None


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A case that came to an end within a span, by the last of its runs that did."""

    case: schema.Case
    run: schema.Run
    last_decision: str | None
    """The kind of the last decision about it that stands; None where nobody decided."""

    @property
    def took(self) -> timedelta:
        """From the first input of the case to the end of the run."""
        return self.run.changed_at - self.case.received_at


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The business numbers of a span, of one workflow or of all."""

    cases_in: int
    alone: int
    by_person: int
    """Approved, edited and answered by people."""
    rejected: int
    lapsed: int
    edited: int
    """Those of the reviewed whose last decision was an edit."""
    corrected: int
    arrival_to_delivery: tuple[timedelta | None, timedelta | None]
    """The times that half, and nine of ten, do not exceed."""
    card_to_decision: tuple[timedelta | None, timedelta | None]
    decided: int
    """Decisions that people made, of any kind, also those that were taken back: they took time."""
    seconds: tuple[float, ...]
    """The seconds of each of them where they are known."""
    cost: Decimal
    backlog: int
    oldest: datetime | None
    """Time since when the case waits that waits longest."""
    reviews_a_day: int | None
    """Reviews decided by people on the median day with decisions."""

    @property
    def resolved(self) -> int:
        """Cases that came to an end."""
        return self.alone + self.by_person + self.rejected + self.lapsed

    @property
    def reviewed(self) -> int:
        """Cases that people decided."""
        return self.by_person + self.rejected

    @property
    def straight_through(self) -> float | None:
        """The part of the resolved that went alone."""
        return self.alone / self.resolved if self.resolved else None

    @property
    def cost_per_case(self) -> Decimal | None:
        """Dollars for each case that came to an end."""
        return self.cost / self.resolved if self.resolved else None

    @property
    def measured(self) -> int:
        """Decisions whose seconds are known."""
        return len(self.seconds)

    @property
    def seconds_each(self) -> float | None:
        """Seconds of people for a decision; None where too few were measured."""
        return mean(self.seconds) if self.measured >= FEW_MEASURED else None

    @property
    def hours_of_people(self) -> float | None:
        """Hours that people took for all that they decided."""
        each = self.seconds_each
        return None if each is None else each * self.decided / 3600


def numbers(of: Kept, span: Span, *, workflow: str | None = None) -> Numbers:
    """Count the business numbers. `workflow`: the only one; None: all together."""
    ids = {row.id for row in of.workflows if workflow in (None, row.name)}
    samples = of.samples
    ended = [one for one in resolved(of, span) if one.case.workflow_id in ids]
    how = Counter(_how(one) for one in ended)
    theirs = {row.id for row in of.reviews if row.workflow_id in ids}
    decisions = [made for made in made_by_people(of, span) if made.review_id in theirs]
    reviews = [row for row in of.reviews if row.workflow_id in ids and row.case_id not in samples]
    last = of.last_decisions
    waited = [
        (last[row.id].at, last[row.id].at - row.opened_at)
        for row in reviews
        if row.state == ReviewState.DECIDED and row.id in last and last[row.id].kind not in NO_DECISIONS
        if span.has(last[row.id].at)
    ]
    open_now = [row for row in reviews if row.state in (ReviewState.OPEN, ReviewState.AWAITING_SECOND)]
    spent = costs(of, span)
    names = {row.name for row in of.workflows if row.id in ids}
    return Numbers(
        cases_in=sum(
            span.has(case.received_at) for case in of.cases if case.workflow_id in ids and case.id not in samples
        ),
        alone=how["alone"],
        by_person=how["by_person"],
        rejected=how["rejected"],
        lapsed=how["lapsed"],
        edited=sum(_how(one) in ("by_person", "rejected") and one.last_decision == "edited" for one in ended),
        corrected=len(corrected(of, span) & {case.id for case in of.cases if case.workflow_id in ids}),
        arrival_to_delivery=_half_and_nine([one.took for one in ended]),
        card_to_decision=_half_and_nine([took for _, took in waited]),
        decided=len(decisions),
        seconds=tuple(made.seconds for made in decisions if made.seconds is not None),
        cost=sum((line.dollars for line in spent if line.workflow in names), Decimal(0)),
        backlog=len({row.case_id for row in open_now}),
        oldest=min((row.opened_at for row in open_now), default=None),
        reviews_a_day=percentile(Counter(span.day_of(at) for at, _ in waited).values(), 0.5),
    )


def _how(one: Resolved) -> str:
    match one.run.resolution:
        case Resolution.ALONE:
            return "alone"
        case Resolution.BY_PERSON:
            return "by_person"
        case Resolution.REJECTED:
            return "rejected"
        case Resolution.LAPSED | Resolution.EXPIRED:
            return "lapsed"
        case _:
            raise AssertionError(f"run {one.run.id} ended and nobody resolved it")


def _half_and_nine(values: Sequence[timedelta]) -> tuple[timedelta | None, timedelta | None]:
    return percentile(values, 0.5), percentile(values, 0.9)


def resolved(of: Kept, span: Span) -> list[Resolved]:
    """Return the cases that came to an end within a span, sample cases left out."""
    samples, cases = of.samples, of.case_by_id
    ended: dict[int, schema.Run] = {}
    for run in of.runs:
        if run.correction == 0 and run.state in ENDED and span.has(run.changed_at) and run.case_id not in samples:
            before = ended.get(run.case_id)
            if before is None or (before.changed_at, before.id) < (run.changed_at, run.id):
                ended[run.case_id] = run
    decided = of.decided_before_corrections
    return [
        Resolved(case=cases[case], run=run, last_decision=_last_kind(decided[case], run))
        for case, run in sorted(ended.items())
    ]


def _last_kind(decided: Sequence[schema.Decision], run: schema.Run) -> str | None:
    until = [made for made in decided if made.at <= run.changed_at]
    return max(until, key=lambda made: (made.at, made.id)).kind if until else None


def made_by_people(of: Kept, span: Span) -> list[schema.Decision]:
    """Return all decisions that people made within a span, sample cases left out."""
    samples, cases = of.samples, of.case_of_review
    return [
        made
        for made in of.decisions
        if made.kind not in LAPSES and span.has(made.at) and cases[made.review_id] not in samples
    ]


def decisions_of_people(of: Kept, span: Span) -> list[schema.Decision]:
    """Return those of them that stand, and decide something."""
    return [made for made in made_by_people(of, span) if made.revoked_at is None and made.kind not in NO_DECISIONS]


def corrected(of: Kept, span: Span) -> set[int]:
    """Return the cases for which a correction was delivered within a span."""
    samples = of.samples
    return {
        run.case_id
        for run in of.runs
        if run.correction > 0 and run.state == RunState.DELIVERED and span.has(run.changed_at)
    } - samples


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Dollars that were spent at once: of a request to a model, or of a step that made none."""

    workflow: str
    case: int
    day: date
    dollars: Decimal
    model: str | None
    """None for a step that made no request, as of all below."""
    prompt_version: str | None
    saved: Decimal = Decimal(0)
    """Dollars of the answer that was given again, for which nothing was paid."""


def costs(of: Kept, span: Span) -> list[Spent]:
    """Return all that was spent within a span, without sample cases and evals.

    A request whose cost is not known counts with what was reserved for it.
    """
    samples, by_id = of.samples, of.request_by_id
    names = {row.id: row.name for row in of.workflows}
    found = []
    for request in of.requests:
        if request.case_id is None or request.case_id in samples or not span.has(request.began_at):
            continue
        given = by_id[request.cached_from] if request.cached_from is not None else None
        found.append(
            Spent(
                workflow=request.workflow,
                case=request.case_id,
                day=span.day_of(request.began_at),
                dollars=_dollars(request),
                model=request.model,
                prompt_version=request.prompt_version,
                saved=_dollars(given) if given is not None else Decimal(0),
            )
        )
    runs, asked = of.run_by_id, of.asked
    for step in of.steps:
        run = runs[step.run_id]
        if step.recalled_from is None and step.run_id not in asked and step.cost and span.has(step.started_at):
            if run.case_id in samples:
                continue
            found.append(
                Spent(
                    workflow=names[run.workflow_id],
                    case=run.case_id,
                    day=span.day_of(step.started_at),
                    dollars=step.cost,
                    model=None,
                    prompt_version=None,
                )
            )
    return found


def _dollars(request: schema.ModelRequest) -> Decimal:
    return request.reserved if request.cost is None else request.cost


def summed(spent: Iterable[Spent], by: Callable[[Spent], object]) -> dict[object, Decimal]:
    """Add up what was spent, by whatever is named."""
    found: defaultdict[object, Decimal] = defaultdict(Decimal)
    for line in spent:
        found[by(line)] += line.dollars
    return dict(found)


def usual(of_days: Mapping[date, Decimal], day: date) -> Decimal | None:
    """Return the median of the same weekday within the four weeks before; None for fewer than three such days.

    `of_days`: the number of each day on which there were cases.
    """
    before = [of_days[day - timedelta(weeks=n)] for n in range(1, 5) if day - timedelta(weeks=n) in of_days]
    if len(before) < 3:
        return None
    return sorted(before)[ceil(len(before) / 2) - 1]


def anomalies(of_days: Mapping[date, Decimal]) -> list[date]:
    """Return the days that cost more than three times what is usual, and more than a dollar."""
    found = []
    for day, dollars in sorted(of_days.items()):
        before = usual(of_days, day)
        if before is not None and dollars > 3 * before and dollars > 1:
            found.append(day)
    return found


@dataclass(frozen=True, kw_only=True)
class Look:
    """A blind look at a case that went alone."""

    is_wrong: bool
    probability: float
    """The probability with which the case was to be looked at."""


def looks(of: Kept, span: Span, *, workflow: str | None = None) -> list[Look]:
    """Return the spot checks with an outcome of what went alone and was delivered within a span."""
    runs, names = {run.id: run for run in of.runs}, {row.id: row.name for row in of.workflows}
    found = []
    for check in of.spot_checks:
        run = runs[check.run_id]
        assert run.resolution == Resolution.ALONE
        if run.state != RunState.DELIVERED or not span.has(run.changed_at):
            continue
        if check.is_error is not None and workflow in (None, names[check.workflow_id]):
            found.append(Look(is_wrong=check.is_error, probability=check.probability))
    return found


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimate with its 90 % interval."""

    value: float
    low: float
    high: float


def errors_per_thousand(looks: Sequence[Look]) -> Estimate | None:
    """Estimate the wrong ones among 1,000 that went alone (Hajek, with Wilson's interval); None for too few looks."""
    if len(looks) < FEW_LOOKS:
        return None
    weights = [1 / look.probability for look in looks]
    share = sum(weight for weight, look in zip(weights, looks, strict=True) if look.is_wrong) / sum(weights)
    # Kish: so many looks of equal weight would say as much.
    effective = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    middle = (share + Z90**2 / (2 * effective)) / (1 + Z90**2 / effective)
    half = Z90 / (1 + Z90**2 / effective) * sqrt(share * (1 - share) / effective + Z90**2 / (4 * effective**2))
    return Estimate(value=1000 * share, low=1000 * max(middle - half, 0.0), high=1000 * min(middle + half, 1.0))


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Cases as they were done by hand, before."""

    minutes: float
    """Mean minutes for a case."""
    timings: int | None
    """Number of cases that were timed; None where the minutes are somebody's word."""
    deviation: float | None
    """Standard deviation of the minutes of one case."""
    cost_per_hour: Decimal


def hours_freed(of: Numbers, baseline: Baseline) -> Estimate | None:
    """Return the hours that were freed, net of what people and models took; None where people were not measured.

    The interval is nothing wide where the minutes by hand were not measured.
    """
    people = of.hours_of_people
    if people is None:
        return None
    # What people rejected would have been rejected by hand, too, and sooner: nothing is claimed for it.
    replaced = of.alone + of.by_person
    hours = baseline.minutes / 60 * replaced - people - float(of.cost / baseline.cost_per_hour)
    if baseline.timings is None or baseline.deviation is None:
        return Estimate(value=hours, low=hours, high=hours)
    by_hand = replaced / 60 * baseline.deviation / sqrt(baseline.timings)
    by_people = of.decided / 3600 * stdev(of.seconds) / sqrt(of.measured)
    wide = (T90[baseline.timings - 1] if baseline.timings < FEW_TIMINGS else Z90) * sqrt(by_hand**2 + by_people**2)
    return Estimate(value=hours, low=hours - wide, high=hours + wide)


def edits(of: Kept, span: Span) -> Counter[tuple[str, str, str, str]]:
    """Count the edits that people made to proposals: (workflow, field, from, to). Corrections are left out."""
    reviews, proposals = {row.id: row for row in of.reviews}, {row.id: row for row in of.proposals}
    runs, names = {row.id: row for row in of.runs}, {row.id: row.name for row in of.workflows}
    found: Counter[tuple[str, str, str, str]] = Counter()
    for made in decisions_of_people(of, span):
        review = reviews[made.review_id]
        if made.kind != "edited" or review.proposal_id is None or runs[review.run_id].correction:
            continue
        assert made.output_id is not None
        proposed = json.loads(of.contents[proposals[review.proposal_id].content_id])["output"]
        decided = json.loads(of.contents[made.output_id])
        for name, before in proposed.items():
            if decided[name] != before:
                found[names[review.workflow_id], name, before, decided[name]] += 1
    return found


def rejections(of: Kept, span: Span) -> Counter[tuple[str, str]]:
    """Count the rejections by people, whatever followed: (workflow, reason)."""
    reviews, names = {row.id: row for row in of.reviews}, {row.id: row.name for row in of.workflows}
    return Counter(
        (names[reviews[made.review_id].workflow_id], json.loads(of.contents[made.reason_id]))
        for made in decisions_of_people(of, span)
        if made.kind == "rejected" and made.reason_id is not None
    )
