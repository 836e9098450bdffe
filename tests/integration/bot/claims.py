"""An automation in which anything can fail: a word in the case's text says what. `mended` is what its author does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from typing import Annotated, Literal, cast

from countersign import (
    Ask,
    Autonomy,
    NotDone,
    OutcomeUnknown,
    Personal,
    Proposal,
    Rejection,
    Run,
    TryAgain,
    Workflow,
    source_answers,
    step,
)
from pydantic import BaseModel, Field


class Claim(BaseModel):
    """A claim, with whoever made it."""

    id: int
    customer: Annotated[str, Personal]
    email: Annotated[str, Personal, Field(pattern=r"^[^@ ]+@[^@ ]+\.[a-z]+$")]
    born: Annotated[date, Personal] = date(1980, 5, 17)
    phone: Annotated[int, Personal] = 491701234567
    text: str


class Verdict(BaseModel):
    """The decision."""

    verdict: Literal["refund", "decline"]
    reply: Annotated[str, Personal] = ""


class Customer(BaseModel):
    """A customer, as the shop knows them."""

    account: Annotated[str, Personal]
    orders: dict[str, str]


class ShopClosed(Exception):
    """An error of the author's own."""


BROKEN = [True]
"""True while the code is as it was when it failed."""


CALLS = count()
"""Calls of `propose` for a claim that drifts."""


@contextmanager
def mended() -> Iterator[None]:
    """Have the code mended for the block."""
    BROKEN[0] = False
    try:
        yield
    finally:
        BROKEN[0] = True


@step(tries=2)
def customer_of(email: str, born: date) -> Customer:
    """Look a customer up; the world is what the address says."""
    if email.startswith("shut"):
        raise ShopClosed(f"no answer for {email} before 9")
    if email.startswith("busy"):
        error = TryAgain("the shop is busy")
        error.dependency = "the shop"
        raise error
    return Customer(account="ACC-77-Berger", orders={"A-1": "12.50"})


@step(does="execute")
def settle(claim: int, verdict: str, reply: str, key: str, by: str) -> str:
    """Pay, or not."""
    if "unpaid" in reply:
        raise NotDone(f"the bank refuses claim {claim} at 10:30")
    if "unsure" in reply:
        raise OutcomeUnknown("the bank did not answer")
    return f"S-{claim}"


@step(does="execute")
def tell(claim: int, reason: str) -> str:
    """Tell the shop of a rejection."""
    raise NotDone("nobody listens")


def declare(name: str, *, idempotent: bool) -> Workflow[Claim, Verdict]:
    """Declare it; where the target knows no keys, a delivery can be in doubt."""
    workflow = Workflow(
        name=name,
        decision="Do we pay?",
        owner="U0MARIA",
        is_sample=True,
        input=Claim,
        output=Verdict,
        key=lambda claim: f"claim-{claim.customer}-{claim.id}",
        autonomy=Autonomy.floor(0.9),
        scope=in_scope,
    )
    workflow.propose(propose)
    workflow.never("pay twice")(pays_twice)
    workflow.check("it is paid once")(is_paid_once)
    workflow.deliver(idempotent=idempotent)(deliver)
    workflow.on_reject(idempotent=True)(rejected)
    workflow.ask_source(idempotent=True)(ask_customer)
    return workflow


def in_scope(claim: Claim) -> bool:
    """Tell whether it is a claim."""
    if "scope" in claim.text and BROKEN[0]:
        raise LookupError("there is no scope 12")
    return True


def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
    """Ask the model, with the customer's account."""
    days = next(CALLS) if "drifts" in claim.text and BROKEN[0] else 0
    try:
        customer = customer_of(claim.email, claim.born + timedelta(days=days))
    except (ShopClosed, TryAgain):
        if BROKEN[0]:
            raise
        customer = Customer(account="none", orders={})
    if "optional" in claim.text:
        total = customer.orders["total"] if BROKEN[0] else customer.orders.get("total")
        return ask(text=claim.text, account=customer.account, total=total)
    if source_answers() and BROKEN[0]:
        raise ValueError(f"nobody reads “{source_answers()[0].answer}”")
    if "nothing" in claim.text and BROKEN[0]:
        return cast(Proposal[Verdict], None)  # a mistake that a type checker does not find
    asked = ask(text=claim.text, account=customer.account)
    if "after" in claim.text and BROKEN[0]:
        raise ValueError(f"{claim.customer} asks for 300 EUR")
    return asked


def pays_twice(claim: Claim, verdict: Verdict) -> bool:
    """Tell whether it was paid before."""
    paid: dict[str, bool] = {}
    return "never" in claim.text and (paid["paid"] if BROKEN[0] else False)


def is_paid_once(claim: Claim, verdict: Verdict) -> bool:
    """Tell whether it is paid once."""
    return "check" not in claim.text or not BROKEN[0] or bool([][0])


def deliver(verdict: Verdict, run: Run[Claim]) -> str:
    """Settle it."""
    try:
        receipt = settle(run.input.id, verdict.verdict, verdict.reply, run.key, run.by)
    except (NotDone, OutcomeUnknown):
        if BROKEN[0]:
            raise
        receipt = "later"
    if "receipt" in run.input.text and BROKEN[0]:
        raise IndexError(f"{receipt} has no part 3")
    return receipt


def ask_customer(question: str, run: Run[Claim]) -> str:
    """Ask the customer."""
    return "sent"


def rejected(rejection: Rejection, run: Run[Claim]) -> str:
    """Tell the shop."""
    try:
        return tell(run.input.id, rejection.reason)
    except NotDone:
        if BROKEN[0]:
            raise
        return "by letter"


claims = declare("claims", idempotent=True)
letters = declare("letters", idempotent=False)
