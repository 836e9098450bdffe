"""A small automation to test with."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from workflows import Ask, Autonomy, Proposal, Rejection, Run, Workflow, step


class Ticket(BaseModel):
    """The input: a ticket."""

    id: int
    text: str = Field(min_length=1)
    language: str = "en"


class Triage(BaseModel):
    """The output: a queue and a reply."""

    queue: Literal["billing", "delivery", "safety"]
    reply: str = ""


@dataclass(kw_only=True)
class Desk:
    """A system of record that remembers its deliveries, or raises the errors that it is told."""

    applied: dict[str, Triage] = field(default_factory=dict)
    """Values applied under each key; a second attempt under a key changes nothing."""
    attempts: list[str] = field(default_factory=list)
    """Keys of all attempts at a delivery, in order."""
    told: dict[str, str] = field(default_factory=dict)
    """Reasons of rejections, by key."""
    looked_up: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    """Errors that the next attempts raise, in order."""
    look_up_errors: list[BaseException] = field(default_factory=list)


def sample_workflow(
    desk: Desk, *, autonomy: Autonomy | None = None, idempotent: bool = True, name: str = "sample"
) -> Workflow[Ticket, Triage]:
    """Return an automation with a step, two nevers, and a desk to deliver to."""
    sample = Workflow(
        name=name,
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        autonomy=autonomy or Autonomy.floor(0.8),
        scope=lambda ticket: ticket.language == "en",
    )

    @step(tries=3)
    def look_up(ticket: int) -> str:
        if desk.look_up_errors:
            raise desk.look_up_errors.pop(0)
        desk.looked_up.append(ticket)
        return f"customer of {ticket}"

    @sample.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=ticket.text, customer=look_up(ticket.id))

    @sample.never("answer a safety report alone")
    def is_safety(ticket: Ticket, triage: Triage) -> bool:
        return "smoke" in ticket.text or triage.queue == "safety"

    @sample.never("promise money", on_edit="bar")
    def promises_money(ticket: Ticket, triage: Triage) -> bool:
        return "$" in triage.reply

    @sample.deliver(idempotent=idempotent, reversible=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        desk.attempts.append(run.key)
        if desk.errors:
            raise desk.errors.pop(0)
        desk.applied.setdefault(run.key, triage)
        return f"receipt for {run.key}"

    @sample.on_reject(idempotent=idempotent)
    def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
        desk.told.setdefault(run.key, rejection.reason)
        return "noted"

    return sample
