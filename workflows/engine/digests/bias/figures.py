"""The bias digest: gathered by workflow, segment and group, and compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from store import schema
from store.quality import digests, segments
from store.quality.numbers import LookedAt
from store.quality.segments import Decided
from store.states import Resolution
from workflows.engine.context import Context
from workflows.engine.digests.bias.comparisons import MOST_BY_CHANCE, Part, chance, corrected
from workflows.engine.digests.bias.looks import looks_at
from workflows.engine.digests.bias.views import (
    FEWEST,
    FEWEST_NAMED,
    BiasFigures,
    Difference,
    EarlierDigest,
    EarlierMonth,
    GroupFigures,
    GroupKind,
    RateName,
    SegmentFigures,
)
from workflows.engine.digests.names import JobName
from workflows.engine.digests.scope import Scope

MONTHS = 5
"""Most earlier digests of which the rates are told."""
_figures: TypeAdapter[BiasFigures] = TypeAdapter(BiasFigures)
_NO_LOOKS = LookedAt(number=0, weight=0.0, squares=0.0, wrong=0.0)
_NONE_DECIDED = Decided(number=0, edited=0)


@dataclass(frozen=True, kw_only=True)
class _Sums:
    """The sums of a group, or of several together."""

    cases: int = 0
    alone: int = 0
    decided: int = 0
    edited: int = 0
    looks: int = 0
    weight: float = 0.0
    squares: float = 0.0
    wrong: float = 0.0
    corrected: int = 0

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(**{name: getattr(self, name) + getattr(other, name) for name in vars(self)})

    def part(self, rate: RateName) -> Part | None:
        """Return what a rate is made of; None for too few."""
        match rate:
            case RateName.TO_PERSON:
                number, hits, looked = float(self.cases), float(self.cases - self.alone), self.cases
            case RateName.EDITED:
                number, hits, looked = float(self.decided), float(self.edited), self.decided
            case RateName.WRONG if self.looks:
                number, looked = self.weight**2 / self.squares, self.looks
                hits = self.wrong / self.weight * number
            case _:
                return None
        return Part(number=number, hits=hits, looked=looked) if looked >= FEWEST else None


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    """An earlier digest."""

    first: date
    last: date
    row: int
    figures: BiasFigures


def is_wanted(context: Context) -> bool:
    """Tell whether a workflow names segments: without any, no digest is made."""
    return any(workflow.segments for workflow in context.registry)


def gather(session: Session, scope: Scope) -> BiasFigures:
    """Return the rates of each segment with cases in the span, the differences, and who looked at the one before."""
    rows = {row.id: row for row in scope.workflows(session)}
    sums, earlier = _sums(session, scope, list(rows)), _earlier(session, scope)
    by_segment: dict[tuple[int, str], dict[str, _Sums]] = {}
    for group in segments.groups(session, team=scope.team, workflows=rows):
        if (found := sums.get(group.id)) is not None:
            by_segment.setdefault((group.workflow, group.segment), {})[group.value] = found
    resolved = segments.resolved_in_all(session, team=scope.team, workflows=rows, days=scope.days.bounds)
    told, compared = [], list[Difference]()
    for (workflow, name), groups in sorted(by_segment.items(), key=lambda one: (rows[one[0][0]].name, one[0][1])):
        told.append(_segment(rows[workflow], name, groups, resolved.get(workflow, 0), earlier))
        compared += _compared(rows[workflow], name, groups, earlier)
    chances = corrected([one.p for one in compared])
    differences = [replace(one, p=p) for one, p in zip(compared, chances, strict=True) if p <= MOST_BY_CHANCE]
    before = earlier[-1] if earlier else None
    return BiasFigures(
        segments=told,
        differences=sorted(differences, key=lambda one: -abs(one.share.value - one.rest.value)),
        comparisons=len(compared),
        declared=sum(bool(one.segments) for one in scope.context.registry if scope.workflow in (None, one.name)),
        before=EarlierDigest(
            first=before.first,
            last=before.last,
            looks=[replace(look, note=None) for look in looks_at(session, before.row, team=scope.team)],
        )
        if before is not None
        else None,
    )


def _sums(session: Session, scope: Scope, workflows: Sequence[int]) -> Mapping[int, _Sums]:
    """Return the sums of each group that has any, by its id."""
    team, days = scope.team, scope.days.bounds
    cases: dict[int, int] = {}
    alone: dict[int, int] = {}
    for (group, way), number in segments.resolved(session, team=team, workflows=workflows, days=days).items():
        cases[group] = cases.get(group, 0) + number
        if way is Resolution.ALONE:
            alone[group] = number
    decided = segments.proposals_decided(session, team=team, workflows=workflows, days=days)
    looks, wrong = (
        segments.looks(session, team=team, workflows=workflows, days=days),
        segments.corrected(session, team=team, workflows=workflows, days=days),
    )
    return {
        group: _Sums(
            cases=cases.get(group, 0),
            alone=alone.get(group, 0),
            decided=decided.get(group, _NONE_DECIDED).number,
            edited=decided.get(group, _NONE_DECIDED).edited,
            looks=looks.get(group, _NO_LOOKS).number,
            weight=looks.get(group, _NO_LOOKS).weight,
            squares=looks.get(group, _NO_LOOKS).squares,
            wrong=looks.get(group, _NO_LOOKS).wrong,
            corrected=wrong.get(group, 0),
        )
        for group in {*cases, *decided, *looks, *wrong}
    }


def _segment(
    row: schema.Workflow, name: str, groups: Mapping[str, _Sums], resolved: int, earlier: Sequence[_Earlier]
) -> SegmentFigures:
    named = {group: found for group, found in groups.items() if group and _is_named(found)}
    small = [found for group, found in groups.items() if group and group not in named]
    lines = [
        _line(GroupKind.NAMED, found, group=group, before=_before(earlier, row.name, name, group))
        for group, found in sorted(named.items(), key=lambda one: (-one[1].cases, one[0]))
    ]
    if "" in groups:
        lines.append(_line(GroupKind.NONE, groups[""]))
    if small:
        lines.append(_line(GroupKind.SMALL, sum(small, _Sums()), groups=len(small)))
    unknown = max(resolved - sum(found.cases for found in groups.values()), 0)
    return SegmentFigures(workflow=row.name, segment=name, groups=lines, unknown=unknown)


def _is_named(found: _Sums) -> bool:
    return max(found.cases, found.decided) >= FEWEST_NAMED


def _line(
    kind: GroupKind, found: _Sums, *, group: str = "", groups: int = 1, before: Sequence[EarlierMonth] = ()
) -> GroupFigures:
    shares = {rate: part.estimate if (part := found.part(rate)) is not None else None for rate in RateName}
    return GroupFigures(
        kind=kind,
        group=group,
        groups=groups,
        cases=found.cases,
        alone=found.alone,
        decided=found.decided,
        edited=found.edited,
        looks=found.looks,
        corrected=found.corrected,
        to_person_share=shares[RateName.TO_PERSON],
        edited_share=shares[RateName.EDITED],
        wrong_share=shares[RateName.WRONG],
        before=before,
    )


def _compared(
    row: schema.Workflow, name: str, groups: Mapping[str, _Sums], earlier: Sequence[_Earlier]
) -> Iterator[Difference]:
    """Yield each group and rate beside the rest of the segment, where there are enough of both."""
    for group, found in sorted(groups.items()):
        if not group or not _is_named(found):
            continue
        rest = sum((other for named, other in groups.items() if named != group), _Sums())
        for rate in RateName:
            own, others = found.part(rate), rest.part(rate)
            if own is not None and others is not None:
                yield Difference(
                    workflow=row.name,
                    segment=name,
                    group=group,
                    rate=rate,
                    share=own.estimate,
                    rest=others.estimate,
                    p=chance(own, others),
                    before=_before(earlier, row.name, name, group),
                )


def _earlier(session: Session, scope: Scope) -> Sequence[_Earlier]:
    """Return the last digests before the span, the oldest first."""
    until = (scope.days.first - timedelta(days=1)).isoformat()
    found = digests.latest(
        session, team=scope.team, job=JobName.BIAS, workflow=scope.workflow or "", until=until, limit=MONTHS
    )
    return [
        _Earlier(
            first=date.fromisoformat(row.covers_from),
            last=date.fromisoformat(row.period),
            row=row.id,
            figures=_figures.validate_python(row.figures["figures"]),
        )
        for row in reversed(found)
    ]


def _before(earlier: Sequence[_Earlier], workflow: str, segment: str, group: str) -> list[EarlierMonth]:
    """Return the rates of a group as earlier digests told them."""
    return [
        EarlierMonth(last=digest.last, **{rate.value: _value(line, rate) for rate in RateName})
        for digest in earlier
        for one in digest.figures.segments
        if (one.workflow, one.segment) == (workflow, segment)
        for line in one.groups
        if line.kind is GroupKind.NAMED and line.group == group
    ]


def _value(line: GroupFigures, rate: RateName) -> float | None:
    found = line.estimate(rate)
    return found.value if found is not None else None
