"""Makes the input of another workflow than the one that follows."""

from countersign import Run, Workflow
from pydantic import BaseModel


class Ticket(BaseModel):
    id: int


class Triage(BaseModel):
    queue: str


class Refund(BaseModel):
    amount: int


triage = Workflow(
    name="bad", decision="Which queue?", owner="U0MARIA", input=Ticket, output=Triage, key=lambda ticket: str(ticket.id)
)
refunds = Workflow(
    name="bad-refunds",
    decision="How much?",
    owner="U0MARIA",
    input=Refund,
    output=Triage,
    key=lambda refund: str(refund.amount),
)


@triage.then(refunds)  # E: [arg-type]
def refund(triage: Triage, run: Run[Ticket]) -> Ticket:
    return run.input
