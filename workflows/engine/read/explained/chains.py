"""The chain of cases that a case belongs to: what it was made from, and what was made from it."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, journal, runs
from store.governance import teams
from store.sources import follow_ups
from store.states import FollowUpState
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.case.lookup import key_in_channel
from workflows.engine.context import Context
from workflows.engine.read.explained.explanation_views import ChainLine, ChainView, OpenFollowUp
from workflows.engine.review.made_from import decided_by

LEVELS = 5
"""Follow-ups in a row that are gone through, up and down."""
MOST = 500
"""Cases that are looked at in each direction."""
SHOWN = 10
"""Cases below a case that are shown; more are counted."""
_OPEN = (FollowUpState.DUE, FollowUpState.FAILED)

_Next = Callable[[Collection[int], int], list[int]]
"""A function from cases, and the most that are wanted, to the cases next to them."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A case of the chain, as its rows say it."""

    level: int
    case: schema.Case
    workflow: str
    run: schema.Run
    input: str | None
    by: str | None


def chain_view(context: Context, case: int) -> ChainView | None:
    """Return the chain of a case; None where it belongs to none."""
    team = context.team
    with context.database.read() as session:

        def parents(of: Collection[int], most: int) -> list[int]:
            return [link.parent for link in follow_ups.made_from(session, of, team=team, limit=most)]

        def children(of: Collection[int], most: int) -> list[int]:
            return [link.child for link in follow_ups.made_of(session, of, team=team, limit=most)]

        above, below = _walked(case, parents), _walked(case, children)
        waiting = [_open(session, row) for row in follow_ups.of_case(session, case, team=team) if row.state in _OPEN]
        if not (above or below or waiting):
            return None
        cost = journal.cost_of_cases(session, sorted({case, *above, *below}), team=team)
        shown_above = sorted(above.items(), key=lambda one: (-one[1], one[0]))[-SHOWN:]
        shown_below = sorted(below.items(), key=lambda one: (one[1], one[0]))[:SHOWN]
        kept = [_kept(session, one, -level, team=team) for one, level in shown_above]
        kept += [_kept(session, one, level, team=team) for one, level in shown_below]
    # The author's code is called outside the transaction.
    lines = [_line(context, one) for one in kept if one is not None]
    return ChainView(
        above=[one for one in lines if one.level < 0],
        below=[one for one in lines if one.level > 0],
        left_out=len(below) - len(shown_below),
        is_cut=_is_cut(above) or _is_cut(below),
        cost=cost,
        waiting=waiting,
    )


def made_from(session: Session, case: int, *, team: int) -> list[int]:
    """Return the cases that were made from a case, and from those, the nearest first and as far as it is looked."""

    def children(of: Collection[int], most: int) -> list[int]:
        return [link.child for link in follow_ups.made_of(session, of, team=team, limit=most)]

    found = _walked(case, children)
    return sorted(found, key=lambda one: (found[one], one))


def _walked(start: int, next_to: _Next) -> dict[int, int]:
    """Return the cases that are reached from a case, with the number of follow-ups between."""
    found: dict[int, int] = {}
    edge = [start]
    for level in range(1, LEVELS + 2):
        room = MOST + 1 - len(found)
        edge = [one for one in dict.fromkeys(next_to(edge, room)) if one not in found and one != start]
        found |= dict.fromkeys(edge, level)
        if not edge or room <= 0:
            break
    return found


def _is_cut(found: dict[int, int]) -> bool:
    return len(found) > MOST or any(level > LEVELS for level in found.values())


def _kept(session: Session, case: int, level: int, *, team: int) -> _Kept | None:
    row, run = cases.get(session, case, team=team), runs.newest(session, case, team=team)
    if row is None or run is None:
        return None
    return _Kept(
        level=level,
        case=row,
        workflow=teams.workflow_name(session, row.workflow_id, team=team),
        run=run,
        input=contents.body(session, run.input_id, team=team),
        by=decided_by(session, run),
    )


def _line(context: Context, kept: _Kept) -> ChainLine:
    known = context.registry.get(kept.workflow) if kept.workflow in context.registry else None
    return ChainLine(
        case=kept.case.id,
        key=key_in_channel(known, kept.input, kept.case.key),
        workflow=kept.workflow,
        level=kept.level,
        state=kept.run.state,
        resolution=kept.run.resolution,
        by=kept.by,
        at=kept.run.changed_at,
        is_corrected=kept.run.correction > 0,
    )


def _open(session: Session, row: schema.FollowUp) -> OpenFollowUp:
    why = None
    if row.problem_id is not None:
        body = contents.body(session, row.problem_id, team=row.team_id)
        why = str(json.loads(body)["message"]) if body is not None else REMOVED
    return OpenFollowUp(workflow=row.workflow, state=row.state, why=why)
