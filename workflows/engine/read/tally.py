"""The results of many cases, and how often proposals were right where the right answer is known."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import JsonValue

from store.cases import cases, contents, deliveries, journal
from store.cases.review import reports, reviews
from store.states import LAPSES, STOPPED, Resolution, RunState
from workflows.engine.context import Context
from workflows.engine.review.decisions import LAPSES as NO_DECISIONS

_AT_ONCE = 500
_UNDER_WAY = (RunState.READY, RunState.RUNNING, RunState.DELIVERING)


@dataclass(frozen=True, kw_only=True)
class Hits:
    """Number of right values, and number of values that were compared."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """Share of right values from 0 to 1; None where nothing was compared."""
        return self.right / self.of if self.of else None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts over some cases. Cases with sample answers are left out, except among failed and unfinished ones."""

    cases: int
    alone: int
    """Cases resolved alone and delivered."""
    to_review: int
    """Cases that wait for a person now."""
    decided: int
    """Cases that a person decided, whatever the decision."""
    lapsed: int
    """Cases that went on or closed because nobody answered in time."""
    failed: int
    """Cases that failed, are parked or are in doubt."""
    unfinished: int
    """Cases that are ready or being worked on."""
    cost: Decimal
    """US dollars of all their runs."""
    corrected: int = 0
    """Cases for which a correction was delivered: errors that a person confirmed."""
    samples: int = 0
    """Further cases, whose proposals were written by hand for a demonstration."""
    right_alone: Mapping[str, Hits] = field(default_factory=dict)
    """Output field -> how often its value was right, among the cases resolved alone."""
    right_of_all: Mapping[str, Hits] = field(default_factory=dict)
    """Output field -> how often its value was right, among all cases with a proposal."""


def tally(context: Context, ids: Sequence[int], truth: Mapping[int, Mapping[str, JsonValue]]) -> Tally:
    """Count the results of these cases. `truth`: case id -> output field -> the right value, where it is known."""
    groups: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    right: Counter[tuple[str, bool]] = Counter()
    known: Counter[tuple[str, bool]] = Counter()
    cost, samples, corrected = Decimal(0), 0, 0
    for chunk in _chunks(list(dict.fromkeys(ids))):
        with context.database.read() as session:
            found = cases.outcomes(session, chunk, team=context.team)
            bodies = contents.bodies(
                session, [row.proposal_id for row in found if row.proposal_id is not None], team=context.team
            )
            cost += journal.cost_of_cases(session, chunk, team=context.team)
            corrected += reports.corrected(session, chunk, team=context.team)
        for row in found:
            group = _group(row)
            if row.sample:
                samples += 1
                stopped[group] += 1
                continue
            groups[group] += 1
            body = bodies[row.proposal_id] if row.proposal_id is not None else None
            proposed = json.loads(body)["output"] if body is not None else {}
            for name, value in truth.get(row.case, {}).items():
                if name in proposed:
                    key = (name, row.resolution == Resolution.ALONE)
                    known[key] += 1
                    right[key] += proposed[name] == value
    fields = dict.fromkeys(name for name, _ in known)
    return Tally(
        cases=groups.total(),
        alone=groups["alone"],
        to_review=groups["to_review"],
        decided=groups["decided"],
        lapsed=groups["lapsed"],
        failed=groups["failed"] + stopped["failed"],
        unfinished=groups["unfinished"] + stopped["unfinished"],
        cost=cost,
        corrected=corrected,
        samples=samples,
        right_alone={name: Hits(right=right[name, True], of=known[name, True]) for name in fields},
        right_of_all={
            name: Hits(right=right[name, True] + right[name, False], of=known[name, True] + known[name, False])
            for name in fields
        },
    )


@dataclass(frozen=True, kw_only=True)
class ActCounts:
    """Acts that this database knows of."""

    decisions: Mapping[str, int]
    """Kind of a person's decision -> how many, those about cases with sample answers left out."""
    deliveries: int
    """Those that were applied."""


def act_counts(context: Context) -> ActCounts:
    """Count what people decided, and what was delivered."""
    with context.database.read() as session:
        counts = reviews.decision_counts(session, team=context.team)
        return ActCounts(
            decisions={kind: number for kind, number in counts.items() if kind not in NO_DECISIONS},
            deliveries=deliveries.count_applied(session, team=context.team),
        )


def under_way(context: Context, ids: Sequence[int]) -> int:
    """Count those of these cases that are ready, being worked on, or being delivered. Held cases do not count."""
    found = 0
    for chunk in _chunks(list(dict.fromkeys(ids))):
        with context.database.read() as session:
            found += sum(row.state in _UNDER_WAY for row in cases.outcomes(session, chunk, team=context.team))
    return found


def _group(row: cases.CaseOutcome) -> str:
    state = row.state
    if state in STOPPED:
        return "failed"
    if state is RunState.WAITING:
        return "to_review"
    if row.resolution in (Resolution.BY_PERSON, Resolution.REJECTED):
        return "decided"
    if row.resolution in LAPSES:
        return "lapsed"
    return "alone" if state is RunState.DELIVERED else "unfinished"


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
