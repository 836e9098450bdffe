"""Texts of all cases, read a batch at a time, for a search that no index can help with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.cases.removals import content_is_left, step_is_left
from store.schema import Case, Cause, Content, Report, Run, Step

_AS_IT_IS = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text with its case."""

    id: int
    """Of its row."""
    case: int | None
    body: str


def contents(session: Session, *, team: int, after: int, limit: int) -> Sequence[Text]:
    """Return the next contents that were not removed, by id, as JSON."""
    query = select(Content.id, Content.case_id, Content.body).where(content_is_left(team), Content.id > after)
    return _read(session, query, Content.id, limit)


def steps(session: Session, *, team: int, after: int, limit: int) -> Sequence[Text]:
    """Return the next steps whose data was not removed, by id, as JSON."""
    query = select(Step.id, Run.case_id, Step.body).join(Run, Run.id == Step.run_id)
    return _read(session, query.where(step_is_left(team), Step.id > after), Step.id, limit)


def keys(session: Session, *, team: int, after: int, limit: int) -> Sequence[Text]:
    """Return the keys of the next cases, by id."""
    return _read(
        session, select(Case.id, Case.id, Case.key).where(Case.team_id == team, Case.id > after), Case.id, limit
    )


def reports(session: Session, *, team: int, after: int, limit: int) -> Sequence[Text]:
    """Return what the next reports say, by id, with what they say that it is about."""
    query = select(Report.id, Report.case_id, Report.about + "\n" + Report.said)
    return _read(session, query.where(Report.team_id == team, Report.id > after), Report.id, limit)


def causes(session: Session, *, team: int, after: int, limit: int) -> Sequence[Text]:
    """Return the messages of the next causes of failures, by id. They belong to no case."""
    query = select(Cause.id, func.nullif(Cause.id, Cause.id), Cause.message)
    return _read(session, query.where(Cause.team_id == team, Cause.id > after), Cause.id, limit)


def blank_report(session: Session, report: int, *, team: int) -> None:
    """Blank what somebody wrote in a report."""
    blank = update(Report).where(Report.id == report, Report.team_id == team).values(said="", about="")
    session.execute(blank, execution_options=_AS_IT_IS)


def blank_cause(session: Session, cause: int, *, team: int) -> None:
    """Blank the message of a cause of failures."""
    blank = update(Cause).where(Cause.id == cause, Cause.team_id == team).values(message="")
    session.execute(blank, execution_options=_AS_IT_IS)


def _read(
    session: Session, query: Select[*tuple[Any, ...]], by: InstrumentedAttribute[int], limit: int
) -> Sequence[Text]:
    found = session.execute(query.order_by(by).limit(limit))
    return [Text(id=id, case=case, body=body) for id, case, body in found]
