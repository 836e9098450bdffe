"""The moves of earned autonomy: a level up by a person's word, and down at once.

Each is a compare-and-set on the epoch's change, with its audit row. All processes go by the epoch's row, so each holds
for all of them from the commit on. Who may is for the faces to say: here, people are names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.governance import audit, teams
from store.governance import terms as kept_terms
from store.learning import epochs as kept
from store.schema import Epoch
from store.states import Level
from store.subjects import SubjectKind
from workflows.engine.case import learning_notices
from workflows.engine.charters import signing
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.charter import CharterStatus
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.excerpts import shortened
from workflows.quality.autonomy import epochs
from workflows.quality.autonomy.certifying.certifier import Floor
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.certifying.suspicion import Suspicion
from workflows.quality.autonomy.codes import Began, End, Held, News
from workflows.quality.autonomy.kept_state import state_of, unfamiliar_of

LONGEST = 500
"""Most characters of a reason."""
COMPARED = 200
"""Labels of the level shadow before people are shown what is proposed."""
NEWEST = 500
"""Newest cases that tell which share of them goes alone at a floor."""
ANY = 1e-9
"""A floor at which each case goes alone that may at all."""
ALONE = (Level.VETO, Level.GUARDED)
"""Levels at which cases go alone, or are announced."""
_ORDER = (Level.SHADOW, Level.DRAFT, Level.VETO, Level.GUARDED)
"""The levels, lowest first."""


class NotReady(Refused):
    """Something that has to be there before a version goes alone is not there."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A version that goes further, or less far."""

    epoch: int
    """The epoch that is open now."""
    workflow: str
    before: Level
    level: Level
    floor: float | None
    """Lowest score that goes alone now; None: nothing does."""
    share: float | None
    """Share of the cases that goes alone now, by the scores of which the floors were made, 0 to 1; None: nothing does.
    """
    change: int
    """Of that epoch now."""
    at: datetime


def let(
    context: Context, epoch: int, *, change: int, by: str, to: Level | None = None, floor: float | None = None
) -> Moved:
    """Let a version go further, as a person was shown it: to a higher level, or alone with more.

    `change`: of the epoch that was shown. `to`: left out, the next level: `next_level`. `floor`: the lowest score that
    is to go alone; left out, the lowest that the evidence permits. Raise `Unknown`, `Stale`, `NotReady`, or `Refused`
    where the evidence permits no more.
    """
    workflow, deployment = _known(context, epoch)
    # It opens transactions of its own.
    charter = context.charters.status(workflow, deployment=deployment)
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, epoch, change)
        to = to or next_level(workflow, row)
        if to in ALONE:
            refuse_unready(session, context, workflow, row, charter, to)
        return go_up(session, context, workflow, row, to, floor=floor, by=by)


def leave(context: Context, epoch: int, *, change: int, by: str) -> None:
    """Note that a person leaves it as it is: they are asked again where more is permitted than now.

    Raise `Unknown`, or `Stale` where nothing is asked any more.
    """
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, epoch, change)
        if row.asked_at is None:
            raise Stale("this question is answered already")
        _set(session, context, row, asked_at=None)
        record(session, context, row, "epoch.left", by=by)
        learning_notices.question_over(session, team=context.team, epoch=row.id, at=context.clock())


def withdraw(
    context: Context, epoch: int, *, change: int, by: str, to: Level, reason: str, anew: bool = False
) -> Moved:
    """Take what goes alone back at once, by a person's word.

    `change`: of the epoch that was shown. `to`: the level from now on. `anew`: what it rests on is of other times, and
    an epoch without evidence begins. Raise `Unknown`, `Stale`, or `Refused` for a level that is not lower, or for a
    reason that says nothing.
    """
    said = shortened(" ".join(reason.split()), LONGEST)
    if not said:
        raise Refused("say why, in a few words")
    workflow, _ = _known(context, epoch)
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, epoch, change)
        before = row.level
        if _ORDER.index(to) > _ORDER.index(before) or (to is before and not anew) or (anew and to in ALONE):
            raise Refused(f"{workflow.name} is at {before.value}: it is taken back to a lower level")
        if to is Level.VETO and workflow.autonomy.veto is None:
            raise Refused(f"{workflow.name} declares no time for a veto, so nothing is announced: name another level")
        figures = {"by": by, "reason": said, "from": before.value, "to": to.value, "floor": row.floor}
        if anew:
            epochs.end(session, context, row, by=by, why=End.WITHDRAWN)
            row = epochs.begin(
                session,
                context,
                workflow,
                row=row.workflow_id,
                deployment=row.deployment_id,
                by=by,
                why=Began.WITHDRAWN,
                level=to,
            )
        else:
            floor = row.floor if to in ALONE else None
            # Nobody let it go as far as it goes now: from here on it goes up by a person's word alone.
            held, earning = row.held if floor is not None else None, Earning.read(row.state)
            if floor is None:
                earning.floor = None
            _set(
                session,
                context,
                row,
                level=to,
                floor=floor,
                held=held,
                state=state_of(earning, unfamiliar_of(row.state)),
                asked_at=None,
                allowed_by=None,
                allowed_at=_now(context),
                **looks(workflow, earning, level=to, floor=floor, held=held),
            )
        record(session, context, row, "epoch.withdrawn", by=by, **{"from": before.value, "said": said})
        tell(session, context, workflow, row, News.WITHDRAWN, figures)
        learning_notices.question_over(session, team=context.team, epoch=epoch, at=_now(context))
        return moved(workflow, row, before, at=_now(context))


def next_level(workflow: AnyWorkflow, epoch: Epoch) -> Level:
    """Return the level after that of an epoch: draft after shadow, then alone, first announced where that is declared.

    What is announced goes alone once enough of it was looked at. A version that goes alone stays at its level.
    """
    match epoch.level:
        case Level.SHADOW:
            return Level.DRAFT
        case Level.DRAFT:
            return Level.VETO if workflow.autonomy.veto is not None else Level.GUARDED
        case Level.VETO:
            return Level.VETO if Earning.read(epoch.state).on_probation else Level.GUARDED
        case Level.GUARDED:
            return Level.GUARDED


def refuse_unready(
    session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, charter: CharterStatus, to: Level
) -> None:
    """Raise `NotReady` where a version may not go alone whatever the evidence permits."""
    name = workflow.name
    if charter.missing:
        parts = ", ".join(part.declared for part in charter.missing)
        raise NotReady(f"the charter of {name} is not complete: write into its declaration {parts}")
    if not charter.is_signed:
        raise NotReady(f"the charter of {name} is not signed: its owner signs it first")
    lacks = signing.lacking_to_go_alone(session, epoch.workflow_id, team=context.team)
    signed = kept_terms.last_signed(session, team=context.team, workflow=name)
    if lacks and (signed is None or signed.exception is None):
        needed = " and ".join(signing.NEEDED[one] for one in lacks)
        why = f'say why it may all the same: countersign charter {name} --sign --exception "WHY"'
        raise NotReady(f"{name} would go alone without {needed}: make that first, or {why}")
    if to is Level.VETO and workflow.autonomy.veto is None:
        raise Refused(f"{name} declares no time for a veto, so nothing is announced: Autonomy.earned(veto=...)")


def go_up(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    epoch: Epoch,
    to: Level,
    *,
    by: str,
    floor: float | None = None,
) -> Moved:
    """Let a version go further, in this transaction; its epoch is held. The rest is as for `let`.

    Raise `Stale`, or `Refused` where the evidence permits no more.
    """
    before, at = epoch.level, _now(context)
    earning = Earning.read(epoch.state)
    if _ORDER.index(to) < _ORDER.index(before):
        raise Refused(f"{workflow.name} is at {before.value} already; withdraw takes it to {to.value}")
    if to not in ALONE:
        if to is before:
            raise Refused(f"{workflow.name} is at {before.value} already")
        if epoch.looked_at < COMPARED:
            raise Refused(f"{epoch.looked_at} of {COMPARED} cases are compared: people go on deciding without seeing")
        _set(session, context, epoch, level=to, asked_at=None, allowed_by=by, allowed_at=at)
    else:
        allowed = earning.permitted if floor is None else earning.permitted_from(floor)
        if allowed is None or (floor is not None and allowed.at != floor):
            raise Refused(f"the evidence does not permit that: {epoch.looked_at} cases were looked at so far")
        if to is before and epoch.floor is not None and allowed.at >= epoch.floor:
            raise Refused("the evidence permits no more than what goes alone already")
        earning.allow(_with_share(session, epoch, allowed, team=context.team))
        _set(
            session,
            context,
            epoch,
            level=to,
            floor=allowed.at,
            state=state_of(earning, _watch(session, epoch, team=context.team)),
            asked_at=None,
            asked_floor=allowed.at,
            allowed_by=by,
            allowed_at=at,
            **looks(workflow, earning, level=to, floor=allowed.at, held=epoch.held),
        )
    record(session, context, epoch, "epoch.let", by=by, **{"from": before.value, "labels": epoch.looked_at})
    learning_notices.question_over(session, team=context.team, epoch=epoch.id, at=at)
    return moved(workflow, epoch, before, at=at)


def narrow(session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, earning: Earning) -> Moved:
    """Take back what the evidence permits no more, since labels that it rested on changed. The epoch is held."""
    before, was = epoch.level, epoch.floor
    permitted = earning.permitted_from(was) if was is not None else None
    if permitted is None:
        earning.floor, level, floor = None, Level.DRAFT, None
    else:
        earning.allow(_with_share(session, epoch, permitted, team=context.team))
        level, floor = before, permitted.at
    _set(
        session,
        context,
        epoch,
        level=level,
        floor=floor,
        held=epoch.held if floor is not None else None,
        state=state_of(earning, unfamiliar_of(epoch.state)),
        asked_at=None,
        asked_floor=floor,
        **looks(workflow, earning, level=level, floor=floor, held=epoch.held),
    )
    record(session, context, epoch, "epoch.narrowed", by=SYSTEM, **{"from": before.value, "labels": epoch.looked_at})
    figures = {"from": before.value, "to": level.value, "was": was, "floor": floor, "share": share_of(epoch)}
    tell(session, context, workflow, epoch, News.NARROWED, figures)
    learning_notices.question_over(session, team=context.team, epoch=epoch.id, at=_now(context))
    return moved(workflow, epoch, before, at=_now(context))


def give_to_people(session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, *, why: News) -> None:
    """Have people decide what was announced or went alone, for a reason that is no error of it. The epoch is held.

    What it rests on still counts: people are asked whether it may go alone. `why`: nothing is announced any more, or
    the database was restored; then it goes up by a person's word alone.
    """
    before, earning = epoch.level, Earning.read(epoch.state)
    earning.floor = None
    _set(
        session,
        context,
        epoch,
        level=Level.DRAFT,
        floor=None,
        held=None,
        state=state_of(earning, unfamiliar_of(epoch.state)),
        asked_at=None,
        asked_floor=None,
        **({"allowed_by": None, "allowed_at": _now(context)} if why is News.RESTORED else {}),
        **looks(workflow, earning, level=Level.DRAFT, floor=None, held=None),
    )
    record(session, context, epoch, "epoch.narrowed", by=SYSTEM, **{"from": before.value, "labels": epoch.looked_at})
    tell(session, context, workflow, epoch, why, {"from": before.value, "to": Level.DRAFT.value})
    learning_notices.question_over(session, team=context.team, epoch=epoch.id, at=_now(context))


def hold(session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, *, behind: int) -> None:
    """Have nothing go alone until spot checks are looked at. `behind`: those that wait for too long."""
    _put_hold(session, context, workflow, epoch, Held.BEHIND, News.HELD, behind=behind)


def free(session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch) -> None:
    """Have it go alone again: no spot check waits for too long."""
    _put_hold(session, context, workflow, epoch, None, News.FREE, behind=0)


def _put_hold(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    epoch: Epoch,
    held: Held | None,
    news: News,
    *,
    behind: int,
) -> None:
    earning = Earning.read(epoch.state)
    probabilities = looks(workflow, earning, level=epoch.level, floor=epoch.floor, held=held)
    _set(session, context, epoch, held=held, **probabilities)
    record(session, context, epoch, f"epoch.{news.value}", by=SYSTEM, behind=behind)
    tell(session, context, workflow, epoch, news, {"behind": behind, "floor": epoch.floor, "share": share_of(epoch)})


def was_withdrawn(epoch: Epoch) -> bool:
    """Tell whether a person took back how far a version goes: then it goes no further by itself."""
    return epoch.allowed_at is not None and epoch.allowed_by is None


def coverage(earning: Earning, floor: float | None) -> float:
    """Return the share of the cases that a floor lets go alone, 0 to 1; 0 where no scores were known."""
    return next((one.coverage for one in earning.certifier.floors if one.at == floor), 0.0)


def _with_share(session: Session, epoch: Epoch, floor: Floor, *, team: int) -> Floor:
    """Return a floor with the share of the cases that it lets go alone: where no scores were known, of those so far."""
    share = floor.coverage or kept.share_from(session, epoch.id, team=team, newest=NEWEST, floor=floor.at) or 0.0
    return replace(floor, coverage=share)


def _watch(session: Session, epoch: Epoch, *, team: int) -> Suspicion | None:
    """Return a watch over the share of cases that go alone at no floor, from what it is now."""
    share = kept.share_from(session, epoch.id, team=team, newest=NEWEST, floor=ANY)
    return Suspicion(expected=1 - share) if share is not None else None


def looks(
    workflow: AnyWorkflow, earning: Earning, *, level: Level, floor: float | None, held: str | None
) -> Mapping[str, float]:
    """Return the probabilities with which cases are looked at from now on: of those that go alone, and the smallest."""
    probability = earning.probability(workflow.autonomy.spot_checks)
    goes_alone = level in ALONE and floor is not None and held is None
    return {"probability": probability, "least": probability if goes_alone else 1.0}


def tell(
    session: Session, context: Context, workflow: AnyWorkflow, epoch: Epoch, news: News, figures: Mapping[str, Any]
) -> None:
    """Have a workflow's people told what became of a version, once for each change. Any: plain values."""
    learning_notices.autonomy(
        session,
        workflow.review,
        team=context.team,
        epoch=epoch.id,
        news=news,
        figures={"version": epoch.deployment_id, "wrong": epoch.wrong, "looked_at": epoch.looked_at, **figures},
        occasion=str(epoch.change),
        at=_now(context),
        owner=workflow.owner,
    )


def _known(context: Context, epoch: int) -> tuple[AnyWorkflow, int]:
    """Return the workflow of an epoch, and the row of its version. Raise `Unknown`."""
    with context.database.read() as session:
        row = kept.get(session, epoch, team=context.team)
        name = teams.workflow_name(session, row.workflow_id, team=context.team) if row is not None else None
    if row is None or name is None or name not in context.registry:
        raise Unknown("this version is no longer judged")
    workflow = context.registry.get(name)
    if not workflow.autonomy.is_earned:
        raise Refused(f"{name} does not earn its autonomy: its declaration says how far it goes")
    return workflow, row.deployment_id


def _shown(session: Session, context: Context, epoch: int, change: int) -> Epoch:
    """Return an epoch as it was shown, held. Raise `Stale`."""
    row = kept.held(session, epoch, team=context.team)
    assert row is not None
    if row.ended_at is not None:
        raise Stale("another version is used since, or evidence is gathered anew: look at it again")
    if row.change != change:
        raise Stale("it has changed since: look at it again")
    return row


def _set(session: Session, context: Context, epoch: Epoch, **values: Any) -> None:
    """Change an epoch that is still as it was read. Raise `Stale`. Any: columns of the row."""
    if not kept.change(session, epoch.id, team=context.team, seen=epoch.change, **values):
        raise Stale("it has changed since: look at it again")


def record(session: Session, context: Context, epoch: Epoch, action: str, *, by: str, **details: str | int) -> None:
    """Have the audit keep what was done to an epoch, with how far it goes then."""
    audit.record(
        session,
        team=context.team,
        at=_now(context),
        actor=by,
        action=action,
        subject=SubjectKind.EPOCH.of(epoch.id),
        case=None,
        details={
            "number": epoch.number,
            "deployment": epoch.deployment_id,
            "level": epoch.level.value,
            "floor": str(epoch.floor) if epoch.floor is not None else None,
            **details,
        },
    )


def share_of(epoch: Epoch) -> float | None:
    """Return the share of the cases that goes alone now, 0 to 1; None where nothing does.

    It is that of the scores of which the floors were made, or else of the cases before it was let.
    """
    if epoch.level not in ALONE or epoch.floor is None:
        return None
    earning = Earning.read(epoch.state)
    usual = earning.suspicion.expected if earning.suspicion is not None else 0.0
    return coverage(earning, epoch.floor) or usual or None


def moved(workflow: AnyWorkflow, epoch: Epoch, before: Level, *, at: datetime) -> Moved:
    """Return how far a version goes now. `before`: the level from which it came."""
    return Moved(
        epoch=epoch.id,
        workflow=workflow.name,
        before=before,
        level=epoch.level,
        floor=epoch.floor,
        share=share_of(epoch),
        change=epoch.change,
        at=at,
    )


def _now(context: Context) -> datetime:
    return context.clock()
