"""Texts of cases (inputs, outputs, reasons), in rows of their own. A removed one keeps its row, and a marker in it.

To whoever reads it, a removed text is None.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Case, Content


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A content that was removed."""

    case: int
    at: datetime | None
    """Time when all of its case's content was removed; None where only a part was."""


ContentKind = Literal[
    "input",
    "answer",
    "answers",
    "question",
    "handed",
    "proposal",
    "output",
    "reason",
    "reasons",
    "refused",
    "draft",
    "receipt",
    "problem",
    "attempt",
    "shadow",
    "facts",
    "example",
]
"""The kinds of texts. How long each is kept: `workflows.engine.privacy.kinds`. `shadow`: the output of a version that
is only watched. `facts`: what is left of one that was removed, such as the codes of reasons.
"""
_REMOVED = '{"content removed":true'
REMOVED = _REMOVED + "}"
"""The body of a content, or of a step, that was removed. No field of an author's form has such a name."""


def removed_with(facts: str) -> str:
    """Return the body of a removed content of which facts are left, given as JSON."""
    return f'{_REMOVED},"facts":{facts}}}'


def facts_in(body: str) -> str | None:
    """Return the facts that are left of a removed content, as JSON; None where it was not removed, or none are."""
    beginning = f'{_REMOVED},"facts":'
    return body[len(beginning) : -1] if body.startswith(beginning) else None


def is_removed(body: str) -> bool:
    """Tell whether this is the body of a content, or of a step, that was removed."""
    return body.startswith(_REMOVED)


def keep(session: Session, *, team: int, case: int, kind: ContentKind, body: str) -> int:
    """Keep a content; returns its id."""
    return rows.add_numbered(session, Content, team_id=team, case_id=case, kind=kind, body=body)


def keep_all(session: Session, bodies: Mapping[int, str], *, team: int, kind: ContentKind) -> dict[int, int]:
    """Keep one content for each of these cases, given as case -> body; returns the contents' ids by case."""
    if len(bodies) == 1:
        return {case: keep(session, team=team, case=case, kind=kind, body=body) for case, body in bodies.items()}
    each = [{"case_id": case, "body": body} for case, body in bodies.items()]
    return rows.add_all_new(session, Content, each, {"team_id": team, "kind": kind}, by="case_id")


def kept(body: str) -> str | None:
    """Return a body as it was read; None where the content was removed."""
    return None if is_removed(body) else body


def body(session: Session, content: int, *, team: int) -> str | None:
    """Return the body of a content; None where it was removed.

    Raise `sqlalchemy.exc.NoResultFound` where there is none with this id.
    """
    found = session.scalars(select(Content.body).where(Content.id == content, Content.team_id == team)).one()
    return kept(found)


def bodies(session: Session, ids: Collection[int], *, team: int) -> dict[int, str | None]:
    """Return the bodies of several contents, by id; None for what was removed."""
    query = select(Content.id, Content.body).where(Content.id.in_(ids), Content.team_id == team)
    found = session.execute(query)
    return {row.id: kept(row.body) for row in found}


def facts(session: Session, ids: Collection[int], *, team: int) -> dict[int, str]:
    """Return what is left of several removed contents, as JSON, by id."""
    query = select(Content.id, Content.body).where(Content.id.in_(ids), Content.team_id == team)
    found = {row.id: facts_in(row.body) for row in session.execute(query)}
    return {content: facts for content, facts in found.items() if facts is not None}


def removal(session: Session, content: int, *, team: int) -> Removal:
    """Return what is known of the removal of a content. Raise `sqlalchemy.exc.NoResultFound` for an unknown id."""
    query = select(Content.case_id, Case.erased_at).join(Case, Case.id == Content.case_id)
    case, at = session.execute(query.where(Content.id == content, Content.team_id == team)).one()
    return Removal(case=case, at=at)
