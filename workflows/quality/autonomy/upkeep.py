"""Upkeep of earned autonomy: what is due without a label, in small steps, beside everything else.

Epochs that are missing begin, those that are over end; cases that are judged, or were waited for long enough, are gone
along; cases that come in otherwise than expected have more looked at; where spot checks are behind nothing goes alone
until they are looked at. Nothing of it counts as an error. All of it may be done twice and by several processes: an
epoch is held while it changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.learning import deployments, labels
from store.learning import epochs as kept
from store.learning.deployments import Used
from store.schema import Epoch
from store.states import DeploymentState, Level
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.engine.review.spot_checks.behind import behind
from workflows.quality.autonomy import epochs, moves, working_in
from workflows.quality.autonomy.certifying.earning import SUSPECTED, Earning
from workflows.quality.autonomy.codes import Began, Held, News
from workflows.quality.autonomy.kept_state import state_of, unfamiliar_of

AT_ONCE = working_in.AT_ONCE
"""Cases of an epoch that are looked through in one go."""


@dataclass(frozen=True, kw_only=True)
class Tended:
    """The result of a look."""

    changed: int
    """Epochs that began, ended, or go further or less far."""
    is_more: bool
    """True if there is more to do at once."""


def tend(context: Context) -> Tended:
    """Look at all workflows that earn their autonomy. Raise `store.db.database.Unavailable`."""
    changed = _follow(context)
    is_more = False
    with context.database.read() as session:
        opened = kept.open_ones(session, team=context.team)
        newest = kept.newest_cases(session, [one.id for one in opened], team=context.team)
        names = {one.id: one.name for one in deployments.used_by(session, team=context.team)} if opened else {}
    for epoch in opened:
        name = names.get(epoch.workflow_id, "")
        if not working_in.is_earned(context, name):
            continue
        workflow = context.registry.get(name)
        is_more |= _see(context, workflow, epoch, newest=newest.get(epoch.id, 0))
        is_more |= _go_along(context, workflow, epoch, newest=newest.get(epoch.id, 0))
        changed += _give_to_people(context, workflow, epoch)
        changed += _hold_or_free(context, workflow, epoch.id)
        changed += _go_up_by_itself(context, workflow, epoch.id)
    return Tended(changed=changed, is_more=is_more)


def _follow(context: Context) -> int:
    """Begin the epochs that are missing, and end those that are over; return the number of workflows with any."""
    team = context.team
    is_any = any(one.autonomy.is_earned for one in context.registry)
    with context.database.read() as session:
        opened = kept.open_ones(session, team=team)
        if not is_any and not opened:
            return 0
        used = deployments.used_by(session, team=team)
        sharing = _sharing(session, team=team)
    changed = 0
    for one in used:
        theirs = [epoch for epoch in opened if epoch.workflow_id == one.id]
        if not _is_otherwise(context, one, theirs, sharing.get(one.id)):
            continue
        with context.database.write() as session:
            now = deployments.held(session, one.id, team=team)
            if now is not None:
                beside = _sharing(session, team=team).get(one.id)
                epochs.follow(
                    session,
                    context,
                    row=one.id,
                    name=one.name,
                    live=now.live,
                    sharing=beside,
                    by=SYSTEM,
                    why=Began.FOUND,
                )
                changed += 1
    return changed


def _sharing(session: Session, *, team: int) -> dict[int, int]:
    """Return the versions that are used for a share of the cases, by workflow."""
    found = deployments.under_way(session, team=team, states=[DeploymentState.SHARING])
    return {one.workflow_id: one.id for one in found}


def _is_otherwise(context: Context, used: Used, opened: Sequence[Epoch], sharing: int | None) -> bool:
    """Tell whether the open epochs of a workflow are others than those of the versions that it uses."""
    wanted = {one for one in (used.live, sharing) if one is not None}
    if used.name not in context.registry:
        return any(epoch.deployment_id not in wanted for epoch in opened)
    autonomy = context.registry.get(used.name).autonomy
    if not autonomy.is_earned:
        return bool(opened)
    promised = {(epoch.wrong, epoch.sure) for epoch in opened}
    return {epoch.deployment_id for epoch in opened} != wanted or not promised <= {(autonomy.wrong, autonomy.sure)}


def _see(context: Context, workflow: AnyWorkflow, epoch: Epoch, *, newest: int) -> bool:
    """Have new cases looked through for a change of what comes in; True if there are more."""
    if newest <= epoch.seen_until:
        return False
    with context.database.write() as session:
        row = kept.held(session, epoch.id, team=context.team)
        if row is None or row.ended_at is not None:
            return False
        lines = kept.cases_after(session, row.id, team=context.team, after=row.seen_until, limit=AT_ONCE)
        if not lines:
            return False
        earning, unfamiliar = Earning.read(row.state), unfamiliar_of(row.state)
        for line in lines:
            earning.saw(line.score)
            if unfamiliar is not None and unfamiliar.saw(is_confident=line.score <= 0):
                earning.suspected = max(earning.suspected, SUSPECTED)
        kept.note(
            session,
            row.id,
            team=context.team,
            seen_until=lines[-1].id,
            state=state_of(earning, unfamiliar),
            **moves.looks(workflow, earning, level=row.level, floor=row.floor, held=row.held),
        )
        return len(lines) == AT_ONCE


def _go_along(context: Context, workflow: AnyWorkflow, epoch: Epoch, *, newest: int) -> bool:
    """Go along cases that no label of their own brought on: others were waited for. True if there may be more."""
    team = context.team
    is_unasked = epoch.permitted is not None and epoch.asked_floor is None and epoch.level is not Level.SHADOW
    if newest <= epoch.worked_until and not is_unasked:
        return False
    with context.database.read() as session:
        decided = labels.progress(session, team=team).decision
        lines = kept.cases_after(session, epoch.id, team=team, after=epoch.worked_until, limit=AT_ONCE)
        number = working_in.passable(session, context, workflow, lines, decided=decided)
    if not number and not is_unasked:
        return False
    with context.database.write() as session:
        working_in.go_on(session, context, epoch.id, decided=decided)
    return number == AT_ONCE


def _give_to_people(context: Context, workflow: AnyWorkflow, epoch: Epoch) -> bool:
    """Have people decide where the workflow declares no time for a veto any more, or after a restore from a backup."""
    if _why_to_people(context, workflow, epoch) is None:
        return False
    with context.database.write() as session:
        now = kept.held(session, epoch.id, team=context.team)
        why = _why_to_people(context, workflow, now) if now is not None and now.ended_at is None else None
        if now is None or why is None:
            return False
        moves.give_to_people(session, context, workflow, now, why=why)
    return True


def _why_to_people(context: Context, workflow: AnyWorkflow, epoch: Epoch) -> News | None:
    """Return why people are to decide what was announced or went alone; None where it stays."""
    restored_at = context.restores.at
    if epoch.level not in moves.ALONE:
        return None
    if restored_at is not None and (epoch.allowed_at is None or epoch.allowed_at <= restored_at):
        return News.RESTORED
    return News.UNANNOUNCED if epoch.level is Level.VETO and workflow.autonomy.veto is None else None


def _hold_or_free(context: Context, workflow: AnyWorkflow, epoch: int) -> bool:
    """Have nothing go alone while spot checks are behind, and have it go alone again once none is."""
    team = context.team
    with context.database.read() as session:
        row = kept.get(session, epoch, team=team)
        if row is None or row.ended_at is not None or row.level not in moves.ALONE:
            return False
        late = behind(session, context, workflow)
        if (late is not None) is (row.held == Held.BEHIND):
            return False
    try:
        with context.database.write() as session:
            now = kept.held(session, epoch, team=team)
            if now is None or now.ended_at is not None or now.change != row.change:
                return False
            if late is not None:
                moves.hold(session, context, workflow, now, behind=late.number)
            else:
                moves.free(session, context, workflow, now)
    except Stale:
        return False
    return True


def _go_up_by_itself(context: Context, workflow: AnyWorkflow, epoch: int) -> bool:
    """Let a version go as far as its evidence permits, where its workflow wrote that out."""
    if not workflow.autonomy.by_itself:
        return False
    with context.database.read() as session:
        row = kept.get(session, epoch, team=context.team)
    is_asked = row is not None and row.ended_at is None and row.asked_at is not None
    if row is None or not is_asked or moves.was_withdrawn(row):
        return False
    try:
        moves.let(context, epoch, change=row.change, by=SYSTEM)
    except Refused:
        # Something is lacking first: the question says so.
        return False
    return True
