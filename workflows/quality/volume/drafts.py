"""Drafts about cases of a review pack: what a person has typed in the form and not sent.

A case of a pack is no case, so a draft stands among the texts of its row: it is removed with them. There is one for
each case, of the person who typed last: two people never get the same case at once.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from store.learning import volume_tests
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.review.form.drafts import MOST, Draft
from workflows.engine.text.canonical_json import canonical, unstorable_value
from workflows.quality.volume.judging import TYPED


def draft_of(context: Context, case: int, *, version: int, by: str) -> Draft | None:
    """Return what a person typed about a case of a pack. `version`: that of the form which asks for it."""
    with context.database.read() as session:
        row = volume_tests.get_case(session, case, team=context.team)
        body = row.body if row is not None else None
    found = json.loads(body or "{}").get(TYPED)
    if found is None or found["by"] != by:
        return None
    at = datetime.fromisoformat(found["at"])
    return Draft(version=version, typed=found["typed"], at=at, interaction_id=found["interaction"])


def keep(context: Context, case: int, *, by: str, typed: Mapping[str, str], interaction_id: str | None = None) -> None:
    """Keep what a person typed about a case of a pack, in place of what was typed before.

    A text that the database cannot keep is left out. Raise `Refused` for more than can be kept.
    """
    storable = {name: text for name, text in typed.items() if unstorable_value([name, text]) is None}
    if len(canonical(storable)) > MOST:
        raise Refused(f"this is more than can be kept while you work on it: the limit is {MOST:,} characters")
    at = context.clock().isoformat()
    _change(context, case, {"by": by, "at": at, "typed": storable, "interaction": interaction_id})


def forget(context: Context, case: int, *, by: str) -> None:
    """Delete what a person typed, once they begin anew."""
    if draft_of(context, case, version=0, by=by) is not None:
        _change(context, case, None)


def _change(context: Context, case: int, typed: Mapping[str, object] | None) -> None:
    with context.database.write(urgent=True) as session:
        row = volume_tests.hold_case(session, case, team=context.team)
        if row is None or row.body is None:
            return  # its text was removed meanwhile, and nothing more of it is kept
        body = json.loads(row.body)
        body.pop(TYPED, None)
        made = canonical(body | ({TYPED: typed} if typed is not None else {}))
        volume_tests.keep_typed(session, case, team=context.team, body=made)
