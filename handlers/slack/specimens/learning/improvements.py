"""Improvements, as specimens are drawn from: each kind, with hostile values, few and many."""

from collections.abc import Iterator
from dataclasses import replace

from handlers.slack.blocks.learning.improvements import improvements
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.specimens.reviews import AT
from handlers.texts.learning.improvements import decided
from store.states import ImprovementState
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import OTHER, ImprovementKind, ImprovementsView, ImprovementView

NEVER = ImprovementView(
    id=3,
    workflow="refunds",
    kind=ImprovementKind.NEVER,
    state=ImprovementState.DRAFT,
    change=1,
    conditions=[Condition(field="amount", kind="above", value=500)],
    output="queue",
    reason=None,
    became=None,
    errors=14,
    of=16,
    elsewhere_errors=9,
    elsewhere=480,
    cases=[17],
    examples=[],
    found_at=AT,
)
EXAMPLES = replace(
    NEVER,
    id=4,
    kind=ImprovementKind.EXAMPLES,
    conditions=[Condition(field="text", kind="has", value="late fee")],
    became="billing",
    examples=[12, 14],
)
_REJECTED = replace(
    NEVER, id=6, output=None, reason="Spam", conditions=[Condition(field="subject", kind="has", value="webinar")]
)
_HOSTILE = replace(
    NEVER,
    id=5,
    conditions=[
        Condition(field="text", kind="is", value="<!channel> *_~`\u202e' + '" * 4),
        Condition(field="other", kind="is", value="\\" * 60),
    ],
    output="<@U0MARIA>" * 9,
)
_NONE = ImprovementsView(workflow="refunds", waiting=[], more=0, taken=[], generation=0)


def improvement_messages() -> Iterator[tuple[str, Drawn]]:
    """Yield each message, by name."""
    yield "improvements, none", improvements(_NONE)
    yield "improvements, one", improvements(replace(_NONE, waiting=[NEVER]))
    taken = [replace(one, state=ImprovementState.TAKEN) for one in (NEVER, EXAMPLES)]
    carried = replace(taken[0], carried_by=4)
    several = replace(
        _NONE,
        waiting=[EXAMPLES, NEVER, _REJECTED, replace(_REJECTED, id=7, reason=OTHER)],
        more=7,
        taken=[*taken, carried],
    )
    yield "improvements, several", improvements(several)
    yield "improvements, one was taken", improvements(several, first=decided(4, ImprovementState.TAKEN, 2))
    many = [replace(_HOSTILE, id=number) for number in range(5, 10)]
    yield "improvements, hostile and many", improvements(replace(_NONE, waiting=many, taken=[_HOSTILE] * 3))
