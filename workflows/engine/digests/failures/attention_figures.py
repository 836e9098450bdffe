"""The figures of attention: how many reviews wait, and how many the team is asked and decides."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from store.model import outages
from store.quality import failures as rows
from store.quality.failures import OpenCount
from workflows.engine.digests.days import DAY, midnight
from workflows.engine.digests.failures.attention import DAYS, Attention, WorkflowAttention
from workflows.engine.digests.failures.standing import Present
from workflows.engine.digests.scope import Scope
from workflows.engine.review.decisions import LAPSES, DecisionKind

_UNDECIDED = (*LAPSES, DecisionKind.ASKED)
"""Kinds of decisions by which no person decides a review."""
_CHECKED = timedelta(days=28)
"""Time whose decisions say how often people take a proposal as it is."""
_ALIKE = 3
"""Least number of cases in a group that is worth deciding together."""


def attention(session: Session, scope: Scope, now: Present) -> Attention:
    """Return the figures. What would relieve people is read only where they cannot look at all that waits."""
    zone, waiting = scope.days.zone, sum(one.number for one in now.open.values())
    today = midnight(scope.at.astimezone(zone).date(), zone)
    days = _last_days(session, scope.team, until=today, zone=zone)
    decided = [at for times in days for at in times.decided]
    found = Attention(waiting=waiting, days=len(days), decided=len(decided))
    if not found.is_too_much:
        return found
    since = days[-1].begins if days else today - DAYS * DAY
    asked = rows.asked_by_hour(session, team=scope.team, since=since, until=today)
    by_hour = [0] * 24
    for one in asked:
        by_hour[one.hour.astimezone(zone).hour] += one.number
    return Attention(
        waiting=waiting,
        days=len(days),
        decided=len(decided),
        asked=sum(by_hour),
        asked_by_hour=by_hour,
        decided_by_hour=_by_hour(decided, zone),
        workflows=_workflows(session, scope, now),
    )


class _Day:
    """A local day with decisions."""

    def __init__(self, begins: datetime, decided: list[datetime]) -> None:
        self.begins = begins
        self.decided = decided
        """Time of the last decision of each review."""


def _last_days(session: Session, team: int, *, until: datetime, zone: ZoneInfo) -> list[_Day]:
    """Return the last local days before a midnight on which people decided something, the last one first."""
    found = list[_Day]()
    while len(found) < DAYS:
        last = rows.last_decision(session, team=team, until=until, but=_UNDECIDED)
        if last is None:
            break
        day = last.astimezone(zone).date()
        begins, ends = midnight(day, zone), midnight(day + DAY, zone)
        decided = rows.decided_reviews(session, team=team, since=begins, until=ends, but=_UNDECIDED)
        found.append(_Day(begins, decided))
        until = begins
    return found


def _by_hour(times: Iterable[datetime], zone: ZoneInfo) -> list[int]:
    found = [0] * 24
    for at in times:
        found[at.astimezone(zone).hour] += 1
    return found


def _workflows(session: Session, scope: Scope, now: Present) -> list[WorkflowAttention]:
    team = scope.team
    alike = rows.alike(session, team=team, least=_ALIKE)
    decided = {
        one.workflow: one
        for one in rows.decided_by_workflow(
            session,
            team=team,
            since=scope.at - _CHECKED,
            until=scope.at,
            but=_UNDECIDED,
            unchanged=DecisionKind.APPROVED,
        )
    }
    is_any_down = bool(outages.all_open(session, team=team))
    return [
        WorkflowAttention(
            workflow=row.name,
            waiting=_of(now.open, row.id, "number"),
            is_paused=row.paused_at is not None,
            empty=_of(now.open, row.id, "empty"),
            can_be_asked=not is_any_down,
            alike=alike.get(row.id, 0),
            overdue=_of(now.open, row.id, "overdue"),
            has_floor=_has_floor(scope, row.name),
            checked=decided[row.id].decided if row.id in decided else 0,
            unchanged=decided[row.id].unchanged if row.id in decided else 0,
        )
        for row in now.workflows
        if row.id in now.open
    ]


def _of(counts: Mapping[int, OpenCount], workflow: int, name: str) -> int:
    return int(getattr(counts[workflow], name)) if workflow in counts else 0


def _has_floor(scope: Scope, workflow: str) -> bool:
    registry = scope.context.registry
    return workflow in registry and registry.get(workflow).autonomy.at_least is not None
