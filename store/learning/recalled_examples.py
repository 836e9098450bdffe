"""Queries about examples that are recalled with a case: those that a deployment froze, or all that are taken in.

Only examples of the learning half are ever read here. One whose content was removed is left out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store.cases import contents
from store.schema import Case, Content, Workflow
from store.schema.learning.deployments import DeploymentExample
from store.schema.learning.examples import ExampleRow
from store.states import ExampleState

LEARNING = "learning"
"""The half of the examples that a prompt may show and a model may learn from."""


@dataclass(frozen=True, kw_only=True)
class RecalledLine:
    """An example that may be recalled."""

    example: int
    case: int
    key: str
    """Of its case."""
    body: str
    """JSON of its input and its output, masked."""


@dataclass(frozen=True, kw_only=True)
class TakenMark:
    """A mark of the examples that are taken in: it differs once one was taken in or left."""

    number: int
    newest: int


def of_deployment(session: Session, deployment: int, *, team: int) -> list[RecalledLine]:
    """Return the examples that were frozen with a deployment, by their ids."""
    query = _lines().join(DeploymentExample, DeploymentExample.example_id == ExampleRow.id)
    frozen = query.where(
        DeploymentExample.deployment_id == deployment,
        DeploymentExample.team_id == team,
        ExampleRow.team_id == team,
        ExampleRow.half == LEARNING,
    )
    return _read(session, frozen)


def taken(session: Session, workflow: str, *, team: int) -> list[RecalledLine]:
    """Return the examples of the learning half that are taken in now, by their ids."""
    query = _lines().join(Workflow, Workflow.id == ExampleRow.workflow_id)
    return _read(session, query.where(*_taken(workflow, team)))


def taken_mark(session: Session, workflow: str, *, team: int) -> TakenMark:
    """Return a mark of the examples that are taken in now."""
    query = select(func.count(), func.coalesce(func.max(ExampleRow.id), 0)).select_from(ExampleRow)
    query = query.join(Workflow, Workflow.id == ExampleRow.workflow_id).where(*_taken(workflow, team))
    number, newest = session.execute(query).one()
    return TakenMark(number=number, newest=newest)


def present(session: Session, examples: Collection[int], *, team: int) -> dict[int, RecalledLine]:
    """Return those of some examples whose content is still kept, by their ids."""
    if not examples:
        return {}
    query = _lines().where(ExampleRow.id.in_(examples), ExampleRow.team_id == team, ExampleRow.half == LEARNING)
    return {line.example: line for line in _read(session, query)}


def _lines() -> Select[int, int, str, str]:
    return (
        select(ExampleRow.id, ExampleRow.case_id, Case.key, Content.body)
        .select_from(ExampleRow)
        .join(Case, Case.id == ExampleRow.case_id)
        .join(Content, Content.id == ExampleRow.content_id)
        .order_by(ExampleRow.id)
    )


def _taken(workflow: str, team: int) -> tuple[Any, ...]:  # Any: conditions of several types
    return (
        Workflow.name == workflow,
        Workflow.team_id == team,
        ExampleRow.team_id == team,
        ExampleRow.state == ExampleState.TAKEN,
        ExampleRow.half == LEARNING,
    )


def _read(session: Session, query: Select[int, int, str, str]) -> list[RecalledLine]:
    return [
        RecalledLine(example=row.id, case=row.case_id, key=row.key, body=row.body)
        for row in session.execute(query)
        if not contents.is_removed(row.body)
    ]
