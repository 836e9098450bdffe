"""The automations of the soak: one for each kind of work, all deliver to the same made-up systems.

- tickets: a paid model, spot checks, questions back, a follow-up, retention of a day;
- claims: documents, two signatures, a target without idempotency keys;
- notes: the local model, autonomy that is earned, cases that a schedule fetches;
- refunds: follows tickets, decided by people, with a grace period;
- mails: messages of a channel, and forms that people hand in in Slack.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

import httpx2
from pydantic import BaseModel

from benchmarks.soak.truth import QUEUES, is_large, text_of, truth
from workflows import (
    Ask,
    Autonomy,
    Budget,
    Document,
    Example,
    Fetched,
    Message,
    NotDone,
    Personal,
    Proposal,
    Rejection,
    Retention,
    Review,
    Rollout,
    Run,
    Second,
    TryAgain,
    Workflow,
    step,
)

URL = "SOAK_URL"
"""Environment variable with the address of the made-up systems."""
INBOX = "C0INBOX"
"""Channel in which each message is a case."""
TICKETS, CLAIMS, NOTES, REFUNDS, MAILS = "tickets", "claims", "notes", "refunds", "mails"
CHANNELS = {TICKETS: "C0SUPPORT", CLAIMS: "C0CLAIMS", NOTES: "C0NOTES", REFUNDS: "C0REFUNDS", MAILS: "C0MAILS"}
"""Workflow -> channel of its cards."""
_SECONDS = 10.0
"""Seconds that a made-up system has to answer."""
_EXAMPLES, _FIRST_EXAMPLE = 40, 9_000_000
_OWNER, _BACKUP, _REVIEWERS = "U0MARIA", "U0LEE", "S0SUPPORT"
_KEPT = Retention(input=1, output=1, steps=1, model=1)
Queue = Literal["billing", "delivery", "returns", "account"]


class Ticket(BaseModel):
    """A ticket."""

    id: int
    customer: Annotated[str, Personal]
    text: str
    language: str = "en"


class Triage(BaseModel):
    """The decision about a ticket."""

    queue: Queue
    priority: Literal["low", "normal", "high"]
    reply: str


class Claim(BaseModel):
    """A claim, with its form as a file."""

    id: int
    form: Document


class Verdict(BaseModel):
    """The decision about a claim."""

    amount: Decimal


class Note(BaseModel):
    """A note that is fetched."""

    id: int
    text: str


class Route(BaseModel):
    """The decision about a note."""

    queue: Queue


class Refund(BaseModel):
    """The refund that follows a ticket about money."""

    ticket: int
    text: str


class Payment(BaseModel):
    """The decision about a refund."""

    by: Literal["card", "voucher"] = "card"
    amount: Decimal


class Mail(BaseModel):
    """A message that somebody wrote in Slack."""

    name: str
    text: str


def _post(path: str, key: str, values: object) -> str:
    """Bring something to a system of record; it says no, or is out of service, before anything is done."""
    response = httpx2.post(
        f"{os.environ[URL]}{path}", json={"key": key, "values": values}, timeout=_SECONDS, trust_env=False
    )
    if response.status_code == 503:
        raise TryAgain("the desk is out of service")
    response.raise_for_status()
    return str(response.json()["receipt"])


@step(does="retrieve")
def look_up(customer: str) -> str:
    """Look a customer up."""
    response = httpx2.get(f"{os.environ[URL]}/customers/{customer}", timeout=_SECONDS, trust_env=False)
    if response.status_code == 409:
        raise NotDone("the customers are closed for maintenance")
    response.raise_for_status()
    return str(response.json()["name"])


def _reviewed(name: str, **more: object) -> Review:
    values: dict[str, object] = {
        "post_to": CHANNELS[name],
        "reviewers": _REVIEWERS,
        "answer_within": timedelta(minutes=30),
        "by_hand": timedelta(minutes=5),
        "reject_reasons": ("Spam", "A duplicate"),
        **more,
    }
    return Review(**values)  # type: ignore[arg-type]  # the caller's own words


tickets = Workflow(
    name=TICKETS,
    decision="Which queue does this ticket go to?",
    owner=_OWNER,
    backup=_BACKUP,
    told=("the customer, by the reply",),
    input=Ticket,
    output=Triage,
    key=lambda ticket: f"T{ticket.id}",
    may={"retrieve": "look the customer up", "execute": "answer the ticket, or ask the customer"},
    prompt="tickets.md",
    review=_reviewed(TICKETS, escalate_to=("U0LEE",), assign="least_busy"),
    autonomy=Autonomy.floor(0.9, second_opinion=None, spot_checks=0.08),
    budget=Budget(per_case="0.10", per_day="50"),
    scope=lambda ticket: ticket.language == "en",
    segments={"language": lambda ticket: ticket.language},
    retention=_KEPT,
    personal_to_model=False,
    recall=2,
    rollout=Rollout(),
)


@tickets.propose
def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
    """Ask the model with the ticket and its customer."""
    return ask(ticket=ticket.text, customer=look_up(ticket.customer))


@tickets.alike
def same_answer(ticket: Ticket, triage: Triage) -> str:
    """Name the queue and the priority."""
    return f"{triage.queue}, {triage.priority}"


@tickets.never("answer about a fire alone")
def is_fire(ticket: Ticket, triage: Triage) -> bool:
    """Tell whether somebody reports a fire."""
    return "fire" in ticket.text


@tickets.deliver(idempotent=True, target="the desk")
def answer(triage: Triage, run: Run[Ticket]) -> str:
    """Update the ticket."""
    return _post("/desk", run.key, triage.model_dump(mode="json"))


@tickets.on_reject(idempotent=True, target="the desk")
def left(rejection: Rejection, run: Run[Ticket]) -> str:
    """Leave the ticket to people."""
    return _post("/desk", run.key, rejection.reason)


@tickets.ask_source(idempotent=True, target="the desk")
def ask_customer(question: str, run: Run[Ticket]) -> str:
    """Send the customer a question."""
    return _post("/questions", run.key, question)


@tickets.then(REFUNDS)
def refund(triage: Triage, run: Run[Ticket]) -> Refund | None:
    """Have a refund decided where the ticket is about money."""
    if triage.queue != "billing" or run.input.id % 3:
        return None
    return Refund(ticket=run.input.id, text=run.input.text)


claims = Workflow(
    name=CLAIMS,
    decision="What is paid?",
    owner=_OWNER,
    backup=_BACKUP,
    told=("the customer, by the payment",),
    no_nevers="two people sign what is large",
    input=Claim,
    output=Verdict,
    key=lambda claim: f"C{claim.id}",
    may={"execute": "pay a claim"},
    prompt="claims.md",
    review=_reviewed(
        CLAIMS, second=Second(when=lambda _, verdict: is_large(verdict.amount), sentence="more than 500 dollars")
    ),
    autonomy=Autonomy.draft(),
    budget=Budget(per_case="0.10", per_day="50"),
    retention=_KEPT,
    evidence=("amount",),
    rollout=Rollout(way="at once"),
)


@claims.deliver(target="the payments")
def pay(verdict: Verdict, run: Run[Claim]) -> str:
    """Pay; the payments know no idempotency keys."""
    return _post("/payments", run.key, verdict.model_dump(mode="json"))


@claims.on_reject(target="the payments")
def refused(rejection: Rejection, run: Run[Claim]) -> str:
    """Note that nothing is paid."""
    return _post("/payments", run.key, rejection.reason)


def _examples(letter: str) -> Iterator[tuple[int, str, str]]:
    """Yield examples: a number, its text, and its queue."""
    for number in range(_FIRST_EXAMPLE, _FIRST_EXAMPLE + _EXAMPLES):
        yield number, text_of(f"{letter}{number}"), truth(f"{letter}{number}").queue


notes = Workflow(
    name=NOTES,
    decision="Which queue does this note go to?",
    owner=_OWNER,
    backup=_BACKUP,
    told=("whoever reads the queue",),
    no_nevers="it only sorts notes",
    input=Note,
    output=Route,
    key=lambda note: f"N{note.id}",
    may={"retrieve": "fetch notes", "execute": "choose a queue"},
    review=_reviewed(NOTES),
    autonomy=Autonomy.earned(wrong=0.2, sure=0.6, by_itself=True, spot_checks=0.2),
    examples=lambda: (
        Example(input={"id": id, "text": text}, output={"queue": queue}) for id, text, queue in _examples("N")
    ),
    retention=_KEPT,
)


@notes.fetch(every=timedelta(seconds=20))
def from_the_feed(cursor: str | None) -> Fetched[Note]:
    """Fetch notes that are newer than the last one."""
    response = httpx2.get(f"{os.environ[URL]}/feed", params={"after": cursor or "0"}, timeout=_SECONDS, trust_env=False)
    response.raise_for_status()
    found = response.json()
    return Fetched(inputs=found["notes"], cursor=str(found["cursor"]))


@notes.alike
def same_queue(note: Note, route: Route) -> str:
    """Name the queue."""
    return route.queue


@notes.deliver(idempotent=True, target="the desk")
def route(route: Route, run: Run[Note]) -> str:
    """Put it into the queue."""
    return _post("/desk", run.key, route.model_dump(mode="json"))


refunds = Workflow(
    name=REFUNDS,
    decision="What is paid back?",
    owner=_OWNER,
    backup=_BACKUP,
    told=("the customer, by the payment",),
    no_nevers="a person decides each one",
    input=Refund,
    output=Payment,
    key=lambda refund: f"R{refund.ticket}",
    may={"execute": "pay money back"},
    review=_reviewed(REFUNDS, grace=timedelta(seconds=20)),
    autonomy=Autonomy.draft(),
    handed_proposals="review",
    examples=lambda: (
        Example(input={"ticket": id, "text": text}, output={"by": "voucher" if queue == "returns" else "card"})
        for id, text, queue in _examples("R")
    ),
    retention=_KEPT,
)


@refunds.propose
def reckon(refund: Refund, ask: Ask[Payment]) -> Proposal[Payment]:
    """Propose what the ticket is worth; no model is asked."""
    return Proposal(
        output=Payment(amount=truth(f"R{refund.ticket}").said_amount), confidence={"by": 0.9, "amount": 0.8}
    )


@refunds.deliver(idempotent=True, target="the desk")
def pay_back(payment: Payment, run: Run[Refund]) -> str:
    """Pay it back."""
    return _post("/desk", run.key, payment.model_dump(mode="json"))


mails = Workflow(
    name=MAILS,
    decision="Which queue does this message go to?",
    owner=_OWNER,
    backup=_BACKUP,
    told=("whoever wrote it, in its thread",),
    no_nevers="it only sorts messages",
    input=Mail,
    output=Route,
    key=lambda mail: mail.name,
    may={"execute": "choose a queue"},
    review=_reviewed(MAILS),
    autonomy=Autonomy.floor(0.9, second_opinion=None, spot_checks=0.1),
    examples=lambda: (
        Example(input={"name": str(id), "text": text}, output={"queue": queue}) for id, text, queue in _examples("M")
    ),
    retention=_KEPT,
)


@mails.from_message(watch=(INBOX,))
def mail(message: Message) -> Mail | None:
    """Take each message as a case."""
    return Mail(name=message.name, text=message.text)


@mails.propose
def sort(mail: Mail, ask: Ask[Route]) -> Proposal[Route]:
    """Propose by the reference in the text; no model is asked."""
    found = next((word.strip(".") for word in mail.text.split() if word.strip(".")[1:].isdigit()), "M0")
    made = truth(found)
    queue = made.said_queue if made.said_queue in QUEUES else "account"
    return Proposal(output=Route.model_validate({"queue": queue}), confidence={"queue": made.confidence})


@mails.deliver(idempotent=True, target="the desk")
def put(route: Route, run: Run[Mail]) -> str:
    """Put it into the queue."""
    return _post("/desk", run.key, route.model_dump(mode="json"))
