"""Allows what there is no word for, and declares it as a list of words."""

from countersign import Run, Workflow, step
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
    may={"pay": "pay a refund"},  # E: [dict-item]
)

listed = Workflow(
    name="listed",
    decision="Which queue?",
    owner="U0MARIA",
    input=Ticket,
    output=Triage,
    key=lambda ticket: str(ticket.id),
    may=["choose a queue"],  # E: [arg-type]
)


@step(does="pay")  # E: [arg-type]
def pay(ticket: int) -> str:
    return str(ticket)


@triage.deliver(does=("route", "pay"))  # E: [arg-type]
def deliver(triage: Triage, run: Run[Ticket]) -> str:
    return triage.queue
