"""Words for a case that was made of an outcome that was corrected. They are kept as a report's.

They say what would be made now: the case's own people may not read the other case.
"""

import json

from workflows.engine.declare.personal import personal_fields, searched_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.corrected.corrected_inputs import input_changes
from workflows.engine.review.corrected.views import InputChange
from workflows.engine.text.sanitize import one_line

CORRECTED = "What it was made from was corrected"
NOTHING_FOLLOWS = f"{CORRECTED}, and now nothing would follow from it."
OTHER_CASE = f"{CORRECTED}, and another case follows from it now."
_MOST = 8
"""Fields that are named."""
_LONGEST = 60
"""Characters of a value that is said."""


def difference(workflow: AnyWorkflow, before: str | None, now: str) -> str:
    """Say what an input is and what would be made of the corrected outcome. `before`: JSON; None where it was removed.

    Of a field that is personal or that is searched, or of a long text, it is said that it changed.
    """
    if before is None:
        return f"{CORRECTED}."
    hidden = {*personal_fields(workflow.input), *searched_fields(workflow.input)}
    changes = input_changes(workflow.input, json.loads(before), json.loads(now))
    said = [_said(one, is_hidden=one.name in hidden) for one in changes[:_MOST]]
    more = [f"and {len(changes) - _MOST} more"] if len(changes) > _MOST else []
    return f"{CORRECTED}: {', '.join([*said, *more])}." if said else f"{CORRECTED}."


def _said(change: InputChange, *, is_hidden: bool) -> str:
    is_long = any(len(value) > _LONGEST or "\n" in value for value in (change.before, change.now))
    if is_hidden or is_long:
        return f"{change.label} changed"
    before, now = (one_line(value) or "nothing" for value in (change.before, change.now))
    return f"{change.label}: {before} → {now}"
