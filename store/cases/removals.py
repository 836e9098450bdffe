"""Removal of content from the rows of one case, and what is left of it. The case has to be held.

Rows stay with their times, numbers and people: only texts, and unsalted hashes of texts, are taken out of them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import ColumnElement, delete, func, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from store.cases.contents import REMOVED, ContentKind, is_removed
from store.schema import (
    AuditRow,
    Case,
    Cause,
    Content,
    Decision,
    Delivery,
    DocumentUse,
    Draft,
    ModelRequest,
    Proposal,
    Report,
    Review,
    Run,
    ShownFile,
    Step,
)
from store.states import DeliveryState

_AS_IT_IS = {"synchronize_session": False}
_IS_REMOVED = Content.body.startswith(REMOVED[:-1], autoescape=True)
_STEP_IS_REMOVED = Step.body.startswith(REMOVED[:-1], autoescape=True)


@dataclass(frozen=True, kw_only=True)
class KeptContent:
    """A content that was not removed."""

    id: int
    kind: str
    body: str


def counts(session: Session, cases: Collection[int], *, team: int) -> dict[str, int]:
    """Count the contents of these cases that are still there, by their kind, and their `steps`."""
    query = (
        select(Content.kind, func.count())
        .where(Content.case_id.in_(cases), content_is_left(team))
        .group_by(Content.kind)
    )
    found: dict[str, int] = dict(session.execute(query).all())
    steps = session.scalar(select(func.count()).select_from(Step).where(_of_cases(cases), step_is_left(team)))
    return found | ({"steps": steps} if steps else {})


def left(session: Session, case: int, kinds: Collection[ContentKind], *, team: int) -> list[KeptContent]:
    """Return the contents of these kinds that are still there, oldest first."""
    query = select(Content.id, Content.kind, Content.body).where(Content.case_id == case, Content.kind.in_(kinds))
    found = session.execute(query.where(content_is_left(team)).order_by(Content.id))
    return [KeptContent(id=id, kind=kind, body=body) for id, kind, body in found]


@dataclass(frozen=True, kw_only=True)
class KeptEdit:
    """An edit whose values were not removed."""

    output_id: int
    """Content with what a person decided."""
    proposal: str
    output: str


def edits(session: Session, case: int, *, team: int) -> list[KeptEdit]:
    """Return the edits of a case's proposals, as far as they were not removed."""
    proposed, entered = aliased(Content), aliased(Content)
    query = (
        select(entered.id, proposed.body, entered.body)
        .select_from(Decision)
        .join(Review, Review.id == Decision.review_id)
        .join(Proposal, Proposal.run_id == Review.run_id)
        .join(proposed, proposed.id == Proposal.content_id)
        .join(entered, entered.id == Decision.output_id)
        .where(Review.case_id == case, Review.team_id == team, Decision.kind == "edited")
    )
    found = session.execute(query).all()
    return [
        KeptEdit(output_id=id, proposal=proposal, output=output)
        for id, proposal, output in found
        if not is_removed(proposal) and not is_removed(output)
    ]


def replace(session: Session, content: int, *, team: int, body: str) -> None:
    """Leave only facts of a content, as its new body."""
    changing = update(Content).where(Content.id == content, Content.team_id == team)
    session.execute(changing.values(body=body, kind="facts"), execution_options=_AS_IT_IS)


def remove(
    session: Session, case: int, kinds: Collection[ContentKind], *, team: int, unknown: bool = False
) -> Counter[str]:
    """Remove the contents of these kinds; returns the number of each kind. `unknown`: also those of unknown kinds."""
    is_one: ColumnElement[bool] = Content.kind.in_(kinds)
    if unknown:
        is_one = or_(is_one, Content.kind.not_in(get_args(ContentKind)))
    theirs = update(Content).where(Content.case_id == case, is_one, content_is_left(team))
    gone = session.scalars(theirs.values(body=REMOVED).returning(Content.kind), execution_options=_AS_IT_IS)
    return Counter(gone)


def remove_steps(session: Session, case: int, *, team: int) -> int:
    """Remove what the steps of a case's runs were given and returned; returns the number of steps."""
    theirs = update(Step).where(_of_cases([case]), step_is_left(team)).values(body=REMOVED, input_hash="")
    return len(session.scalars(theirs.returning(Step.id), execution_options=_AS_IT_IS).all())


def remove_drafts(session: Session, case: int, *, team: int) -> None:
    """Delete the drafts about a case. Their contents are removed by themselves."""
    theirs = select(Content.id).where(Content.case_id == case, Content.team_id == team)
    gone = delete(Draft).where(Draft.team_id == team, Draft.content_id.in_(theirs))
    session.execute(gone, execution_options=_AS_IT_IS)


def blank_requests(session: Session, case: int, *, team: int) -> None:
    """Blank the hashes of what models were told of a case: nobody can guess it from them, and no answer is found by
    them.
    """
    theirs = update(ModelRequest).where(ModelRequest.case_id == case, ModelRequest.team_id == team)
    session.execute(theirs.values(input_hash="", cache_key=None), execution_options=_AS_IT_IS)


def blank_marks(session: Session, case: int, *, team: int) -> None:
    """Blank the digests by which a case's reviews were found alike others."""
    theirs = update(Review).where(Review.case_id == case, Review.team_id == team, Review.alike.is_not(None))
    session.execute(theirs.values(alike=None), execution_options=_AS_IT_IS)


def blank_reports(session: Session, case: int, *, team: int) -> int:
    """Blank what people wrote in their reports about a case; returns the number of reports."""
    theirs = update(Report).where(Report.case_id == case, Report.team_id == team, Report.said != "")
    found = session.scalars(theirs.values(said="", about="").returning(Report.id), execution_options=_AS_IT_IS)
    return len(found.all())


def blank_causes(session: Session, case: int, *, team: int) -> int:
    """Blank the error messages of causes for which no other case stopped; returns the number of causes.

    What several cases have in common in their errors tells nothing of one of them.
    """
    theirs = select(Run.cause_id).where(Run.case_id == case, Run.team_id == team, Run.cause_id.is_not(None))
    others = select(Run.id).where(Run.cause_id == Cause.id, Run.case_id != case, Run.team_id == team).exists()
    blank = update(Cause).where(Cause.id.in_(theirs), Cause.team_id == team, ~others, Cause.message != "")
    found = session.scalars(blank.values(message="").returning(Cause.id), execution_options=_AS_IT_IS)
    return len(found.all())


def finish(session: Session, case: int, *, team: int, at: datetime) -> bool:
    """Note that all content of a case was removed, and forget its salt; False where there is some, or it was noted."""
    theirs = update(Case).where(Case.id == case, Case.team_id == team, Case.erased_at.is_(None))
    some = or_(
        select(Content.id).where(Content.case_id == case, content_is_left(team)).exists(),
        select(Step.id).where(_of_cases([case]), step_is_left(team)).exists(),
    )
    noted = theirs.where(not_(some)).values(salt=None, content_hash="", erased_at=at).returning(Case.id)
    return session.scalar(noted, execution_options=_AS_IT_IS) is not None


def rename(session: Session, case: int, *, team: int, key: str, deliveries: Mapping[str, str]) -> None:
    """Put another key in the place of a case's. `deliveries`: present key of a delivery -> its new one."""
    own = update(Case).where(Case.id == case, Case.team_id == team).values(key=key)
    session.execute(own, execution_options=_AS_IT_IS)
    for old, new in deliveries.items():
        theirs = update(Delivery).where(Delivery.case_id == case, Delivery.team_id == team, Delivery.key == old)
        session.execute(theirs.values(key=new), execution_options=_AS_IT_IS)


def hashes_left(session: Session, case: int, *, team: int) -> dict[str, int]:
    """Count what a case without content should not have besides: hashes of it, and what people typed or wrote of it.

    Named by table; what there is none of is left out.
    """
    theirs = select(Run.id).where(Run.case_id == case, Run.team_id == team)
    contents = select(Content.id).where(Content.case_id == case, Content.team_id == team)
    hashed = or_(ModelRequest.input_hash != "", ModelRequest.cache_key.is_not(None))
    asked = select(ModelRequest.id).where(ModelRequest.case_id == case, ModelRequest.team_id == team)
    salted = or_(Case.salt.is_not(None), Case.content_hash != "")
    found = {
        "cases": select(Case.id).where(Case.id == case, Case.team_id == team, salted),
        "steps": select(Step.id).where(Step.run_id.in_(theirs), Step.team_id == team, Step.input_hash != ""),
        "model_requests": asked.where(hashed),
        "reviews": select(Review.id).where(Review.case_id == case, Review.team_id == team, Review.alike.is_not(None)),
        "drafts": select(Draft.id).where(Draft.content_id.in_(contents), Draft.team_id == team),
        "reports": select(Report.id).where(Report.case_id == case, Report.team_id == team, Report.said != ""),
        "document_uses": select(DocumentUse.id).where(DocumentUse.case_id == case, DocumentUse.team_id == team),
        # Where a file was taken back, its hash went with it in the same statement.
        "shown_files": select(ShownFile.id).where(
            ShownFile.case_id == case,
            ShownFile.team_id == team,
            ShownFile.removed_at.is_(None),
            ShownFile.sha256 != "",
        ),
    }
    counted = {name: session.scalar(select(func.count()).select_from(one.subquery())) for name, one in found.items()}
    return {name: number for name, number in counted.items() if number}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Traces of cases outside of their rows, or from before there were salts."""

    vendor: bool
    """True if a model was asked about one of them."""
    target: bool
    """True if a delivery of one of them was applied, or may have been."""
    unsalted: bool
    """True if the audit has a hash of one of them without a salt."""
    named: bool
    """True if entries of the audit name the key of a delivery, as those of earlier versions did."""


def told(session: Session, cases: Collection[int], *, team: int) -> Told:
    """Return what became known of these cases elsewhere."""
    asked = select(ModelRequest.id).where(ModelRequest.case_id.in_(cases), ModelRequest.team_id == team)
    theirs = select(Delivery.id).where(Delivery.case_id.in_(cases), Delivery.team_id == team)
    applied = theirs.where(or_(Delivery.state == DeliveryState.APPLIED, Delivery.maybe_applied))
    rows = select(AuditRow.id).where(AuditRow.case_id.in_(cases), AuditRow.team_id == team)
    named = rows.where(AuditRow.action.startswith("delivery."), AuditRow.details["key"].as_string().is_not(None))
    unsalted = select(Case.id).where(Case.id.in_(cases), Case.team_id == team, Case.salt.is_(None))
    # A removal takes the salt: only a case that was never forgotten shows by it that it had none.
    unsalted = unsalted.where(Case.erased_at.is_(None))
    found = [session.scalar(one.limit(1)) is not None for one in (asked, applied, unsalted, named)]
    return Told(vendor=found[0], target=found[1], unsalted=found[2], named=found[3])


def written_late(session: Session, *, team: int, since: datetime, limit: int) -> Sequence[int]:
    """Return the cases that lost their content since a time, and have some again: somebody worked on them still."""
    some = select(Content.id).where(Content.case_id == Case.id, content_is_left(team)).exists()
    query = select(Case.id).where(Case.team_id == team, Case.erased_at.is_not(None), Case.erased_at >= since, some)
    return session.scalars(query.order_by(Case.erased_at).limit(limit)).all()


def content_is_left(team: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a content was not removed."""
    return (Content.team_id == team) & ~_IS_REMOVED & (Content.kind != "facts")


def step_is_left(team: int) -> ColumnElement[bool]:
    return (Step.team_id == team) & ~_STEP_IS_REMOVED


def _of_cases(cases: Collection[int]) -> ColumnElement[bool]:
    return Step.run_id.in_(select(Run.id).where(Run.case_id.in_(cases)))
