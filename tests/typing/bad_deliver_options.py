"""Delivers another model, with the decorator's options."""

from countersign import Run, Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int
    text: str


class Triage(BaseModel):
    queue: str


class Other(BaseModel):
    queue: str


triage = Workflow(
    name="bad",
    decision="Which queue?",
    owner="U0MARIA",
    input=Ticket,
    output=Triage,
    key=lambda ticket: str(ticket.id),
)


@triage.deliver(idempotent=True)  # E: [arg-type]
def deliver(other: Other, run: Run[Ticket]) -> str:
    return other.queue
