"""Plans of what is to be forgotten: looked at before anything is removed, and then carried out case by case."""

from collections.abc import Callable, Collection, Iterator, Sequence

from store.cases import removals
from store.db.free_places import compact
from workflows.engine.context import Context
from workflows.engine.privacy import subjects
from workflows.engine.privacy.forgetting import case_to_forget, forget
from workflows.engine.privacy.subjects import Found, Words
from workflows.engine.privacy.views import Forgotten, Plan, Unreached, Why

_AT_ONCE = 500
"""Cases that one statement asks about."""
_TABLES = (
    "contents",
    "steps",
    "cases",
    "deliveries",
    "reviews",
    "reports",
    "causes",
    "drafts",
    "model_requests",
    "documents",
    "document_uploads",
    "shown_files",
    "volume_cases",
)
"""Tables of which a removal changes rows."""


def plan(context: Context, cases: Sequence[int], *, words: Words | None = None, found: Found | None = None) -> Plan:
    """Return what forgetting these cases would remove, and what it would not. Nothing is changed. Raise `Unknown`.

    `words`: those of a subject, if these cases are a subject's. `found`: where the words stand.
    """
    return Plan(
        cases=[case_to_forget(context, case, words=words) for case in cases],
        reports=len(found.reports) if found is not None else 0,
        causes=len(found.causes) if found is not None else 0,
        volume_cases=len(found.volume_cases) if found is not None else 0,
        unreached=_unreached(context, cases, words=words),
    )


def carry_out(
    context: Context,
    cases: Sequence[int],
    *,
    by: str,
    words: Words | None = None,
    found: Found | None = None,
    done: Callable[[], None] = lambda: None,
) -> Sequence[Forgotten]:
    """Forget these cases, each in a transaction of its own, and return what was done about each. Raise `Unknown`.

    `words`, `found`: as for `plan`. `done`: told of each case.
    """
    why = Why.CASE if words is None else Why.SUBJECT
    made = []
    for case in cases:
        made.append(forget(context, case, by=by, why=why, words=words))
        done()
    if found is not None:
        subjects.blank(context, found)
    return made


def clear_free_places(context: Context) -> bool:
    """Leave nothing of what was removed in the free places of the database's files; False where some may be left."""
    return compact(context.database, _TABLES)


def _unreached(context: Context, cases: Collection[int], *, words: Words | None) -> Sequence[Unreached]:
    """Return the places that may still hold something of these cases afterwards."""
    found: set[Unreached] = set()
    for some in _batches(sorted(cases)):
        with context.database.read() as session:
            told = removals.told(session, some, team=context.team)
        found |= {
            place
            for place, holds in (
                (Unreached.VENDOR, told.vendor),
                (Unreached.TARGET, told.target),
                (Unreached.OLD_HASHES, told.unsalted),
                (Unreached.KEYS, told.named and words is not None),
            )
            if holds
        }
    found |= {Unreached.BACKUPS, Unreached.SOURCE, Unreached.COPIES}
    return [place for place in Unreached if place in found]


def _batches(cases: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(cases), _AT_ONCE):
        yield cases[first : first + _AT_ONCE]
