"""The kit for authors: what a test sees in it is what people would see, and nothing gets out of it."""

import socket
import tempfile
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

import pytest
from countersign import Ask, Autonomy, InvalidInput, Proposal, Run, TryAgain, Workflow, step
from countersign.testing import (
    Answer,
    InvalidOutput,
    ModelUnavailable,
    NeverBroken,
    Question,
    ReachedOut,
    Refused,
    ScriptOver,
    Testbed,
    says,
)
from countersign.tools.http import client
from pydantic import BaseModel

pytestmark = pytest.mark.slow


class Claim(BaseModel):
    id: int
    text: str


class Payment(BaseModel):
    amount: Decimal
    note: str = ""


shop = client("https://shop.example", name="the shop")


@step(tries=3)
def orders(claim: int) -> list[str]:
    return shop.get(f"/orders/{claim}").read(list[str])


@step(does="execute")
def pay(claim: int, amount: Decimal, key: str) -> str:
    return shop.post("/payments", {"amount": str(amount)}, idempotency_key=key).read(str)


claims = Workflow(
    name="claims",
    decision="How much do we pay?",
    owner="U0MARIA",
    input=Claim,
    output=Payment,
    key=lambda claim: f"claim-{claim.id}",
    autonomy=Autonomy.floor(0.9),
)


@claims.propose
def propose(claim: Claim, ask: Ask[Payment]) -> Proposal[Payment]:
    return ask(text=claim.text, orders=orders(claim.id))


@claims.never("pay more than 100 alone")
def is_large(claim: Claim, payment: Payment) -> bool:
    return payment.amount > 100


@claims.deliver(idempotent=True)
def deliver(payment: Payment, run: Run[Claim]) -> str:
    return pay(run.input.id, payment.amount, run.key)


CLAIM = Claim(id=7, text="It broke")
SURE = says({"amount": "20.00", "note": "broken"}, confidence=0.95)
UNSURE = says({"amount": "20.00", "note": "broken"}, confidence=0.5)


def no_orders(claim: int) -> list[str]:
    return []


def paid(claim: int, amount: Decimal, key: str) -> str:
    return f"paid {amount} under {key}"


class Offline(Testbed[Claim, Payment]):
    """A test bed whose shop is a stand-in."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.instead(orders, no_orders)
        self.instead(pay, paid)
        return self


def test_a_sure_case_is_delivered_alone_by_the_automations_own_code() -> None:
    with Offline(claims, SURE) as bed:
        case = bed.submit(CLAIM)
        assert case.state == "delivered"
        assert case.delivered == case.proposed == Payment(amount=Decimal("20.00"), note="broken")
        assert case.receipt == "paid 20.00 under claims/claim-7"
        assert case.why == ()
        assert bed.model.questions[0].data == {"text": "It broke", "orders": []}
        with pytest.raises(Refused, match="case claim-7 has no card: nobody was asked; it is delivered"):
            _ = case.card


def test_a_card_says_what_a_person_reads_before_and_after_the_decision() -> None:
    with Offline(claims, UNSURE) as bed:
        case = bed.submit(CLAIM)
        assert case.card.splitlines() == [
            "It broke",
            "Decide by 2026-01-05 17:00 UTC [I'm on it]",
            "Recommendation",
            "- ⚠ Check: Amount: 20.00 · 50% sure",
            "- ⚠ Check: Note: broken · 50% sure",
            "Why you are asked: Less than 90% sure",
            "[Approve] [Edit] [Reject] [Details: all of the case, and why | Assign: name who decides | Report wrong]",
            "claims · claim-7 · case 1 · version 1 · proposed by scripted",
        ]
        case.edit(amount=Decimal("12.50"), by="U0ANA")
        assert case.card.splitlines() == [
            "It broke",
            "Edited and approved by @U0ANA · 2026-01-05 09:00 UTC",
            "Applied: paid 12.50 under claims/claim-7",
            "- Amount: 12.50",
            "- Note: broken",
            "[Details] [Correct it]",
            "claims · claim-7 · case 1 · version 1 · proposed by scripted",
        ]
        with pytest.raises(Refused, match="case claim-7 waits for nobody; it is delivered"):
            case.approve()


def test_a_persons_own_values_are_held_to_the_form_and_to_the_rules() -> None:
    with Offline(claims, UNSURE) as bed:
        case = bed.submit(CLAIM)
        with pytest.raises(InvalidOutput, match="amount: "):
            case.edit(amount="a lot")
        with pytest.raises(InvalidOutput, match="tip: there is no such field"):
            case.edit(tip=1)
        with pytest.raises(NeverBroken, match="pay more than 100 alone"):
            case.edit(amount=120)
        assert case.delivered is None
        case.edit(amount=120, confirm=True)
        assert case.delivered == Payment(amount=Decimal(120), note="broken")


def test_a_person_who_rejects_says_what_follows() -> None:
    with Offline(claims, [UNSURE, SURE]) as bed:
        case = bed.submit(CLAIM)
        case.reject("ask again", then="propose-again")
        # However sure the model is now, a person decides.
        assert case.why == ("the model proposes the same again", "you asked for another proposal")
        case.approve()
        assert case.state == "delivered"
        assert len(bed.model.questions) == 2
    with Offline(claims, UNSURE) as bed:
        case = bed.submit(CLAIM)
        case.reject("no")
        assert case.state == "waiting"
        case.reject("no", then="close")
        assert (case.state, case.delivered) == ("closed", None)


def test_a_person_asks_the_source_and_its_answer_goes_on() -> None:
    asked: list[str] = []
    with Offline(claims, [UNSURE, SURE]) as bed:

        @claims.ask_source(idempotent=True)
        def ask(question: str, run: Run[Claim]) -> str:
            asked.append(question)
            return "sent"

        try:
            case = bed.submit(CLAIM)
            case.ask("What broke?")
            case.reply("The handle")
        finally:
            claims.source_effect = None
        assert asked == ["What broke?"]
        assert [one.answer for one in bed.model.questions[-1].answers] == ["The handle"]
        assert "They answered:" in case.card
        case.approve()
        assert case.state == "delivered"


def test_a_person_fills_in_an_empty_form_where_the_model_is_down() -> None:
    with Offline(claims, ModelUnavailable("the provider is down")) as bed:
        case = bed.submit(CLAIM)
        assert case.proposed is None
        assert "the provider is down" in " ".join(case.why)
        case.edit(amount=5)
        assert case.delivered == Payment(amount=Decimal(5))


def test_what_is_submitted_twice_is_one_case_and_what_does_not_fit_is_refused() -> None:
    with Offline(claims, UNSURE) as bed:
        assert bed.submit(CLAIM).id == bed.submit({"id": 7, "text": "It broke"}).id
        with pytest.raises(InvalidInput, match="id"):
            bed.submit({"id": "seven", "text": "It broke"})


def test_a_model_may_think_of_its_answer() -> None:
    def answer(question: Question) -> Answer:
        return says({"amount": str(len(question.text)), "note": ""}, confidence=0.95)

    with Offline(claims, answer) as bed:
        assert bed.submit(CLAIM).delivered == Payment(amount=Decimal(8))


def test_a_model_that_is_asked_once_too_often_fails_the_test() -> None:
    with Offline(claims, [UNSURE]) as bed:
        case = bed.submit(CLAIM)
        with pytest.raises(ScriptOver, match="nothing is left for question 2"):
            case.reject("ask again", then="propose-again")


def test_time_stands_still_until_it_is_moved_and_what_waits_for_it_is_done_then() -> None:
    """A step's pauses take the test's time, and so does a system that is down."""
    began = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    up: list[bool] = []

    def down(claim: int, amount: Decimal, key: str) -> str:
        if not up:
            raise TryAgain("the shop is down", after=600)
        return "paid"

    def flaky(claim: int) -> list[str]:
        if bed.now < began + timedelta(milliseconds=1):
            raise TryAgain("not now", after=30)
        return []

    with Testbed(claims, SURE, now=began) as bed:
        bed.instead(orders, flaky)
        bed.instead(pay, down)
        case = bed.submit(CLAIM)
        assert began + timedelta(seconds=30) <= bed.now < began + timedelta(minutes=5)
        assert case.state == "holding"
        up.append(True)
        bed.move(timedelta(minutes=5))
        assert case.state == "holding"
        bed.move(timedelta(minutes=10))
        assert (case.state, case.receipt) == ("delivered", "paid")


def by_the_client(claim: int) -> list[str]:
    return client("http://127.0.0.1:9", allow_private=["127.0.0.1"]).get("/").read(list[str])


def by_hand(claim: int) -> list[str]:
    urllib.request.urlopen("http://127.0.0.1:9/")
    return []


def by_name(claim: int) -> list[str]:
    socket.getaddrinfo("shop.example", 443)
    return []


@pytest.mark.parametrize("reach", [by_the_client, by_hand, by_name])
def test_a_connection_is_refused_and_fails_the_test(reach: Callable[[int], list[str]]) -> None:
    def reaching(claim: int) -> list[str]:
        return reach(claim)

    with Testbed(claims, SURE) as bed:
        bed.instead(orders, reaching)
        with pytest.raises(ReachedOut, match=r"claims wanted to reach .*: give the step that does a stand-in"):
            bed.submit(CLAIM)
    socket.getaddrinfo("127.0.0.1", 9)  # as before


def test_a_stand_in_is_held_to_the_steps_annotations_and_is_gone_afterwards() -> None:
    own = orders.function
    with Testbed(claims, SURE) as bed:
        bed.instead(orders, lambda claim: "none")  # type: ignore[arg-type, return-value]  # the fact
        case = bed.submit(CLAIM)
        assert case.state == "failed"
        assert case.problem is not None
        assert "orders" in case.problem
        with pytest.raises(Refused, match=r"case claim-7 waits for nobody; it is failed: .*orders"):
            case.approve()
    assert orders.function is own


def test_nothing_is_left_behind_also_where_the_test_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ZeroDivisionError), Offline(claims, UNSURE) as bed:  # noqa: PT012  # the block
        bed.submit(CLAIM)
        assert list(tmp_path.iterdir())
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_two_automations_are_tried_side_by_side() -> None:
    with Offline(claims, UNSURE) as one, Offline(claims, SURE) as other:
        assert (one.submit(CLAIM).state, other.submit(CLAIM).state) == ("waiting", "delivered")


def test_a_test_begins_at_a_time_with_its_zone() -> None:
    with pytest.raises(ValueError, match="with its zone"):
        Testbed(claims, now=datetime(2026, 1, 5))  # noqa: DTZ001  # the fact
