"""Decisions of people about proposals in a span of time. A span begins with `since` and ends just before `until`.

Proposals that were written by hand for a demonstration, that the source of a case handed in, or that were told of
refused ones, and corrections of what was delivered, show nothing of the quality of a workflow: they are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from store.cases import contents
from store.schema import AuditRow, Case, Content, Decision, Label, Proposal, Review, Run

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])
EDITED, REJECTED = "edited", "rejected"
"""Kinds of decisions that say that a proposal was not right as it was."""
# Written out as in the index of these rows.
_REFUSED: Sequence[ColumnElement[str]] = [
    literal_column(f"'{action}'", String) for action in ("approve.refused", "edit.refused")
]
_BARRED = "barred"
"""The word, in the details of a refusal, for a rule that nobody may pass over."""


@dataclass(frozen=True, kw_only=True)
class DecidedLine:
    """The decisions of one kind about the proposals of one prompt version and model."""

    workflow: int
    model: str | None
    """None: there was no proposal."""
    prompt_version: str | None
    kind: str
    number: int


@dataclass(frozen=True, kw_only=True)
class UnseenLine:
    """The decisions of people who did not see what was proposed."""

    workflow: int
    number: int
    compared: int
    """Those that have a label, and so are compared with the proposal."""
    same: int
    """Those of them that are the same as the proposal."""


@dataclass(frozen=True, kw_only=True)
class EditLine:
    """An edit: what was proposed, and what a person decided, as they are kept; None for what was removed."""

    workflow: int
    proposal: str | None
    output: str | None
    changes: str | None
    """Facts that are left of an edit that was removed, as JSON; None where it was not, or nothing is left."""
    wrong: Sequence[str] | None
    """Fields that are not the same to the business, by its label; None where it has no label yet."""


@dataclass(frozen=True, kw_only=True)
class RejectionLine:
    """A rejection with its reason, as it is kept; None where that was removed."""

    workflow: int
    case: int
    key: str
    reason: str | None
    at: datetime


def counts(session: Session, *, team: int, since: datetime, until: datetime) -> list[DecidedLine]:
    """Count what people decided, by workflow, prompt version, model and kind."""
    by = (Review.workflow_id, Proposal.model, Proposal.prompt_version, Decision.kind)
    query = standing(select(*by, func.count()), team=team, since=since, until=until).where(Review.blind.is_(False))
    return [
        DecidedLine(workflow=workflow, model=model, prompt_version=version, kind=kind, number=number)
        for workflow, model, version, kind, number in session.execute(query.group_by(*by))
    ]


def unseen(session: Session, *, team: int, since: datetime, until: datetime) -> list[UnseenLine]:
    """Count what people decided without seeing the proposal, by workflow."""
    same = func.count().filter(Label.is_error.is_(False))
    counted = (Review.workflow_id, func.count(), func.count(Label.is_error), same)
    query = standing(select(*counted), team=team, since=since, until=until)
    query = query.outerjoin(Label, Label.decision_id == Decision.id).where(Review.blind)
    return [
        UnseenLine(workflow=workflow, number=number, compared=compared, same=same)
        for workflow, number, compared, same in session.execute(query.group_by(Review.workflow_id))
    ]


def edits(session: Session, *, team: int, since: datetime, until: datetime, limit: int) -> list[EditLine]:
    """Return the newest edits with what they changed. Their texts are read, so there is a limit."""
    proposed, entered = aliased(Content), aliased(Content)
    # The few rows are found first, and only their texts are read.
    which = select(Review.workflow_id, Proposal.content_id, Decision.output_id, Decision.id.label("decision"))
    found = (
        standing(which, team=team, since=since, until=until)
        .where(Decision.kind == EDITED, Proposal.id.is_not(None), Decision.output_id.is_not(None))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(found.c.workflow_id, proposed.body, entered.body, Label.wrong)
        .join(proposed, proposed.id == found.c.content_id)
        .join(entered, entered.id == found.c.output_id)
        .outerjoin(Label, Label.decision_id == found.c.decision)
    )
    return [
        EditLine(
            workflow=row[0],
            proposal=contents.kept(row[1]),
            output=contents.kept(row[2]),
            changes=contents.facts_in(row[2]),
            wrong=row[3],
        )
        for row in session.execute(query)
    ]


def rejections(
    session: Session, *, team: int, since: datetime, until: datetime, limit: int, workflow: int | None = None
) -> list[RejectionLine]:
    """Return the newest rejections with their reasons. `workflow`: only those of this one."""
    query = (
        standing(
            select(Review.workflow_id, Review.case_id, Case.key, Content.body, Decision.at),
            team=team,
            since=since,
            until=until,
        )
        .join(Case, Case.id == Review.case_id)
        .join(Content, Content.id == Decision.reason_id)
        .where(Decision.kind == REJECTED)
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(limit)
    )
    if workflow is not None:
        query = query.where(Review.workflow_id == workflow)
    return [
        RejectionLine(workflow=row[0], case=row[1], key=row[2], reason=contents.kept(row[3]), at=row[4])
        for row in session.execute(query)
    ]


def confirmed(session: Session, *, team: int, since: datetime, until: datetime) -> list[tuple[int, Sequence[str]]]:
    """Return the rules that people confirmed to pass over, as (workflow id, their sentences), for each decision."""
    query = (
        select(Review.workflow_id, Decision.confirmed)
        .join(Review, Review.id == Decision.review_id)
        .where(
            Decision.team_id == team,
            Decision.at >= since,
            Decision.at < until,
            Decision.revoked_at.is_(None),
            literal_column("decisions.confirmed <> '[]'"),
        )
    )
    return [(workflow, sentences) for workflow, sentences in session.execute(query)]


def barred(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the times that a rule barred what a person had decided, by workflow id."""
    query = (
        select(Case.workflow_id, AuditRow.details)
        .join(Case, Case.id == AuditRow.case_id)
        .where(AuditRow.team_id == team, AuditRow.action.in_(_REFUSED), AuditRow.at >= since, AuditRow.at < until)
    )
    found: dict[int, int] = {}
    for workflow, details in session.execute(query):
        if details.get("why") == _BARRED:
            found[workflow] = found.get(workflow, 0) + 1
    return found


def standing(query: _Query, *, team: int, since: datetime, until: datetime) -> _Query:
    """Return a query for the decisions of a span that stand and say something of a workflow's quality."""
    return (
        query.select_from(Decision)
        .join(Review, Review.id == Decision.review_id)
        .join(Run, Run.id == Review.run_id)
        .outerjoin(Proposal, Proposal.run_id == Run.id)
        .where(
            Decision.team_id == team,
            Decision.at >= since,
            Decision.at < until,
            Decision.revoked_at.is_(None),
            Decision.confirms.is_(False),
            Run.correction == 0,
            Run.refused_id.is_(None),
            Run.handed_id.is_(None),
            func.coalesce(Proposal.sample, False).is_(False),
        )
    )
