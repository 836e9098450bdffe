"""Uses of documents: which cases hold which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import DocumentRow, DocumentUse, VolumeDocument

_AS_IT_IS = {"synchronize_session": False}


def add_all(session: Session, held: Mapping[int, Collection[int]], *, team: int) -> None:
    """Note the documents that cases hold, given as case -> documents. What is noted already stays.

    The cases are new, or held by this transaction.
    """
    noted = _noted(session, held, team=team)
    new = [
        {"document_id": document, "case_id": case}
        for case, documents in held.items()
        for document in sorted(documents)
        if (document, case) not in noted
    ]
    rows.add_all(session, DocumentUse, new, {"team_id": team})


def add_new(session: Session, held: Mapping[int, Collection[int]], *, team: int) -> None:
    """Note the documents of cases that were added in this transaction, given as case -> documents."""
    new = [
        {"document_id": document, "case_id": case} for case, documents in held.items() for document in sorted(documents)
    ]
    rows.add_all(session, DocumentUse, new, {"team_id": team})


def _noted(session: Session, cases: Collection[int], *, team: int) -> set[tuple[int, int]]:
    query = select(DocumentUse.document_id, DocumentUse.case_id)
    read = session.execute(query.where(DocumentUse.team_id == team, DocumentUse.case_id.in_(cases)))
    return {(document, case) for document, case in read}


@dataclass(frozen=True, kw_only=True)
class Held:
    """The number of documents that a case holds."""

    alone: int
    """Those that no other case holds."""
    shared: int


def of_case(session: Session, case: int, *, team: int) -> Held:
    """Count the documents that a case holds."""
    theirs = select(DocumentUse.document_id).where(DocumentUse.team_id == team, DocumentUse.case_id == case)
    documents = session.scalars(theirs).all()
    if not documents:
        return Held(alone=0, shared=0)
    others = select(func.count(DocumentUse.document_id.distinct())).where(
        DocumentUse.team_id == team, DocumentUse.document_id.in_(documents), DocumentUse.case_id != case
    )
    shared = session.scalar(others) or 0
    return Held(alone=len(documents) - shared, shared=shared)


def release(session: Session, case: int, *, team: int, unheld_since: datetime) -> Held:
    """Have a case hold no document any more, and return what it held. The case is held by this transaction.

    `unheld_since`: noted on those that no other case holds.
    """
    theirs = select(DocumentUse.document_id).where(DocumentUse.team_id == team, DocumentUse.case_id == case)
    locked = select(DocumentRow.id).where(DocumentRow.team_id == team, DocumentRow.id.in_(theirs))
    # Of two last cases that let go of a document at once, the later one has to see that the other one did.
    documents = session.scalars(locked.order_by(DocumentRow.id).with_for_update(key_share=True)).all()
    if not documents:
        return Held(alone=0, shared=0)
    ended = delete(DocumentUse).where(DocumentUse.team_id == team, DocumentUse.case_id == case)
    session.execute(ended, execution_options=_AS_IT_IS)
    others = select(DocumentUse.id).where(DocumentUse.document_id == DocumentRow.id, DocumentUse.team_id == team)
    tried = select(VolumeDocument.id).where(
        VolumeDocument.document_id == DocumentRow.id, VolumeDocument.team_id == team
    )
    unheld = (
        update(DocumentRow)
        .where(DocumentRow.team_id == team, DocumentRow.id.in_(documents), ~others.exists(), ~tried.exists())
        .values(unheld_since=unheld_since)
        .returning(DocumentRow.id)
    )
    alone = len(session.scalars(unheld, execution_options=_AS_IT_IS).all())
    return Held(alone=alone, shared=len(documents) - alone)
