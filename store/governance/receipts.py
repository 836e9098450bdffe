"""The rows that receipts of decisions are made from, of several cases at once, and the contents that they show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.cases.contents import is_removed
from store.schema import AuditRow, Case, Content, Decision, Delivery, Proposal, Review, Run, Workflow


@dataclass(frozen=True, kw_only=True)
class ReceiptRows:
    """The rows of these cases, each kind by id."""

    cases: list[Case]
    workflows: dict[int, str]
    """Names by id."""
    runs: list[Run]
    proposals: list[Proposal]
    reviews: list[Review]
    decisions: list[Decision]
    deliveries: list[Delivery]
    trail: list[AuditRow]


@dataclass(frozen=True, kw_only=True)
class ReceiptTexts:
    """Contents by id. What was removed is in neither."""

    whole: dict[int, str]
    """Bodies as they were when their hashes were made."""
    facts: dict[int, str]
    """Facts that were left of other contents, such as the codes of reasons."""


def texts_of(session: Session, ids: Collection[int], *, team: int) -> ReceiptTexts:
    """Return contents with these ids."""
    query = select(Content.id, Content.kind, Content.body).where(Content.id.in_(ids), Content.team_id == team)
    found = [(id, kind, body) for id, kind, body in session.execute(query) if not is_removed(body)]
    return ReceiptTexts(
        whole={id: body for id, kind, body in found if kind != "facts"},
        facts={id: body for id, kind, body in found if kind == "facts"},
    )


def cases_after(session: Session, *, team: int, after: int, limit: int) -> Sequence[int]:
    """Return the next cases after one, by id."""
    query = select(Case.id).where(Case.team_id == team, Case.id > after).order_by(Case.id).limit(limit)
    return session.scalars(query).all()


def rows_of(session: Session, cases: Collection[int], *, team: int) -> ReceiptRows:
    """Return the rows of these cases that receipts are made from. A case that is not this team's is left out."""
    found = list(session.scalars(select(Case).where(Case.id.in_(cases), Case.team_id == team).order_by(Case.id)))
    ids, named = [case.id for case in found], {case.workflow_id for case in found}
    names = select(Workflow.id, Workflow.name).where(Workflow.id.in_(named), Workflow.team_id == team)
    runs = list(session.scalars(select(Run).where(Run.case_id.in_(ids), Run.team_id == team).order_by(Run.id)))
    reviews = list(
        session.scalars(select(Review).where(Review.case_id.in_(ids), Review.team_id == team).order_by(Review.id))
    )
    # By ids and not by a query in the query, for which SQLite would read what all cases have.
    of_runs, of_reviews = [run.id for run in runs], [review.id for review in reviews]
    proposals = select(Proposal).where(Proposal.run_id.in_(of_runs), Proposal.team_id == team)
    # SQLite would rather read all of a team's than look for several ids: so its index of the team is kept from it.
    decisions = select(Decision).where(Decision.review_id.in_(of_reviews), func.coalesce(Decision.team_id, 0) == team)
    deliveries = select(Delivery).where(Delivery.case_id.in_(ids), func.coalesce(Delivery.team_id, 0) == team)
    trail = select(AuditRow).where(AuditRow.case_id.in_(ids), AuditRow.team_id == team)
    return ReceiptRows(
        cases=found,
        workflows=dict(session.execute(names).all()),
        runs=runs,
        proposals=list(session.scalars(proposals.order_by(Proposal.id))),
        reviews=reviews,
        decisions=list(session.scalars(decisions.order_by(Decision.review_id, Decision.version))),
        deliveries=list(session.scalars(deliveries.order_by(Delivery.id))),
        trail=list(session.scalars(trail.order_by(AuditRow.id))),
    )
