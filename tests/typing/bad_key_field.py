"""Its key is a field that the input has not."""

from countersign import Workflow
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
    key=lambda ticket: ticket.number,  # E: [attr-defined]
)
