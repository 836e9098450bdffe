"""Deployments: versions of workflows, their signatures, what they learned from, and the models trained for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import rows
from store.schema import Content, Deployment, DeploymentExample, DeploymentSignature, ExampleRow, TrainedModel, Workflow
from store.states import DeploymentState, ExampleState

UNDER_WAY = (DeploymentState.LIVE, DeploymentState.PROPOSED, DeploymentState.SHADOW, DeploymentState.SHARING)
"""States of a deployment that somebody or something still looks at."""
# Parts of the statement: only then is the index of deployments under way used.
_ARE_UNDER_WAY: ColumnElement[bool] = Deployment.state.in_(UNDER_WAY)


@dataclass(frozen=True, kw_only=True)
class Used:
    """The versions that a workflow uses, as its row says."""

    id: int
    """Row of the workflow."""
    name: str
    live: int | None
    beside: int | None
    takes_over: bool


def used_by(session: Session, *, team: int) -> list[Used]:
    """Return which versions all workflows use."""
    row = Workflow
    query = select(row.id, row.name, row.live_id, row.beside_id, row.takes_over).where(row.team_id == team)
    return [
        Used(id=id, name=name, live=live, beside=beside, takes_over=takes_over)
        for id, name, live, beside, takes_over in session.execute(query)
    ]


def used(session: Session, workflow: int, *, team: int) -> Used | None:
    """Return which versions a workflow uses, as its row says now."""
    found = rows.get(session, Workflow, workflow, team=team, anew=True)
    if found is None:
        return None
    return Used(id=found.id, name=found.name, live=found.live_id, beside=found.beside_id, takes_over=found.takes_over)


def held(session: Session, workflow: int, *, team: int) -> Used | None:
    """Return which versions a workflow uses, and keep others from changing it until the transaction ends."""
    rows.hold(session, Workflow, workflow, team=team)
    return used(session, workflow, team=team)


def use(session: Session, workflow: int, *, team: int, live: int | None, beside: int | None) -> None:
    """Have a workflow use these versions. Nothing is taken over any more."""
    query = update(Workflow).where(Workflow.id == workflow, Workflow.team_id == team)
    session.execute(query.values(live_id=live, beside_id=beside, takes_over=False))


def take_nothing_over(session: Session, workflow: int, *, team: int) -> None:
    """Note that a workflow has no version of before to take over."""
    query = update(Workflow).where(Workflow.id == workflow, Workflow.team_id == team)
    session.execute(query.values(takes_over=False))


def get(session: Session, deployment: int, *, team: int) -> Deployment | None:
    """Return a deployment by the id of its row, as it is now."""
    return rows.get(session, Deployment, deployment, team=team, anew=True)


def live_of(session: Session, workflow: str, *, team: int) -> Deployment | None:
    """Return the deployment of a workflow that is live; None where none is."""
    query = select(Deployment).join(Workflow, Workflow.live_id == Deployment.id)
    return session.scalar(query.where(Workflow.team_id == team, Workflow.name == workflow, Deployment.team_id == team))


def numbered(session: Session, workflow: int, number: int, *, team: int) -> Deployment | None:
    """Return a workflow's deployment by its number."""
    query = select(Deployment).where(Deployment.team_id == team, Deployment.workflow_id == workflow)
    return session.scalar(query.where(Deployment.number == number))


def of_ids(session: Session, ids: Collection[int], *, team: int) -> Sequence[Deployment]:
    """Return deployments by the ids of their rows."""
    if not ids:
        return []
    return session.scalars(select(Deployment).where(Deployment.team_id == team, Deployment.id.in_(ids))).all()


def of_workflow(session: Session, workflow: int, *, team: int, limit: int) -> Sequence[Deployment]:
    """Return a workflow's deployments, the newest first."""
    query = select(Deployment).where(Deployment.team_id == team, Deployment.workflow_id == workflow)
    return session.scalars(query.order_by(Deployment.number.desc()).limit(limit)).all()


def under_way(session: Session, *, team: int, states: Collection[DeploymentState] = UNDER_WAY) -> Sequence[Deployment]:
    """Return the deployments of all workflows that are in one of these states, each of which is under way."""
    query = select(Deployment).where(Deployment.team_id == team, _ARE_UNDER_WAY, Deployment.state.in_(states))
    return session.scalars(query.order_by(Deployment.id)).all()


def in_states(
    session: Session, workflow: int, *, team: int, states: Collection[DeploymentState]
) -> Sequence[Deployment]:
    """Return a workflow's deployments in one of these states, oldest first."""
    query = select(Deployment).where(Deployment.team_id == team, Deployment.workflow_id == workflow)
    return session.scalars(query.where(Deployment.state.in_(states)).order_by(Deployment.number)).all()


def last_number(session: Session, workflow: int, *, team: int) -> int:
    """Return the highest number of a workflow's deployments; 0 before the first."""
    query = select(func.max(Deployment.number))
    return session.scalar(query.where(Deployment.team_id == team, Deployment.workflow_id == workflow)) or 0


def add(session: Session, *, team: int, workflow: int, number: int, **values: Any) -> int | None:
    """Add a deployment; return the id of its row, or None where another process has this number already.

    Any: columns of the row.
    """
    unique = ("workflow_id", "number")
    empty: dict[str, Any] = dict.fromkeys(
        (
            "eval_id",
            "against_id",
            "evidence",
            "note",
            "override_reason",
            "live_at",
            "ended_at",
            "ended_why",
            "ended_by",
            "ended_with",
            "before_id",
            "improvement_id",
            "weighing",
        )
    )
    given = {**empty, "refused_for": [], **values}
    return rows.add_new(session, Deployment, unique, team_id=team, workflow_id=workflow, number=number, **given)


def change(
    session: Session, deployment: int, *, team: int, state: DeploymentState, number: int, to: Mapping[str, Any]
) -> bool:
    """Change a deployment that is still as it was read; False where it is not. Each change has a number.

    `state`, `number`: its state and its number of changes, as read. Any: columns of the row.
    """
    still = {"team_id": team, "state": state, "change": number}
    return rows.change(session, Deployment, deployment, where=still, to={**to, "change": number + 1})


def sign(session: Session, deployment: int, *, team: int, by: str, how: str, at: datetime) -> bool:
    """Add a person's signature; False where they have signed already."""
    unique = ("deployment_id", "by")
    return (
        rows.add_new(
            session, DeploymentSignature, unique, team_id=team, deployment_id=deployment, by=by, how=how, at=at
        )
        is not None
    )


def signatures(session: Session, ids: Collection[int], *, team: int) -> Sequence[DeploymentSignature]:
    """Return the signatures under deployments, oldest first."""
    row = DeploymentSignature
    if not ids:
        return []
    query = select(row).where(row.team_id == team, row.deployment_id.in_(ids))
    return session.scalars(query.order_by(row.id)).all()


def add_examples(session: Session, deployment: int, examples: Sequence[int], *, team: int) -> None:
    """Note from which examples a deployment learned, or which it recalls."""
    rows.add_all(
        session,
        DeploymentExample,
        [{"example_id": example} for example in examples],
        {"team_id": team, "deployment_id": deployment},
    )


def examples_of(session: Session, deployment: int, *, team: int) -> list[int]:
    """Return the examples that a deployment learned from or recalls, oldest first."""
    row = DeploymentExample
    query = select(row.example_id).where(row.team_id == team, row.deployment_id == deployment)
    return list(session.scalars(query.order_by(row.example_id)))


def forget_trained(session: Session, workflow: str, *, team: int) -> None:
    """Remove the trained models of a workflow: they learned from words that were to be forgotten.

    Its row is held, as it is where one is kept: none that is being trained from such words is kept afterwards.
    """
    for row in session.scalars(select(Workflow.id).where(Workflow.team_id == team, Workflow.name == workflow)):
        rows.hold(session, Workflow, row, team=team)
    of = select(Workflow.id).where(Workflow.team_id == team, Workflow.name == workflow).scalar_subquery()
    session.execute(delete(TrainedModel).where(TrainedModel.team_id == team, TrainedModel.workflow_id == of))


def forget_trained_with(session: Session, case: int, *, team: int) -> None:
    """Remove the trained models that learned from an example of a case. They are trained again without it.

    Its workflow's row is held, as for `forget_trained`.
    """
    examples = select(ExampleRow.workflow_id).where(ExampleRow.case_id == case, ExampleRow.team_id == team)
    taught = session.scalars(examples.distinct()).all()
    if not taught:
        return
    for row in taught:
        rows.hold(session, Workflow, row, team=team)
    learned = (
        select(Deployment.training)
        .join(DeploymentExample, DeploymentExample.deployment_id == Deployment.id)
        .join(ExampleRow, ExampleRow.id == DeploymentExample.example_id)
        .where(ExampleRow.case_id == case, ExampleRow.team_id == team, Deployment.training.is_not(None))
    )
    theirs = delete(TrainedModel).where(TrainedModel.team_id == team, TrainedModel.workflow_id.in_(taught))
    session.execute(theirs.where(TrainedModel.key.in_(learned)))


def train_again(session: Session, deployment: int, *, team: int, before: str, now: str) -> None:
    """Name the model that was trained in place of one that was removed."""
    row = Deployment
    query = update(row).where(row.id == deployment, row.team_id == team, row.training == before)
    session.execute(query.values(training=now))


def keep_trained(session: Session, workflow: int, *, team: int, key: str, body: bytes, at: datetime) -> bool:
    """Keep a trained model; False where it is kept already. `key`: SHA-256 of the body."""
    unique = ("workflow_id", "key")
    added = rows.add_new(
        session, TrainedModel, unique, team_id=team, workflow_id=workflow, key=key, body=body, made_at=at
    )
    return added is not None


def trained(session: Session, workflow: int, key: str, *, team: int) -> bytes | None:
    """Return a trained model; None where it is not kept, or was removed."""
    query = select(TrainedModel.body).where(TrainedModel.team_id == team, TrainedModel.workflow_id == workflow)
    return session.scalar(query.where(TrainedModel.key == key))


def is_trained_kept(session: Session, workflow: int, key: str, *, team: int) -> bool:
    """Tell whether a trained model is kept."""
    query = select(TrainedModel.id).where(TrainedModel.team_id == team, TrainedModel.workflow_id == workflow)
    return session.scalar(query.where(TrainedModel.key == key)) is not None


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """An example that is taken in."""

    id: int
    critical: bool
    """True if each version has to have it right."""
    body: str
    """JSON of its input and its output, masked."""


def taken_in(session: Session, workflow: int, *, team: int, half: str) -> list[TakenIn]:
    """Return the examples of one half that are taken in, without those whose content was removed."""
    row = ExampleRow
    query = select(row.id, row.critical, Content.body).join(Content, Content.id == row.content_id)
    query = query.where(row.team_id == team, row.workflow_id == workflow, row.half == half)
    found = session.execute(query.where(row.state == ExampleState.TAKEN).order_by(row.id))
    return [
        TakenIn(id=id, critical=critical, body=body) for id, critical, body in found if not contents.is_removed(body)
    ]
