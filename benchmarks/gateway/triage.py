"""The workflow for questions to the gateway; its cases are never worked on."""

from typing import Literal

from pydantic import BaseModel

from workflows import Run, Workflow


class Ticket(BaseModel):
    """The input."""

    id: int


class Triage(BaseModel):
    """The output."""

    queue: Literal["billing", "technical", "safety", "other"]
    reply: str


def _key(ticket: Ticket) -> str:
    return f"ticket-{ticket.id}"


triage = Workflow(
    name="triage", decision="Which queue does this go to?", owner="U0BENCH", input=Ticket, output=Triage, key=_key
)


@triage.deliver(idempotent=True)
def deliver(triage: Triage, run: Run[Ticket]) -> str:
    """Stand in for an effect: nothing happens."""
    return "done"
