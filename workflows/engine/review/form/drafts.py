"""Drafts: what a person has typed in a form and not sent, so that a form that is closed or lost loses nothing.

A draft is untrusted input and never a decision. It belongs to a person and to a version of what the form is about.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.cases import cases
from store.cases.review import drafts, openings
from store.subjects import Subject
from workflows.engine.case.kept_content import kept_body
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.text.canonical_json import canonical, unstorable_value

LASTS = timedelta(minutes=30)
"""Time for which a form that is opened again takes up what was typed."""
KEPT = timedelta(hours=8)
"""Time after which a draft is deleted: a form may stay open for longer than a new one would take it up."""
MOST = 1_000_000
"""Characters of a draft."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A person's entries."""

    version: int
    typed: Mapping[str, str]
    """Field -> text in the form."""
    at: datetime
    interaction_id: str | None
    """Id of the interaction that last changed a row."""


def draft_of(context: Context, subject: Subject, *, by: str) -> Draft | None:
    """Return what a person typed about a subject, however long ago, and for whatever version."""
    with context.database.read() as session:
        row = drafts.of_person(session, team=context.team, subject=subject, by=by)
        if row is None:
            return None
        typed = json.loads(kept_body(session, row.content_id, team=context.team))
        return Draft(version=row.version, typed=typed, at=row.written_at, interaction_id=row.interaction_id)


def to_take_up(context: Context, draft: Draft | None, *, version: int) -> Draft | None:
    """Return a draft if a form that is opened now should take it up: it is of this version, and not too old."""
    if draft is None or draft.version != version or abs(context.clock() - draft.at) > LASTS:
        return None
    return draft


def keep(
    context: Context,
    subject: Subject,
    *,
    case: int,
    version: int,
    by: str,
    typed: Mapping[str, str],
    interaction_id: str | None = None,
) -> None:
    """Keep what a person typed, in place of what they typed before, and delete what is too old.

    A text that the database cannot keep is left out. Raise `Refused` for more than can be kept.
    """
    body = canonical({name: text for name, text in typed.items() if unstorable_value([name, text]) is None})
    if len(body) > MOST:
        raise Refused(f"this is more than can be kept while you work on it: the limit is {MOST:,} characters")
    at = context.clock()
    with context.database.write(urgent=True) as session:
        cases.hold(session, case, team=context.team)
        row = cases.get(session, case, team=context.team)
        if row is not None and row.erased_at is not None:
            return  # its content was removed meanwhile, and nothing more of it is kept
        drafts.sweep(session, team=context.team, before=at - KEPT)
        drafts.keep(
            session,
            team=context.team,
            subject=subject,
            case=case,
            version=version,
            by=by,
            interaction_id=interaction_id,
            body=body,
            at=at,
        )


def sweep(context: Context) -> None:
    """Delete the drafts that are too old to be of any use, where nobody writes one that would do it.

    So are the times at which forms were opened that nobody decided in.
    """
    before = context.clock() - KEPT
    with context.database.write() as session:
        drafts.sweep(session, team=context.team, before=before)
        openings.sweep(session, team=context.team, before=before)


def forget(context: Context, subject: Subject, *, by: str) -> None:
    """Delete what a person typed, once they decided or began anew."""
    with context.database.read() as session:
        if drafts.of_person(session, team=context.team, subject=subject, by=by) is None:
            return
    with context.database.write() as session:
        drafts.forget(session, team=context.team, subject=subject, by=by)
