"""The taking of examples: a person takes candidates in, or leaves them; what was taken is learned from, or measured on.

An example of one half never gets into the other, whatever is taken again or comes later.
"""

import json
from collections.abc import Collection, Sequence

from store.governance import audit, teams
from store.learning import examples as kept
from store.learning.examples import ExampleLine
from store.states import ExampleState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.quality.examples.candidates import MOST
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Candidate, Group, Taken, Why


def take(context: Context, ids: Collection[int], *, by: str, critical: bool = False) -> list[int]:
    """Take examples in; returns the ids of those that are there. `critical`: each new version has to have them right.

    Raise `Refused` for a critical one of the half that is learned from: it would show nothing.
    """
    return _decide(context, ids, ExampleState.TAKEN, by=by, critical=critical)


def leave(context: Context, ids: Collection[int], *, by: str) -> list[int]:
    """Leave examples, also those that were taken in; returns the ids of those that are there."""
    return _decide(context, ids, ExampleState.LEFT, by=by, critical=False)


def groups(context: Context, workflow: str, *, state: ExampleState = ExampleState.CANDIDATE) -> list[Group]:
    """Return the examples of a workflow in a state, near duplicates together, the newest group first."""
    found: dict[str, list[Candidate]] = {}
    for line in _lines(context, workflow, state):
        found.setdefault(line.alike, []).append(_candidate(line))
    return [Group(alike=alike, candidates=candidates) for alike, candidates in found.items()]


def taken(context: Context, workflow: str, half: Half) -> list[Taken]:
    """Return the examples of one half that were taken in, oldest first."""
    lines = _lines(context, workflow, ExampleState.TAKEN, half=half)
    return [
        Taken(id=one.id, case=one.case, example=Example(input=one.input, output=one.output), critical=one.critical)
        for one in map(_candidate, reversed(lines))
    ]


def waiting(context: Context, workflow: str) -> int:
    """Count the candidates of a workflow that nobody decided."""
    with context.database.read() as session:
        return kept.waiting(session, team=context.team, workflows=[workflow], at_most=MOST).get(workflow, 0)


def is_any_taken(context: Context, workflow: str) -> bool:
    """Tell whether an example of a workflow was taken in."""
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        states = (ExampleState.TAKEN,)
        return row is not None and bool(kept.lines(session, team=context.team, workflow=row, states=states, limit=1))


def workflow_of(context: Context, example: int) -> str:
    """Return the name of an example's workflow. Raise `Unknown`."""
    with context.database.read() as session:
        row = kept.get(session, example, team=context.team)
        if row is None:
            raise Unknown(f"there is no example {example}")
        return teams.workflow_name(session, row.workflow_id, team=context.team)


def shown_with(context: Context, workflow: str, example: int) -> list[int]:
    """Return the candidates that were shown together with one, which was the newest of them. Raise `Stale` where
    somebody decided them since.
    """
    for group in groups(context, workflow):
        ids = [one.id for one in group.candidates]
        if example in ids:
            # Those that came since were not shown.
            return [one for one in ids if one <= example]
    raise Stale("somebody has decided these since; ask for the examples again")


def unknown_among(context: Context, workflow: str, ids: Collection[int]) -> list[int]:
    """Return those of these numbers that are no example of a workflow."""
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        known = kept.known_among(session, ids, team=context.team, workflow=row) if row is not None else set()
    return sorted(set(ids) - known)


def _lines(context: Context, workflow: str, state: ExampleState, *, half: Half | None = None) -> Sequence[ExampleLine]:
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        if row is None:
            return []
        return kept.lines(session, team=context.team, workflow=row, states=(state,), half=half, limit=MOST)


def _candidate(line: ExampleLine) -> Candidate:
    said = json.loads(line.body)
    return Candidate(
        id=line.example,
        case=line.case,
        key=line.key,
        half=Half(line.half),
        why=Why(line.why),
        state=line.state,
        critical=line.critical,
        found_at=line.found_at,
        input=said["input"],
        output=said["output"],
        otherwise=said.get("otherwise"),
    )


def _decide(context: Context, ids: Collection[int], state: ExampleState, *, by: str, critical: bool) -> list[int]:
    with context.database.write(urgent=True) as session:
        if critical and Half.LEARNING in kept.halves(session, ids, team=context.team).values():
            raise Refused("an example that is learned from cannot be critical: a version that knows it shows nothing")
        at = context.clock()
        found = kept.decide(session, ids, state, team=context.team, critical=critical, by=by, at=at)
        for example, case in found.items():
            audit.record(
                session,
                team=context.team,
                at=at,
                actor=by,
                action=f"example.{state}",
                subject=SubjectKind.CASE.of(case),
                case=case,
                details={"example": example, "critical": "yes" if critical else "no"},
            )
        return sorted(found)
