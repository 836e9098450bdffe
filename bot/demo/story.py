"""What the demo tells, in which order: five tickets that each show one thing, then the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

import workflows.library.support_triage.workflow as support_triage

TICKETS = Path(support_triage.__file__).with_name("tickets.jsonl")
ALONE, GOOD, WRONG, SAFETY, UNLUCKY = 1016, 1001, 1003, 1017, 1032
"""Resolved alone; a good proposal; a wrong one; a rule against it; delivered while the help desk takes no changes."""
OUTAGE = 25
"""Seconds for which the help desk takes no changes."""
HINT = (
    "You are Ana, a reviewer. In #support-review, “Any news on my parcel?” is proposed well: press Approve.",
    "“ordered 2 fans to compare…” is no matter for product-help but a return: press Edit, choose returns, Decide.",
    "“Return of heater…” mentions a burnt child. The model is sure of returns; a rule brings it to you.",
    "Whatever you decide reaches the help desk: open its page and look.",
    "A delivery failed while the help desk took no changes. Become Kim, an engineer, and type the /rerun in #failures.",
    "Become Eve, who is no reviewer, and press Approve. Become Lee, a team lead, and read #leads.",
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A ticket, with the right answer as somebody wrote it down."""

    id: int
    values: Mapping[str, JsonValue]
    """The ticket as it comes in."""
    queue: str | None
    """Where it belongs; None: nowhere, it is no matter for support."""
    priority: str | None


def tickets() -> Sequence[Told]:
    """All tickets, in the order in which they are told."""
    found = [_told(json.loads(line)) for line in TICKETS.read_text(encoding="utf-8").splitlines()]
    first = (ALONE, GOOD, WRONG, SAFETY, UNLUCKY)
    return sorted(found, key=lambda told: first.index(told.id) if told.id in first else len(first))


def _told(row: dict[str, JsonValue]) -> Told:
    queue, priority = row.pop("queue"), row.pop("priority")
    number = row["id"]
    assert isinstance(number, int)
    return Told(
        id=number,
        values=row,
        queue=queue if isinstance(queue, str) else None,
        priority=priority if isinstance(priority, str) else None,
    )
