"""Examples that grew from decisions: candidates, and what became of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Select, and_, bindparam, func, select, update
from sqlalchemy.orm import Session

from store.cases import contents
from store.cases.removals import content_is_left
from store.db import rows
from store.schema import Case, Content, ExampleRow, Label, Proposal, Run, Workflow
from store.states import ExampleState


@dataclass(frozen=True, kw_only=True)
class ExampleLine:
    """An example or a candidate, with what is kept of it."""

    example: int
    case: int
    key: str
    half: str
    alike: str
    why: str
    state: ExampleState
    critical: bool
    found_at: datetime
    body: str
    """JSON of its input, its output, and what was proposed otherwise; masked."""


@dataclass(frozen=True, kw_only=True)
class LabelledCase:
    """Parts of an example."""

    label: int
    case: int
    key: str
    input: str | None
    """JSON; None where it was removed."""
    output: str | None
    proposal: str | None
    """JSON of the proposal that the label judges; None where there was none, whoever decided did not see it, or it was
    removed.
    """
    was_answered: bool
    """True if its source answered a question, which is no part of its input."""
    is_handed: bool
    is_revoked: bool
    """True if the decision was taken back."""
    is_latest: bool
    """True if no newer content of the case came."""


def labelled_case(session: Session, label: int, *, team: int) -> LabelledCase | None:
    """Return the case of a label, with its input and the right output; None where nobody said what is right."""
    query = (
        select(Label, Run, Case.key, Case.revision, Proposal.content_id)
        .join(Run, Run.id == Label.run_id)
        .join(Case, Case.id == Label.case_id)
        .outerjoin(Proposal, Proposal.id == Label.proposal_id)
        .where(Label.id == label, Label.team_id == team, Label.output_id.is_not(None))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, run, key, revision = found[:4]
    # What was answered unseen may not be final yet, and stays hidden until it is.
    proposal: int | None = found.content_id if row.kind != "answered" else None
    assert row.output_id is not None
    wanted = {run.input_id, row.output_id} | ({proposal} if proposal is not None else set())
    bodies = contents.bodies(session, wanted, team=team)
    return LabelledCase(
        label=label,
        case=row.case_id,
        key=key,
        input=bodies.get(run.input_id),
        output=bodies.get(row.output_id),
        proposal=bodies.get(proposal) if proposal is not None else None,
        was_answered=run.answers_id is not None,
        is_handed=run.handed_id is not None,
        is_revoked=row.revoked_at is not None,
        is_latest=run.revision == revision,
    )


def add(
    session: Session,
    *,
    team: int,
    workflow: int,
    case: int,
    label: int,
    half: str,
    alike: str,
    why: str,
    content: int,
    at: datetime,
) -> int | None:
    """Add a candidate; returns its id, None where the case has one."""
    return rows.add_new(
        session,
        ExampleRow,
        ("workflow_id", "case_id"),
        team_id=team,
        workflow_id=workflow,
        case_id=case,
        label_id=label,
        half=half,
        alike=alike,
        why=why,
        state=ExampleState.CANDIDATE,
        critical=False,
        content_id=content,
        found_at=at,
    )


def of_case(session: Session, case: int, *, team: int) -> ExampleRow | None:
    """Return the example of a case; None where it has none."""
    query = select(ExampleRow).where(ExampleRow.case_id == case, ExampleRow.team_id == team)
    return session.scalars(query.limit(1)).one_or_none()


def renew(
    session: Session,
    example: int,
    state: ExampleState,
    *,
    team: int,
    label: int,
    content: int,
    why: str,
    at: datetime,
) -> None:
    """Give an example a later right answer: nobody decided about that one."""
    change = update(ExampleRow).where(ExampleRow.id == example, ExampleRow.team_id == team)
    values = {"label_id": label, "content_id": content, "why": why, "found_at": at}
    session.execute(change.values(**values, state=state, critical=False, decided_by=None, decided_at=None))


def lines(
    session: Session,
    *,
    team: int,
    workflow: int,
    states: Collection[ExampleState],
    half: str | None = None,
    limit: int,
) -> list[ExampleLine]:
    """Return the newest examples in these states whose content is there, newest first."""
    query = (
        select(ExampleRow, Case.key, Content.body)
        .join(Case, Case.id == ExampleRow.case_id)
        .join(Content, Content.id == ExampleRow.content_id)
        # One whose decision was taken back has no right answer any more.
        .join(Label, and_(Label.id == ExampleRow.label_id, Label.revoked_at.is_(None)))
        .where(ExampleRow.team_id == team, ExampleRow.workflow_id == workflow, ExampleRow.state.in_(states))
        .order_by(ExampleRow.id.desc())
        .limit(limit)
    )
    if half is not None:
        query = query.where(ExampleRow.half == half)
    return [
        ExampleLine(
            example=row.id,
            case=row.case_id,
            key=key,
            half=row.half,
            alike=row.alike,
            why=row.why,
            state=row.state,
            critical=row.critical,
            found_at=row.found_at,
            body=body,
        )
        for row, key, body in session.execute(query)
        if not contents.is_removed(body)
    ]


def taken_contents(session: Session, *, team: int, workflow: str, half: str) -> list[int]:
    """Return the contents of the examples of one half that were taken in, oldest first. `workflow`: its name."""
    query = (
        select(ExampleRow.content_id)
        .join(Workflow, Workflow.id == ExampleRow.workflow_id)
        .join(Label, and_(Label.id == ExampleRow.label_id, Label.revoked_at.is_(None)))
        # One whose content was removed is there no more.
        .join(Case, and_(Case.id == ExampleRow.case_id, Case.erased_at.is_(None)))
        .where(
            ExampleRow.team_id == team,
            Workflow.name == workflow,
            ExampleRow.state == ExampleState.TAKEN,
            ExampleRow.half == half,
        )
        .order_by(ExampleRow.id)
    )
    return list(session.scalars(query))


def get(session: Session, example: int, *, team: int) -> ExampleRow | None:
    """Return an example by its id."""
    return rows.get(session, ExampleRow, example, team=team)


def known_among(session: Session, ids: Collection[int], *, team: int, workflow: int) -> set[int]:
    """Return those of these ids that are examples of a workflow."""
    query = select(ExampleRow.id).where(
        ExampleRow.id.in_(ids), ExampleRow.team_id == team, ExampleRow.workflow_id == workflow
    )
    return set(session.scalars(query))


def halves(session: Session, ids: Collection[int], *, team: int) -> dict[int, str]:
    """Return the half of several examples, by id."""
    query = select(ExampleRow.id, ExampleRow.half).where(ExampleRow.id.in_(ids), ExampleRow.team_id == team)
    return {row.id: row.half for row in session.execute(query)}


def decide(
    session: Session,
    ids: Collection[int],
    state: ExampleState,
    *,
    team: int,
    critical: bool,
    by: str,
    at: datetime,
) -> dict[int, int]:
    """Take examples in, or leave them; returns the case of each that is there."""
    change = update(ExampleRow).where(ExampleRow.id.in_(ids), ExampleRow.team_id == team)
    values = {"state": state, "critical": critical, "decided_by": by, "decided_at": at}
    found = session.execute(change.values(**values).returning(ExampleRow.id, ExampleRow.case_id))
    return {row.id: row.case_id for row in found}


def waiting(session: Session, *, team: int, workflows: Collection[str], at_most: int) -> dict[str, int]:
    """Count the candidates that nobody decided, and that are still there, of each of these workflows, by name.

    Those of one workflow are counted no further than `at_most`. A workflow of which none waits is left out.
    """
    values = {"team": team, "names": list(workflows), "at_most": at_most}
    return {row.name: row.number for row in session.execute(_WAITING, values) if row.number}


def _waiting() -> Select[str, int]:
    team = bindparam("team", type_=Integer)
    # Asked of each candidate until there are enough: joined, PostgreSQL would read all labels first.
    holds = select(Label.revoked_at.is_(None)).where(Label.id == ExampleRow.label_id, Label.team_id == team)
    some = (
        select(ExampleRow.id)
        .join(Content, and_(Content.id == ExampleRow.content_id, content_is_left(team)))
        .where(
            ExampleRow.team_id == team,
            ExampleRow.workflow_id == Workflow.id,
            ExampleRow.state == ExampleState.CANDIDATE,
            holds.correlate(ExampleRow).scalar_subquery(),
        )
        .limit(bindparam("at_most", type_=Integer))
        .correlate(Workflow)
        .subquery()
    )
    number = select(func.count()).select_from(some).scalar_subquery().label("number")
    query = select(Workflow.name, number)
    return query.where(Workflow.team_id == team, Workflow.name.in_(bindparam("names", expanding=True)))


# Each Home asks it, and to put it together takes longer than to run it.
_WAITING = _waiting()
