"""Its output is no model."""

from countersign import Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int
    text: str


triage = Workflow(  # E: [type-var]
    name="bad",
    decision="Which queue?",
    owner="U0MARIA",
    input=Ticket,
    output=str,
    key=lambda ticket: str(ticket.id),
)
