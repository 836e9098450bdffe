"""Evals: results of prompts and models on examples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Eval


def begin(
    session: Session,
    *,
    team: int,
    workflow: str,
    prompt_version: str | None,
    model: str,
    examples: str,
    at: datetime,
) -> int:
    """Add an eval that is about to run; returns its id. `examples`: SHA-256 of the examples."""
    return rows.add(
        session,
        Eval,
        team_id=team,
        workflow=workflow,
        prompt_version=prompt_version,
        model=model,
        examples=examples,
        began_at=at,
        ended_at=None,
        result=None,
    )


def keep(
    session: Session,
    eval: int,
    *,
    team: int,
    model: str,
    result: Mapping[str, Any],
    ended_at: datetime | None,
) -> None:
    """Keep the result of an eval, and the model that really answered. `ended_at`: None for an unfinished eval."""
    changes = {"model": model, "result": dict(result), "ended_at": ended_at}
    session.execute(update(Eval).where(Eval.id == eval, Eval.team_id == team).values(changes))


def get(session: Session, eval: int, *, team: int) -> Eval | None:
    """Return the eval with this id."""
    return rows.get(session, Eval, eval, team=team)


def newest(session: Session, *, team: int, workflow: str, version: str, examples: str) -> Eval | None:
    """Return the newest finished eval on these examples. `version`: beginning of the prompt's or model's version."""
    query = (
        select(Eval)
        .where(
            Eval.team_id == team,
            Eval.workflow == workflow,
            Eval.examples == examples,
            Eval.ended_at.is_not(None),
            or_(
                Eval.prompt_version.startswith(version, autoescape=True),
                Eval.model.startswith(version, autoescape=True),
            ),
        )
        .order_by(Eval.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def of_workflow(session: Session, *, team: int, workflow: str) -> list[Eval]:
    """Return all evals of a workflow, oldest first."""
    query = select(Eval).where(Eval.team_id == team, Eval.workflow == workflow)
    return list(session.scalars(query.order_by(Eval.id)))
