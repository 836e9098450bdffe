"""The news for those who corrected: what they said became part of the live version. Each is told once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import ValidationError

from store.cases import cases, contents
from store.governance import teams
from store.learning import improvements
from store.learning.improvements import Carried
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.names import can_be_written_to
from workflows.engine.errors import CountersignError
from workflows.quality.improvements.conditions import holds
from workflows.quality.improvements.finding import masked_input
from workflows.quality.improvements.reading import view_of
from workflows.quality.improvements.views import ImprovedNote

AFTER = timedelta(days=1)
"""Time that a version is live before people are told, so that there are cases to count."""
AT_ONCE = 20
MOST = 500
"""Cases that went alone since, of which those that meet the conditions are counted."""


def tell(context: Context) -> int:
    """Tell those who corrected of improvements that are live; returns the number of improvements.

    Raise `store.db.database.Unavailable`.
    """
    with context.database.read() as session:
        until = context.clock() - AFTER
        found = improvements.carried(session, team=context.team, until=until, limit=AT_ONCE)
    return sum(_told(context, one) for one in found)


def improved_note(context: Context, about: Mapping[str, str]) -> ImprovedNote:
    """Return the news for somebody who corrected. `about`: the facts of the note. Raise `Unknown`."""
    view = view_of(context, int(about["improvement"]))
    case = int(about["case"]) if about["case"] else None
    with context.database.read() as session:
        kept = improvements.kept_cases(session, [case] if case is not None else [], team=context.team)
        keys = cases.keys_of(session, kept, team=context.team)
    return ImprovedNote(
        workflow=view.workflow, key=keys.get(case) if case is not None else None, alone=int(about["alone"])
    )


def _told(context: Context, one: Carried) -> bool:
    """Tell of an improvement; False where another process did."""
    alone = _alone(context, one)
    at = context.clock()
    with context.database.write() as session:
        deployment, shown = one.deployment, one.change
        if not improvements.go_live(
            session, one.improvement, team=context.team, deployment=deployment, shown=shown, at=at
        ):
            return False
        kept = improvements.kept_cases(session, one.cases, team=context.team)
        for person, corrected in improvements.correctors(session, one.cases, team=context.team).items():
            if can_be_written_to(person):
                learning_notices.improved(
                    session,
                    team=context.team,
                    person=person,
                    workflow=one.workflow,
                    improvement=one.improvement,
                    case=next((case for case in corrected if case in kept), None),
                    alone=alone,
                    at=at,
                )
    return True


def _alone(context: Context, one: Carried) -> int:
    """Count the cases that meet the conditions and went alone since the version is live."""
    with context.database.read() as session:
        name = teams.workflow_name(session, one.workflow, team=context.team)
        inputs: Sequence[int] = improvements.alone_with(
            session, team=context.team, deployment=one.deployment, since=one.live_at, limit=MOST
        )
        bodies = contents.bodies(session, inputs, team=context.team)
    if name not in context.registry:
        return 0
    workflow, conditions = context.registry.get(name), view_of(context, one.improvement).conditions
    number = 0
    for body in bodies.values():
        try:
            number += body is not None and holds(conditions, masked_input(workflow, body))
        except (CountersignError, ValidationError):
            continue  # its form has changed since
    return number
