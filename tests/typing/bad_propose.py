"""Proposes another model than the one that is decided."""

from countersign import Ask, Proposal, Workflow
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


@triage.propose  # E: [arg-type]
def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Other]:
    return Proposal(output=Other(queue=ticket.text), confidence={})
