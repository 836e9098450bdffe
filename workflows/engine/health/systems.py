"""The health of other systems, as people read it: each with its calls of the last minutes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.governance import health
from store.governance.health import Calls
from store.states import Health
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.health.expiries import expiries
from workflows.engine.health.figures import SLACK, of_models, of_systems, watched
from workflows.engine.health.rules import WINDOW
from workflows.engine.health.views import Kind, SystemView
from workflows.engine.health.watch import KEPT
from workflows.engine.meter import SLOT


def system_views(context: Context, workflows: Sequence[AnyWorkflow]) -> list[SystemView]:
    """Return the systems that these workflows deliver to, all models, and what else is called; troubled ones first.

    Targets of other workflows are left out.
    """
    at = context.clock()
    with context.database.read() as session:
        in_window = {
            **_by_name(of_systems(session, context, since=at - (WINDOW - SLOT))),
            **_by_name(of_models(session, context, since=at - WINDOW)),
        }
        models = _by_name(of_models(session, context, since=at - KEPT))
        in_day = {**_by_name(of_systems(session, context, since=at - KEPT)), **models}
        troubles = {one.system: one for one in health.troubles(session, team=context.team)}
        down = health.lasting(session, team=context.team)
    theirs = {name for one in workflows for name in (one.target, one.rejection_target)}
    names = ({*in_day, *troubles, *down} - set(watched(context))) | theirs
    ends = {one.system: one.expires_on for one in reversed(expiries(context, workflows))}
    found = []
    for name in names:
        calls, day = in_window.get(name), in_day.get(name)
        state, since = _state(troubles.get(name), down.get(name))
        answers = calls.answered + calls.broken if calls is not None else 0
        found.append(
            SystemView(
                kind=_kind(name, troubles.get(name), is_model=name in models),
                name=name,
                state=state,
                since=since,
                is_outage=name in down,
                window=WINDOW,
                answered=calls.answered if calls is not None else 0,
                failed=calls.failed if calls is not None else 0,
                broken=calls.broken if calls is not None else 0,
                seconds=calls.milliseconds / answers / 1000 if calls is not None and answers else None,
                last_ok_at=day.last_ok_at if day is not None else None,
                last_at=_last(day),
                expires_on=ends.get(name),
            )
        )
    worst = list(reversed(Health))
    return sorted(found, key=lambda one: (worst.index(one.state), one.name.casefold()))


def is_well(session: Session, context: Context, name: str) -> bool:
    """Tell whether a system is neither down nor in trouble, as far as it is known."""
    if name in health.lasting(session, team=context.team):
        return False
    return all(one.system != name for one in health.troubles(session, team=context.team))


def _by_name(calls: Sequence[Calls]) -> dict[str, Calls]:
    return {one.system: one for one in calls}


def _kind(name: str, trouble: schema.Trouble | None, *, is_model: bool) -> Kind:
    if is_model:
        return Kind.MODEL
    if trouble is not None:
        return Kind(trouble.kind)
    return Kind.SLACK if name == SLACK else Kind.SYSTEM


def _state(trouble: schema.Trouble | None, down_since: datetime | None) -> tuple[Health, datetime | None]:
    if down_since is not None:
        return Health.DOWN, down_since
    if trouble is None:
        return Health.WELL, None
    return trouble.state, trouble.spell_at


def _last(day: Calls | None) -> datetime | None:
    known = [at for at in (day.last_ok_at, day.last_bad_at) if at is not None] if day is not None else []
    return max(known, default=None)
