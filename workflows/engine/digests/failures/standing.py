"""The state when the failure summary is made, read from the database, for the rule of what needs somebody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases import target_outages
from store.governance import health
from store.model import outages
from store.quality import digests
from store.quality import failures as rows
from store.quality.digests import UnproposedLine
from store.quality.failures import OpenCount, StoppedCount, StoppedLine
from store.states import CauseState, Health, ReviewState, RunState
from workflows.engine.context import SYSTEM
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.failures.attention import Attention
from workflows.engine.digests.failures.needs import (
    About,
    AccessStanding,
    CauseStanding,
    Standing,
    Stopped,
    SystemStanding,
    WorkflowStanding,
)
from workflows.engine.digests.scope import Scope
from workflows.engine.health.expiries import expiries
from workflows.engine.health.figures import watched
from workflows.engine.reasons import from_json
from workflows.model.port import NoAnswer

_FAILED = (RunState.FAILED, RunState.PARKED)
_CASES = 3
"""Most cases that a need names."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """The state now, by workflow id: the needs follow from it, and so do some of the figures."""

    workflows: Sequence[schema.Workflow]
    """Those that the summary is about."""
    stopped: Sequence[StoppedCount]
    open: Mapping[int, OpenCount]
    held: Mapping[int, int]
    """Runs whose delivery is held."""
    causes: Sequence[rows.CauseLine]
    """Those that are not resolved, or something happened to in the period."""


def present(session: Session, scope: Scope) -> Present:
    """Read what stands now in the workflows that a summary is about."""
    workflows = scope.workflows(session)
    ids = {row.id for row in workflows}
    return Present(
        workflows=workflows,
        stopped=[one for one in rows.stopped(session, team=scope.team) if one.workflow in ids],
        open={
            one.workflow: one for one in rows.open_reviews(session, team=scope.team, at=scope.at) if one.workflow in ids
        },
        held=digests.in_state(session, team=scope.team, state=RunState.HOLDING),
        causes=[one for one in rows.causes(session, team=scope.team, since=scope.days.since) if one.workflow in ids],
    )


def standing(
    session: Session,
    scope: Scope,
    now: Present,
    *,
    unproposed: Sequence[UnproposedLine],
    attention: Attention | None,
) -> Standing:
    """Return all that the needs follow from. `unproposed`: the reviews of the period that never had a proposal."""
    names = {row.id: row.name for row in now.workflows}
    return Standing(
        workflows=_workflows(session, scope, now, unproposed),
        systems=_systems(session, scope),
        causes=[
            CauseStanding(
                id=one.id,
                workflow=names[one.workflow],
                step=one.step,
                error=one.error,
                dependency=one.dependency,
                state=one.state,
                failed=sum(line.runs for line in now.stopped if line.cause == one.id and line.state in _FAILED),
                since=one.opened_at,
            )
            for one in now.causes
            if one.state is not CauseState.RESOLVED
        ],
        accesses=_accesses(scope, {row.name: row.id for row in now.workflows}),
        # Whose message it was that nobody got is not known, so it is told in the summary about all.
        unsent=rows.given_up(session, team=scope.team) if scope.workflow is None else 0,
        attention=attention,
    )


def _workflows(
    session: Session, scope: Scope, now: Present, unproposed: Sequence[UnproposedLine]
) -> list[WorkflowStanding]:
    team = scope.team
    doubtful = rows.first_stopped(
        session, team=team, states=(RunState.DOUBTFUL,), only_without_cause=False, limit=_CASES
    )
    uncaused = rows.first_stopped(session, team=team, states=_FAILED, only_without_cause=True, limit=_CASES)
    reported = rows.reported(session, team=team)
    over_budget = defaultdict[int, set[int]](set)
    for line in unproposed:
        if line.state is not ReviewState.SUPERSEDED and NoAnswer.OVER_BUDGET in _codes(line):
            over_budget[line.workflow].add(line.case)
    found = []
    for row in now.workflows:
        in_doubt = [one for one in now.stopped if one.workflow == row.id and one.state is RunState.DOUBTFUL]
        failed = [one for one in now.stopped if one.workflow == row.id and one.state in _FAILED and one.cause is None]
        open_ones = now.open.get(row.id)
        found.append(
            WorkflowStanding(
                id=row.id,
                workflow=row.name,
                in_doubt=_stopped(in_doubt, doubtful, row.id),
                without_cause=_stopped(failed, uncaused, row.id),
                overdue=open_ones.overdue if open_ones is not None else 0,
                overdue_since=open_ones.overdue_since if open_ones is not None else None,
                reported=reported.get(row.id, 0),
                paused_at=row.paused_at,
                is_paused_by_itself=row.paused_by == SYSTEM,
                held=now.held.get(row.id, 0),
                over_budget=len(over_budget[row.id]),
            )
        )
    return found


def _codes(line: UnproposedLine) -> set[str]:
    return {reason.code for reason in from_json(line.reasons)} if line.reasons is not None else set()


def _stopped(counted: Sequence[StoppedCount], first: Sequence[StoppedLine], workflow: int) -> Stopped | None:
    if not counted:
        return None
    return Stopped(
        number=sum(one.runs for one in counted),
        cases=[line.case for line in first if line.workflow == workflow],
        since=min(one.since for one in counted),
    )


def _systems(session: Session, scope: Scope) -> list[SystemStanding]:
    """Return the systems in trouble or down. Targets of other workflows are left out, as in the status."""
    team, found = scope.team, list[SystemStanding]()

    def add(about: About, id: int, system: str, state: Health, since: datetime) -> None:
        found.append(SystemStanding(about=about, id=id, system=system, health=state, since=since))

    for target in target_outages.all_open(session, team=team):
        add(About.TARGET, target.id, target.target, Health.DOWN, target.began_at)
    for outage in outages.all_open(session, team=team):
        add(About.OUTAGE, outage.id, outage.model, Health.DOWN, outage.began_at)
    for trouble in health.troubles(session, team=team):
        add(About.TROUBLE, trouble.id, trouble.system, trouble.state, trouble.spell_at)
    if scope.workflow is None:
        return found
    theirs = {name for one in _declared(scope) for name in (one.target, one.rejection_target)}
    others = set(watched(scope.context)) - theirs
    return [one for one in found if one.system not in others]


def _declared(scope: Scope) -> list[AnyWorkflow]:
    return [one for one in scope.context.registry if scope.workflow in (None, one.name)]


def _accesses(scope: Scope, ids: Mapping[str, int]) -> list[AccessStanding]:
    return [
        AccessStanding(
            id=ids.get(one.workflow, 0),
            workflow=one.workflow,
            system=one.system,
            expires_on=one.expires_on,
            days=one.days,
        )
        for one in expiries(scope.context, _declared(scope))
    ]
