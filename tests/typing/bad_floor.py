"""Its floor is a word."""

from countersign import Autonomy, Workflow
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
    autonomy=Autonomy.floor("high"),  # E: [arg-type]
)
