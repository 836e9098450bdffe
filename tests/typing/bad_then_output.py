"""Follows another output than the one that is delivered."""

from countersign import Run, Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int


class Triage(BaseModel):
    queue: str


triage = Workflow(
    name="bad", decision="Which queue?", owner="U0MARIA", input=Ticket, output=Triage, key=lambda ticket: str(ticket.id)
)


@triage.then("refunds")  # E: [arg-type]
def refund(ticket: Ticket, run: Run[Ticket]) -> Ticket | None:
    return None
