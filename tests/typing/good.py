"""An automation in the form that DESIGN.md shows, with nothing but the names of `workflows`. mypy has to accept it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

from countersign import (
    Ask,
    Autonomy,
    Backoff,
    Example,
    NotDone,
    Proposal,
    Rejection,
    Review,
    Run,
    SourceAnswer,
    TryAgain,
    Workflow,
    source_answers,
    step,
)
from pydantic import BaseModel


class Order(BaseModel):
    number: str


class Ticket(BaseModel):
    id: int
    customer: str
    text: str
    language: str = "en"


class Triage(BaseModel):
    queue: Literal["billing", "delivery", "safety"]
    reply: str


triage = Workflow(
    name="typed-triage",
    decision="Which queue does this ticket go to?",
    owner="U0MARIA",
    input=Ticket,
    output=Triage,
    key=lambda ticket: f"ticket-{ticket.id}",
    may={"retrieve": "look up orders", "route": "choose a queue", "draft": "draft a reply"},
    prompt="triage.md",
    review=Review(
        post_to="C0SUPPORT",
        reviewers="S0SUPPORT",
        answer_within=timedelta(hours=2),
        by_hand=timedelta(minutes=6),
    ),
    autonomy=Autonomy.floor(0.85),
    scope=lambda ticket: ticket.language == "en",
    text=lambda ticket: ticket.text,
    examples=lambda: [Example(input={"text": "where is it"}, output={"queue": "delivery"})],
)


@step
def today() -> str:
    return "2026-11-20"


@step(
    does="retrieve",
    tries=3,
    timeout=20,
    at_once=4,
    backoff={TryAgain: Backoff(first=2, longest=30)},
    retry_on=(TryAgain,),
)
def last_orders(customer: str, *, most: int = 3) -> list[Order]:
    return [Order(number=f"{customer}-{number}") for number in range(most)]


@triage.propose
def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    orders: list[Order] = last_orders(ticket.customer, most=2)
    day: str = today()
    answers: Sequence[SourceAnswer] = source_answers()
    assert all(one.question and one.answer for one in answers)
    proposal = ask(ticket=ticket.text, orders=orders, day=day)
    queue: Literal["billing", "delivery", "safety"] = proposal.output.queue
    return proposal if queue == "billing" else Proposal(output=proposal.output, confidence={"queue": 0.5})


@triage.never("answer a safety report alone")
def is_safety(ticket: Ticket, triage: Triage) -> bool:
    return "smoke" in ticket.text or triage.queue == "safety"


@triage.never("promise money", on_edit="bar")
def promises_money(ticket: Ticket, triage: Triage) -> bool:
    return "$" in triage.reply


@triage.template("reply")
def reply(ticket: Ticket, chosen: Mapping[str, str]) -> str:
    return f"Hello, {chosen['queue']} will write to you."


@triage.deliver(idempotent=True, does=("route", "draft"))
def update(triage: Triage, run: Run[Ticket]) -> str:
    if run.input.id < 0:
        raise NotDone("there is no such ticket")
    return f"{run.key} {triage.queue} by {run.by}"


@triage.on_reject(does="route")
def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
    return f"{run.key} {rejection.reason}"


@triage.ask_source(idempotent=True, target="the help desk", does="route")
def ask_customer(question: str, run: Run[Ticket]) -> str:
    before: list[str] = [one.answer for one in run.answers]
    return f"{run.key} {question} {run.input.id} {before}"


drafts = Workflow(
    name="typed-drafts",
    decision="Which queue?",
    owner="U0MARIA",
    input=Ticket,
    output=Triage,
    key=lambda ticket: str(ticket.id),
    autonomy=Autonomy.earned(wrong=0.05, sure=0.9, begin="shadow", veto=timedelta(minutes=30)),
)


@drafts.deliver
def hand_over(triage: Triage, run: Run[Ticket]) -> str:
    return triage.reply


@triage.then(drafts)
def to_drafts(triage: Triage, run: Run[Ticket]) -> Ticket | None:
    return run.input if triage.queue == "billing" else None


@drafts.then("typed-archive")
def to_archive(triage: Triage, run: Run[Ticket]) -> Order:
    return Order(number=run.key)


plain_call: list[Order] = last_orders("C-1")
