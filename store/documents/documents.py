"""Documents: the files on the shelf, each known once by the hash of its content."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, delete, func, inspect, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import DocumentRow, DocumentUpload, DocumentUse, VolumeDocument

_AS_IT_IS = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file that was put on the shelf."""

    sha256: str
    kind: str
    """Type by its content, such as application/pdf."""
    size: int
    """Bytes."""
    pages: int


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file that is kept."""

    id: int
    sha256: str
    kind: str
    size: int
    """Bytes."""
    pages: int
    kept_at: datetime
    unheld_since: datetime | None
    """Time from which no case holds it; None while one does."""


_COLUMNS = (
    DocumentRow.id,
    DocumentRow.sha256,
    DocumentRow.kind,
    DocumentRow.size,
    DocumentRow.pages,
    DocumentRow.kept_at,
    DocumentRow.unheld_since,
)
_FOUND = select(*_COLUMNS).where(DocumentRow.team_id == bindparam("team"))
# All hashes are one parameter: the number of parameters of a statement is limited.
_FOUND_IN_ARRAY = _FOUND.where(DocumentRow.sha256 == any_(bindparam("hashes", type_=ARRAY(Text))))
_FOUND_IN_JSON = _FOUND.where(
    DocumentRow.sha256.in_(select(func.json_each(bindparam("hashes")).table_valued("value").c.value))
)


def found(session: Session, hashes: Collection[str], *, team: int) -> dict[str, KeptFile]:
    """Return the documents with these hashes that are kept, by hash."""
    if not hashes:
        return {}
    if session.get_bind().dialect.name == "postgresql":
        read = session.execute(_FOUND_IN_ARRAY, {"team": team, "hashes": list(hashes)})
    else:
        read = session.execute(_FOUND_IN_JSON, {"team": team, "hashes": json.dumps(list(hashes))})
    return {one.sha256: one for one in _files(read)}


def keep_all(session: Session, files: Sequence[NewFile], *, team: int, at: datetime) -> dict[str, int]:
    """Note files that are on the shelf; returns the ids of their rows by hash.

    A file that is new, or that no case holds, is unheld from now on: that puts off its removal.
    """
    by_hash = {one.sha256: one for one in files}
    known = found(session, by_hash, team=team)
    put_off(session, [one.id for one in known.values() if one.unheld_since is not None], team=team, at=at)
    # In one order, so that two processes with the same files cannot block each other for ever.
    each = [
        {"sha256": sha, "kind": one.kind, "size": one.size, "pages": one.pages}
        for sha, one in sorted(by_hash.items())
        if sha not in known
    ]
    same = {"team_id": team, "kept_at": at, "unheld_since": at}
    added = rows.add_all_new(session, DocumentRow, each, same, by="sha256", unique=("team_id", "sha256"))
    ids = {sha: one.id for sha, one in known.items()} | added
    if len(ids) < len(by_hash):
        # Another process noted the same file meanwhile.
        ids |= {sha: one.id for sha, one in found(session, by_hash.keys() - ids.keys(), team=team).items()}
    return ids


def put_off(session: Session, documents: Collection[int], *, team: int, at: datetime) -> None:
    """Have documents that no case holds be unheld from a later time on."""
    if documents:
        _set_unheld(session, documents, team=team, since=at)


def take_up(session: Session, documents: Collection[int], *, team: int) -> None:
    """Note that cases hold these documents now."""
    if documents:
        _set_unheld(session, documents, team=team, since=None)


def _set_unheld(session: Session, documents: Collection[int], *, team: int, since: datetime | None) -> None:
    theirs = select(DocumentRow.id).where(
        DocumentRow.team_id == team, DocumentRow.id.in_(documents), DocumentRow.unheld_since.is_not(None)
    )
    # Locked in one order, so that two processes with the same documents cannot block each other for ever.
    in_order = theirs.order_by(DocumentRow.id).with_for_update(key_share=True)
    changing = update(DocumentRow).where(DocumentRow.team_id == team, DocumentRow.id.in_(in_order))
    session.execute(changing.values(unheld_since=since), execution_options=_AS_IT_IS)


def _files(read: Iterable[tuple[int, str, str, int, int, datetime, datetime | None]]) -> Iterable[KeptFile]:
    for id, sha256, kind, size, pages, kept_at, unheld_since in read:
        yield KeptFile(
            id=id,
            sha256=sha256,
            kind=kind,
            size=size,
            pages=pages,
            kept_at=kept_at,
            unheld_since=unheld_since,
        )


def unheld(session: Session, *, team: int, until: datetime, limit: int) -> list[KeptFile]:
    """Return documents that no case holds since this time or longer, the longest first."""
    query = select(*_COLUMNS).where(
        DocumentRow.team_id == team, DocumentRow.unheld_since.is_not(None), DocumentRow.unheld_since <= until
    )
    return list(_files(session.execute(query.order_by(DocumentRow.unheld_since).limit(limit))))


def let_go(session: Session, document: int, *, team: int, until: datetime) -> bool:
    """Delete the row of a document that no case holds since this time or longer; False where one does, or it was not.

    A case that is taken in with it at the same moment is waited for, or is refused.
    """
    theirs = select(DocumentRow.id).where(
        DocumentRow.id == document, DocumentRow.team_id == team, DocumentRow.unheld_since <= until
    )
    # Held like this, no case can take it up; whoever did so before is seen by the next statement.
    if session.scalar(theirs.with_for_update()) is None:
        return False
    used = select(DocumentUse.id).where(DocumentUse.document_id == document, DocumentUse.team_id == team)
    tried = select(VolumeDocument.id).where(VolumeDocument.document_id == document, VolumeDocument.team_id == team)
    if session.scalar(used.limit(1)) is not None or session.scalar(tried.limit(1)) is not None:
        take_up(session, [document], team=team)
        return False
    uploaded = delete(DocumentUpload).where(DocumentUpload.document_id == document, DocumentUpload.team_id == team)
    session.execute(uploaded, execution_options=_AS_IT_IS)
    gone = delete(DocumentRow).where(DocumentRow.id == document, DocumentRow.team_id == team)
    session.execute(gone, execution_options=_AS_IT_IS)
    return True


def claim(session: Session, sha256: str, *, team: int, at: datetime) -> int | None:
    """Add a row for a hash that has none, so that nobody else can before this transaction ends; returns its id.

    None: there is one, so somebody keeps the file.
    """
    values = {"sha256": sha256, "kind": "", "size": 0, "pages": 0, "kept_at": at, "unheld_since": at}
    return rows.add_new(session, DocumentRow, ("team_id", "sha256"), team_id=team, **values)


def give_back(session: Session, document: int, *, team: int) -> None:
    """Delete a row that was claimed in this transaction."""
    claimed = delete(DocumentRow).where(DocumentRow.id == document, DocumentRow.team_id == team)
    session.execute(claimed, execution_options=_AS_IT_IS)


def after(session: Session, sha256: str, *, team: int, limit: int) -> list[KeptFile]:
    """Return the documents whose hash comes after this one, in the order of their hashes."""
    query = select(*_COLUMNS).where(DocumentRow.team_id == team, DocumentRow.sha256 > sha256)
    return list(_files(session.execute(query.order_by(DocumentRow.sha256).limit(limit))))


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The documents of a team, counted."""

    number: int
    size: int
    """Bytes."""
    unheld: int
    """Those that no case holds."""


def counted(session: Session, *, team: int) -> Counted:
    """Count the documents that are kept. It reads all rows."""
    query = select(func.count(), func.sum(DocumentRow.size), func.count(DocumentRow.unheld_since))
    number, size, unheld = session.execute(query.where(DocumentRow.team_id == team)).one()
    return Counted(number=number, size=int(size or 0), unheld=unheld)


def newest(session: Session, *, team: int, limit: int) -> list[KeptFile]:
    """Return the documents that were kept last, the newest first."""
    query = select(*_COLUMNS).where(DocumentRow.team_id == team)
    return list(_files(session.execute(query.order_by(DocumentRow.id.desc()).limit(limit))))


def are_known(session: Session) -> bool:
    """Tell whether the database has a table of documents: one of an earlier version has none."""
    return inspect(session.connection()).has_table(DocumentRow.__tablename__)
