"""Uses a word for an edit that does not exist."""

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
    key=lambda ticket: str(ticket.id),
)


@triage.never("answer a safety report alone", on_edit="warn")  # E: [arg-type]
def is_safety(ticket: Ticket, triage: Triage) -> bool:
    return "smoke" in ticket.text
