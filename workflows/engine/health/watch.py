"""The look at how other systems are: what was counted is written, and a change of a state is told once.

Every process looks. Of several that see a change at once, one moves the row, and has the message wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases import causes
from store.faces import FAILURES
from store.governance import health
from store.slack import outbox
from store.states import CauseState, Health
from store.subjects import SubjectKind
from workflows.engine.causes.counting import show as show_cause
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.health.figures import SLACK, figures, of_models, of_systems, watched
from workflows.engine.health.rules import SAME, UNUSED, WINDOW, Figures, next_state
from workflows.engine.health.views import HowEnded, Kind, TroubleView
from workflows.engine.meter import SLOT, Counts, Slot

KEPT = timedelta(days=1)
"""Time for which calls are kept, at least."""
_STANDING = (CauseState.OPEN, CauseState.MENDING, CauseState.REGRESSED)
MOST_LASTING = 20
"""Systems in trouble at a time that are told of. Where as many are, it is the network, or names are made from cases."""
_MOST_REDRAWN = 20
"""Cards of causes that are redrawn when the state of their system changes."""


def look(context: Context) -> int:
    """Write what this process counted, move the systems whose state changed, and return their number.

    Raise the errors of the database; what was counted is kept then.
    """
    write(context)
    at = context.clock()
    with context.database.read() as session:
        seen = _seen(session, context, since=at - WINDOW)
        lasting = {one.system: one for one in health.troubles(session, team=context.team)}
        down = health.lasting(session, team=context.team)
        # What was bad before an end is told already, and only later calls may begin another trouble.
        for name, ended_at in health.ended(session, team=context.team, since=at - WINDOW).items():
            if name in seen and ended_at <= at:
                seen[name] = _seen(session, context, since=ended_at).get(name, _NOTHING)
    moved, left = 0, MOST_LASTING - len(lasting)
    for name in sorted({*seen, *lasting}):
        if name not in lasting and left <= 0:
            continue
        did = _look_at(context, name, seen.get(name, _NOTHING), lasting.get(name), is_down=name in down)
        moved += did
        left -= did and name not in lasting
    return moved


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """The calls of a system within the window."""

    figures: Figures
    kind: Kind = Kind.SYSTEM


_NOTHING = _Seen(figures=Figures())


def _seen(session: Session, context: Context, *, since: datetime) -> dict[str, _Seen]:
    """Return the calls of each system within the slots that begin after a time, and of each model since then."""
    found = {
        one.system: _Seen(figures=figures(one), kind=Kind.SLACK if one.system == SLACK else Kind.SYSTEM)
        for one in of_systems(session, context, since=since + SLOT)
    }
    for one in of_models(session, context, since=since):
        found[one.system] = _Seen(figures=figures(one), kind=Kind.MODEL)
    return found


def _look_at(context: Context, name: str, seen: _Seen, trouble: schema.Trouble | None, *, is_down: bool) -> bool:
    """Move one system, where its state changed; False where it did not, or another process moved it."""
    at, of = context.clock(), seen.figures
    is_watched = seen.kind is Kind.MODEL or name in watched(context)
    if trouble is None:
        to = Health.WELL if is_down else next_state(Health.WELL, of, at=at, is_watched=is_watched)
        return to is not Health.WELL and _begin(context, name, to, seen)
    if is_down:
        return _end(context, trouble, HowEnded.DOWN)
    to = next_state(trouble.state, of, at=at, is_watched=is_watched)
    if to is Health.WELL:
        return _end(context, trouble, HowEnded.WELL)
    if to is not trouble.state:
        return _worsen(context, trouble, to, of)
    if not of.total and at - trouble.changed_at >= UNUSED:
        return _end(context, trouble, HowEnded.UNUSED)
    return False


def write(context: Context) -> None:
    """Add what this process counted to the rows that all share. Raise the errors of the database."""
    taken = context.meter.take()
    if not taken:
        return
    try:
        with context.database.write() as session:
            # Always in this order: otherwise two processes that lock each other's rows would wait for ever.
            for slot in sorted(taken, key=lambda slot: (slot.system, slot.began)):
                _add(session, context, slot, taken)
    except Exception:
        context.meter.put_back(taken)
        raise


def _add(session: Session, context: Context, slot: Slot, taken: Mapping[Slot, Counts]) -> None:
    counts = taken[slot]
    health.add(
        session,
        team=context.team,
        system=slot.system,
        began=slot.began,
        answered=counts.answered,
        failed=counts.failed,
        broken=counts.broken,
        milliseconds=counts.milliseconds,
        last_ok_at=counts.last_ok_at,
        last_bad_at=counts.last_bad_at,
        error=counts.error,
    )


def forget(context: Context) -> None:
    """Forget calls that are older than anybody asks for."""
    with context.database.write() as session:
        health.forget(session, team=context.team, before=context.clock() - KEPT)


def _begin(context: Context, name: str, state: Health, seen: _Seen) -> bool:
    with context.database.write() as session:
        at, known = context.clock(), _figures(session, context, name, seen.figures)
        before = health.last_ended(session, name, team=context.team, since=at - SAME)
        begun: int | None
        if before is not None and before.end == HowEnded.WELL:
            begun = before.id if health.begin_again(session, before, state, at=at, **known) else None
        else:
            begun = health.begin(session, team=context.team, system=name, kind=seen.kind, state=state, at=at, **known)
        if begun is not None:
            _show(session, context, begun, name)
        return begun is not None


def _worsen(context: Context, trouble: schema.Trouble, to: Health, of: Figures) -> bool:
    with context.database.write() as session:
        known = _figures(session, context, trouble.system, of)
        if not health.worsen(session, trouble, to, at=context.clock(), **known):
            return False
        _show(session, context, trouble.id, trouble.system)
        return True


def _end(context: Context, trouble: schema.Trouble, how: HowEnded) -> bool:
    with context.database.write() as session:
        if not health.end(session, trouble, how, at=context.clock()):
            return False
        _show(session, context, trouble.id, trouble.system)
        return True


def _figures(session: Session, context: Context, name: str, of: Figures) -> dict[str, int | str | None]:
    error = health.last_error(session, name, team=context.team)
    return {"total": of.total, "failed": of.failed, "broken": of.broken, "error": error}


def _show(session: Session, context: Context, trouble: int, system: str) -> None:
    """Have the message about a trouble drawn as it stands, and the cards of causes that are about its system."""
    at, subject, team = context.clock(), SubjectKind.TROUBLE.of(trouble), context.team
    outbox.want_view(session, team=team, kind=outbox.TROUBLE, subject=subject, channel=FAILURES, at=at)
    # What a card offers depends on whether the system is well.
    for cause in causes.needing(session, system, team=team, states=_STANDING, limit=_MOST_REDRAWN):
        show_cause(session, cause, team=team, at=at)


def trouble_view(context: Context, trouble: int) -> TroubleView:
    """Return the view of a trouble. Raise `Unknown`."""
    with context.database.read() as session:
        row = health.get(session, trouble, team=context.team)
    if row is None:
        raise Unknown(f"there is no trouble {trouble}")
    return TroubleView(
        kind=Kind(row.kind),
        name=row.system,
        state=row.state,
        began_at=row.began_at,
        spells=row.spells,
        spell_at=row.spell_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        end=HowEnded(row.end) if row.end is not None else None,
        window=WINDOW,
        total=row.total,
        failed=row.failed,
        broken=row.broken,
        error=row.error,
    )
