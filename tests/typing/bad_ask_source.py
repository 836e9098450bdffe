"""Asks the source with the run of another input."""

from countersign import Run, Workflow
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


@triage.ask_source(idempotent=True)  # E: [arg-type]
def ask(question: str, run: Run[Other]) -> str:
    return run.input.queue
