"""Its floor is a word."""

from pydantic import BaseModel

from workflows import Autonomy, Workflow


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
