"""The case that a person names in a command. Whoever may not know of it is told the same as where there is none."""

from collections.abc import Sequence

from handlers.slack.context import SlackContext
from handlers.slack.payloads import Typed
from workflows.engine.errors import Unknown
from workflows.engine.read.history import case_view, find_case
from workflows.engine.read.views import CaseView
from workflows.engine.review import refusals


def readable(slack: SlackContext, said: Typed) -> Sequence[str]:
    """Return the names of the workflows whose cases a person may read. The caller must not name them to others."""
    allowed = slack.allowed(slack.rights.read, said.user_id, slack.context.registry)
    return [workflow.name for workflow in allowed]


def named_case(slack: SlackContext, said: Typed, reference: str, readable: Sequence[str], *, wants: str) -> CaseView:
    """Return the case that a person means, among the workflows that they may read. Raise `Refused`; that is audited."""
    try:
        return case_view(slack.context, find_case(slack.context, reference, workflows=readable))
    except Unknown as error:
        refusals.note_unseen(slack.context, reference, by=said.user_id, wanted=wants)
        raise Unknown(f"there is no case {reference!r} that you may see") from error
