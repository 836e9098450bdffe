"""Groups of candidates, as specimens are drawn from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from store.states import ExampleState
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Candidate, Group, Why

_OTHERWISE: Sequence[Mapping[str, JsonValue] | None] = (
    {"queue": "billing", "reply": "<!here> " + "We look into it. " * 300},
    {},
    None,
)


def example_group(number: int) -> dict[str, Any]:  # Any: the arguments of what draws it
    """Return so many near duplicates, with what nobody may be pinged or led away by."""
    return {
        "workflow": "triage",
        "shown": Group(alike="m", candidates=[_candidate(one) for one in range(number, 0, -1)]),
        "waiting": 14,
        "generation": 0,
    }


def _candidate(number: int) -> Candidate:
    return Candidate(
        id=number,
        case=number,
        key=f"ticket-{number} <!channel>",
        half=Half.MEASURING,
        why=list(Why)[number % len(Why)],
        state=ExampleState.CANDIDATE,
        critical=False,
        found_at=datetime(2026, 11, 20, tzinfo=UTC),
        input={"id": number, "text": "<https://evil.example|https://bank.example> " + "My kettle broke. " * 300},
        output={"queue": "returns", "reply": "<@U0MARIA> " + "We send a new one. " * 300},
        otherwise=_OTHERWISE[number % len(_OTHERWISE)],
    )
