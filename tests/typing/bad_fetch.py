"""Its fetch returns inputs of another form."""

from datetime import timedelta

from countersign import Fetched, Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int


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


@triage.fetch(every=timedelta(minutes=1))  # E: [arg-type]
def look(cursor: str | None) -> Fetched[Triage]:
    return Fetched(inputs=[Triage(queue="billing")], cursor="1")
