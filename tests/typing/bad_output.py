"""Its output is no model."""

from pydantic import BaseModel

from workflows import Workflow


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
