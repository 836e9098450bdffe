"""Looks at a digest: somebody says that they looked at it. That is kept with the digest, and changes nothing else."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.governance import audit
from store.quality import digests
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.digests.bias.views import MOST_NOTE, Look
from workflows.engine.errors import BadReason, Unknown
from workflows.engine.text.canonical_json import unstorable


def look(context: Context, digest: int, *, by: str, note: str | None = None) -> None:
    """Keep that somebody looked at a digest. A second time changes nothing but the note, if there is one.

    Raise `Unknown`, or `BadReason` for a note that is too long or cannot be kept.
    """
    said = _checked(note)
    with context.database.write(urgent=True) as session:
        _get(session, context, digest)
        at = context.clock()
        is_first = digests.look(session, digest, team=context.team, by=by, at=at)
        if said is not None:
            digests.note_look(session, digest, team=context.team, by=by, note=said)
        if is_first or said is not None:
            # A note is a person's words: the audit knows only that there is one.
            audit.record(
                session,
                team=context.team,
                at=at,
                actor=by,
                action="digest.looked_at",
                subject=SubjectKind.DIGEST.of(digest),
                case=None,
                details={"noted": int(said is not None)},
            )


def looks_at(session: Session, digest: int, *, team: int) -> Sequence[Look]:
    """Return who looked at a digest, the first one first."""
    return [Look(by=row.by, at=row.at, note=row.note) for row in digests.looks(session, digest, team=team)]


def _get(session: Session, context: Context, digest: int) -> schema.Digest:
    row = digests.get(session, digest, team=context.team)
    if row is None:
        raise Unknown(f"there is no digest {digest}")
    return row


def _checked(note: str | None) -> str | None:
    """Return a person's words; None for none. Raise `BadReason`."""
    said = " ".join((note or "").split())
    if len(said) > MOST_NOTE:
        raise BadReason(f"a note has at most {MOST_NOTE} characters")
    problem = unstorable({"the note": said})
    if problem is not None:
        raise BadReason(problem)
    return said or None
