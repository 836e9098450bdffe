"""Returns no receipt."""

from countersign import Run, Workflow
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


@triage.deliver  # E: [arg-type]
def deliver(triage: Triage, run: Run[Ticket]) -> int:
    return run.id
