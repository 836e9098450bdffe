"""Questions to the sources of cases, with their answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Origin, Question
from store.states import QuestionState

_UNSENT = (QuestionState.INTENDED, QuestionState.ATTEMPTING)


def add(
    session: Session,
    *,
    team: int,
    case: int,
    review: int,
    run: int,
    revision: int,
    text_id: int,
    asked_by: str,
    at: datetime,
    answer_by: datetime,
) -> int:
    """Add a question that is to be sent; returns its id. The case has to be held."""
    query = select(func.max(Question.number)).where(Question.case_id == case, Question.team_id == team)
    return rows.add(
        session,
        Question,
        team_id=team,
        case_id=case,
        review_id=review,
        run_id=run,
        number=(session.scalar(query) or 0) + 1,
        revision=revision,
        text_id=text_id,
        asked_by=asked_by,
        asked_at=at,
        answer_by=answer_by,
        state=QuestionState.INTENDED,
        attempts=0,
        maybe_sent=False,
        due_at=answer_by,
    )


def get(session: Session, question: int, *, team: int, anew: bool = False) -> Question | None:
    """Return the question with this id. `anew`: as it is kept now, whatever the session read of it before."""
    return rows.get(session, Question, question, team=team, anew=anew)


def asked_at_place(session: Session, place: str, *, team: int) -> Question | None:
    """Return the question that waits for an answer about a case that came from a place; the newest of several."""
    query = (
        select(Question)
        .join(Origin, Origin.case_id == Question.case_id)
        .where(
            Origin.team_id == team,
            Origin.place == place,
            Question.team_id == team,
            Question.state == QuestionState.SENT,
        )
    )
    return session.scalar(query.order_by(Question.id.desc()).limit(1))


def of_case(session: Session, case: int, *, team: int) -> list[Question]:
    """Return the questions of a case, oldest first."""
    query = select(Question).where(Question.case_id == case, Question.team_id == team)
    return list(session.scalars(query.order_by(Question.number)))


def unsent(session: Session, run: int, *, team: int) -> Question | None:
    """Return the question that a run is to send; None where there is none."""
    query = select(Question).where(Question.run_id == run, Question.team_id == team, Question.state.in_(_UNSENT))
    return session.scalar(query.order_by(Question.number.desc()).limit(1))


def due(session: Session, *, team: int, at: datetime, limit: int, after: int = 0) -> Sequence[Question]:
    """Return questions that something is to be done about now, by id. `after`: only those with a higher one."""
    query = select(Question).where(
        Question.due_at.is_not(None), Question.due_at <= at, Question.team_id == team, Question.id > after
    )
    return session.scalars(query.order_by(Question.id).limit(limit)).all()


def move(session: Session, question: Question, to: QuestionState, **changes: Any) -> bool:
    """Move a question, or change it within its state; False where it is no longer in the state that was read."""
    where = {"team_id": question.team_id, "state": question.state}
    return rows.change(session, Question, question.id, where=where, to={"state": to, **changes})
