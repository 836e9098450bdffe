"""Returns the output itself, without saying how sure it is."""

from countersign import Ask, Proposal, Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int
    text: str


class Triage(BaseModel):
    queue: str


triage = Workflow(
    name="bad",
    decision="Which queue?",
    owner="U0MARIA",
    input=Ticket,
    output=Triage,
    key=lambda ticket: str(ticket.id),
)


@triage.propose
def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    return Triage(queue=ticket.text)  # E: [return-value]
