"""Contents of cases as they are kept: an act that needs one that was removed is refused, in words.

Whoever only shows a case says in its place that it was removed. `store.cases.contents` has None for such a content, so
that a reader cannot pass over it.
"""

import json
from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from workflows.engine.errors import ContentRemoved

REMOVED = "[content removed]"
"""The mark that stands where a text was removed."""


def kept_body(session: Session, content: int, *, team: int) -> str:
    """Return the body of a content. Raise `ContentRemoved`, or `sqlalchemy.exc.NoResultFound` for an unknown id."""
    found = contents.body(session, content, team=team)
    if found is None:
        gone = contents.removal(session, content, team=team)
        raise ContentRemoved(case=gone.case, at=gone.at)
    return found


def kept_problem(session: Session, run: schema.Run) -> Mapping[str, JsonValue] | None:
    """Return why a run stopped, a mark in place of the words where they were removed; None where it did not stop."""
    if run.problem_id is None:
        return None
    body = contents.body(session, run.problem_id, team=run.team_id)
    if body is None:
        return {"type": "error", "message": REMOVED}
    found: Mapping[str, JsonValue] = json.loads(body)
    return found


def shown_text(session: Session, content: int | None, *, team: int) -> str | None:
    """Return a kept text as it is shown, a mark where it was removed; None where nothing is kept."""
    if content is None:
        return None
    found = contents.body(session, content, team=team)
    return REMOVED if found is None else str(json.loads(found))
