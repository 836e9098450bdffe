"""Looks at another input."""

from countersign import Workflow
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


@triage.never("answer a safety report alone")  # E: [arg-type]
def is_safety(other: Other, triage: Triage) -> bool:
    return other.queue == triage.queue
