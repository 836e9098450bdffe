"""Support triage: a ticket goes to a queue, with a priority and a first reply."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from countersign import Ask, Autonomy, Budget, Proposal, Rejection, Review, Run, Workflow
from pydantic import BaseModel, Field

from workflows.library.support_triage import desk

SAFETY = re.compile(
    r"smok(e|ed|ing)\b|\bon fire\b|caught fire|flames?\b|spark(s|ed|ing)\b|electric(al)? shock|electrocut"
    r"|\bburn(s|t|ed|ing)?\b|scald|melt(s|ed|ing)?\b|explo(de|ded|sion)|\binjur|\bblister|\bbleed|short.?circuit"
    r"|overheat|(broken|shattered|bits? of|pieces? of) (glass|metal)|too hot to touch",
    re.IGNORECASE,
)


_FACTS = re.compile(r"https?://[^\s>)]+|[\w.+-]{1,64}@[\w.-]+\w|\d+(?:[.,:-]\d+)*")
"""Parts of a reply that a customer acts on."""


class Ticket(BaseModel):
    """A ticket as it arrives."""

    id: int = Field(gt=0)
    customer: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    subject: str
    text: str = Field(min_length=1, max_length=20_000)
    language: str = Field(pattern=r"^[a-z]{2}$")


class Triage(BaseModel):
    """The decision about a ticket."""

    queue: Literal["delivery", "returns", "billing", "product-help", "account", "safety"]
    priority: Literal["low", "normal", "high", "urgent"]
    reply: str = Field(min_length=1, max_length=5_000, title="First reply")


triage = Workflow(
    name="support-triage",
    decision="Which queue does this ticket go to, how urgent is it, and what do we answer first?",
    owner="U0MARIA",
    backup="U0JONAS",
    told=("the customer, by the reply",),
    is_sample=True,
    input=Ticket,
    output=Triage,
    key=lambda ticket: f"ticket-{ticket.id}",
    may={
        "retrieve": "look up the customer's orders",
        "route": "choose a queue and a priority",
        "draft": "write a first reply",
        "execute": "ask the customer what you want to know",
    },
    prompt="triage.md",
    review=Review(
        answer_within=timedelta(hours=2),
        by_hand=timedelta(minutes=6),
        reject_reasons=("Wrong queue", "The reply does not answer it", "Spam", "A duplicate"),
    ),
    autonomy=Autonomy.floor(0.9),
    budget=Budget(per_case="0.03", per_day="20"),
    scope=lambda ticket: ticket.language == "en",
    text=lambda ticket: f"{ticket.subject}\n{ticket.text}",
)


@triage.propose
def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    """Ask the model with the ticket and the customer's orders."""
    return ask(subject=ticket.subject, text=ticket.text, orders=desk.last_orders(ticket.customer))


@triage.alike
def same_answer(ticket: Ticket, triage: Triage) -> str | None:
    """Name the queue and the priority: tickets that share both get the same answer. Those about safety stand alone."""
    return None if is_safety(ticket, triage) else f"{triage.queue}, {triage.priority}"


@triage.same("reply")
def reworded(proposed: str, decided: str) -> bool:
    """Tell whether two replies give the customer the same numbers, links and addresses. Other words are no error."""
    return _FACTS.findall(proposed) == _FACTS.findall(decided)


@triage.never("answer a safety report alone")
def is_safety(ticket: Ticket, triage: Triage) -> bool:
    """Check the ticket first: the model may have put a safety report into another queue."""
    return bool(SAFETY.search(f"{ticket.subject}\n{ticket.text}")) or triage.queue == "safety"


@triage.template("reply")
def reply(ticket: Ticket, chosen: Mapping[str, str]) -> str:
    """Return the queue's prepared reply."""
    replies = _replies()[chosen["queue"]]
    return replies["urgent" if chosen["priority"] in ("high", "urgent") else "normal"]


@triage.deliver(idempotent=True, target="the help desk", does=("route", "draft"))
def deliver(triage: Triage, run: Run[Ticket]) -> str:
    """Update the ticket in the help desk."""
    return desk.update(
        run.input.id,
        queue=triage.queue,
        priority=triage.priority,
        reply=triage.reply,
        idempotency_key=run.key,
    )


@triage.ask_source(idempotent=True, target="the help desk", does="execute")
def ask(question: str, run: Run[Ticket]) -> str:
    """Send the customer a reviewer's question."""
    return desk.ask_customer(run.input.id, question=question, idempotency_key=run.key)


@triage.on_reject(idempotent=True, does="route")
def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
    """Leave the ticket to people, with the reviewer's reason."""
    return desk.leave_to_people(run.input.id, reason=rejection.reason, idempotency_key=run.key)


@cache
def _replies() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "replies.toml").open("rb") as file:
        return tomllib.load(file)
