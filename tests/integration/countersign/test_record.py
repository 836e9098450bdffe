"""The kit for authors with the record of a case: the case goes its way again, and whatever differs from it is said."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from countersign import Ask, Autonomy, NotDone, OutcomeUnknown, Proposal, Run, SourceAnswer, TryAgain, Workflow, step
from countersign.record import error_of
from countersign.testing import (
    Answer,
    ModelUnavailable,
    NeverBroken,
    ReachedOut,
    Recorded,
    Refused,
    StaleRecord,
    Testbed,
    read_case,
    says,
    workflow_in,
)
from countersign.tools.http import client
from pydantic import BaseModel, JsonValue

from workflows.engine.errors import Drifted, Unknown

pytestmark = pytest.mark.slow
shop = client("https://shop.example", name="the shop")


class Claim(BaseModel):
    id: int


class Verdict(BaseModel):
    verdict: Literal["refund", "decline"]


class Customer(BaseModel):
    name: str
    orders: list[int] = []


class ShopClosed(Exception):
    """An error of the author's own."""

    def __init__(self, until: str, *, by: str) -> None:
        super().__init__(f"closed until {until} by {by}")


@step(tries=2)
def customer_of(claim: int) -> Customer:
    return shop.get(f"/claims/{claim}/customer").read(Customer)


@step(does="execute", tries=2)
def settle(claim: int, verdict: str, key: str, by: str) -> str:
    return shop.put(f"/claims/{claim}", {"verdict": verdict}, idempotency_key=key).read(str)


def declared(propose: Any = None, *, idempotent: bool = True) -> Workflow[Claim, Verdict]:
    claims = Workflow(
        name="claims",
        decision="Do we pay?",
        owner="U0MARIA",
        input=Claim,
        output=Verdict,
        key=lambda claim: f"claim-{claim.id}",
        autonomy=Autonomy.floor(0.5),
    )

    def ask_of_customer(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
        return ask(customer=customer_of(claim.id).name)

    claims.propose(propose or ask_of_customer)

    @claims.deliver(idempotent=idempotent)
    def deliver(verdict: Verdict, run: Run[Claim]) -> str:
        return settle(run.input.id, verdict.verdict, run.key, run.by)

    return claims


SURE = says({"verdict": "refund"}, confidence=0.99)
CUSTOMER = Recorded(step="customer_of", given={"claim": 7}, returned={"name": "Ana", "orders": [1]})
SETTLED: dict[str, JsonValue] = {"claim": 7, "verdict": "refund", "key": "claims/claim-7", "by": "alone"}


def test_a_step_answers_what_it_answered_in_its_type_and_nothing_is_resolved_alone() -> None:
    with Testbed(declared(), SURE, record=[CUSTOMER]) as bed:
        case = bed.submit({"id": 7})
        assert bed.model.questions[0].data == {"customer": "Ana"}
        assert (case.state, case.proposed) == ("waiting", Verdict(verdict="refund"))
        case.raise_problem()


def test_a_step_raises_what_it_raised_and_the_test_gets_that_very_error() -> None:
    shut = TryAgain("the shop is closed")
    with Testbed(declared(), SURE, record=[Recorded(step="customer_of", given={"claim": 7}, raised=shut)]) as bed:
        case = bed.submit({"id": 7})
        assert [(one.attempt, one.error) for one in case.view.newest.steps] == [
            (1, "TryAgain: the shop is closed"),
            (2, "TryAgain: the shop is closed"),
        ]
        with pytest.raises(TryAgain, match="the shop is closed") as raised:
            case.raise_problem()
        assert raised.value is shut


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("ShopClosed: closed until nine", ShopClosed, "closed until nine"),
        ("NotDone: no", NotDone, "no"),
        ("KeyError: 'total'", KeyError, "'total'"),
        ("UnicodeDecodeError: it is not UTF-8", UnicodeDecodeError, None),
    ],
)
def test_an_error_that_is_named_is_found_by_its_name(said: str, kind: type[Exception], words: str | None) -> None:
    """In the automation's own module, among Countersign's, and among Python's."""
    with Testbed(declared(), record=[Recorded(step="customer_of", given={"claim": 7}, raised=said)]) as bed:
        with pytest.raises(kind) as raised:
            bed.submit({"id": 7}).raise_problem()
        assert words is None or str(raised.value) == words


def test_an_error_that_nobody_knows_has_its_name_and_says_the_same() -> None:
    gone = Recorded(step="customer_of", given={"claim": 7}, raised="HTTPStatusError: 503", dependency="the shop")
    with Testbed(declared(), record=[gone]) as bed:
        case = bed.submit({"id": 7})
        problem = case.view.newest.problem
        assert problem == {"step": "customer_of", "type": "HTTPStatusError", "message": "503"}
        with pytest.raises(Exception, match=r"^503$") as raised:
            case.raise_problem()
        assert type(raised.value).__name__ == "HTTPStatusError"


def test_the_automations_own_error_comes_out_with_the_line_that_raised_it() -> None:
    def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
        orders = dict.fromkeys(customer_of(claim.id).orders, "paid")
        return ask(paid=orders[2])

    with Testbed(declared(propose), SURE, record=[CUSTOMER]) as bed:
        case = bed.submit({"id": 7})
        with pytest.raises(KeyError, match="2") as raised:
            case.raise_problem()
        assert raised.traceback[-1].name == "propose"


def test_a_call_that_was_not_made_is_not_made_for_real_and_what_to_write_is_said() -> None:
    """Also where the automation catches whatever a step raises."""

    def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
        try:
            customer_of(claim.id + 1)
        except AssertionError:
            return ask(customer=None)
        raise NotImplementedError

    with Testbed(declared(propose), SURE, record=[CUSTOMER]) as bed, pytest.raises(StaleRecord) as stale:
        bed.submit({"id": 7})
    assert str(stale.value) == (
        'claims calls the step customer_of with {"claim":8}, and it was called with {"claim":7} in the case. Where '
        "that is right, say what it returns: Recorded(step='customer_of', given=..., returned=...), or "
        "bed.instead(...) for the step"
    )
    other = Recorded(step="another", given={}, returned=None)
    with (
        Testbed(declared(), SURE, record=[other]) as bed,
        pytest.raises(StaleRecord, match="not called in the case"),
    ):
        bed.submit({"id": 7})


def test_a_step_that_the_case_never_came_to_ends_it_past_what_failed() -> None:
    """Also where the automation puts an error of its own in the place of the step's."""

    def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
        try:
            return ask(customer=customer_of(claim.id).name)
        except Exception as error:
            raise ShopClosed("nine", by="Ana") from error

    for claims in (declared(), declared(propose)):
        with Testbed(claims, SURE, record=[]) as bed:
            case = bed.submit({"id": 7})
            assert case.state == "failed"
            case.raise_problem()
            (said,) = [one.error for one in case.view.newest.steps]
            assert said == "RecordOver: claims comes to the step customer_of, as the case never did"


def test_a_stand_in_has_the_word_before_the_record() -> None:
    with Testbed(declared(), SURE, record=[]) as bed:
        bed.instead(customer_of, lambda claim: Customer(name="Bo"))
        assert bed.submit({"id": 7}).state == "waiting"
        assert bed.model.questions[0].data == {"customer": "Bo"}


def test_a_result_that_the_step_no_longer_gives_is_said() -> None:
    old = Recorded(step="customer_of", given={"claim": 7}, returned={"called": "Ana"})
    with Testbed(declared(), SURE, record=[old]) as bed, pytest.raises(StaleRecord) as stale:
        bed.submit({"id": 7})
    assert "the step customer_of takes another result now than the one that is recorded: name: is missing" in str(
        stale.value
    )


def test_equal_calls_are_answered_in_turn_and_the_last_one_from_then_on() -> None:
    def propose(claim: Claim, ask: Ask[Verdict]) -> Proposal[Verdict]:
        return ask(names=[customer_of(claim.id).name for _ in range(3)])

    other = Recorded(step="customer_of", given={"claim": 7}, returned={"name": "Bo"})
    with Testbed(declared(propose), SURE, record=[CUSTOMER, other]) as bed:
        bed.submit({"id": 7})
        assert bed.model.questions[0].data == {"names": ["Ana", "Bo", "Bo"]}


def test_what_was_decided_is_delivered_at_once_as_the_one_who_decided_it() -> None:
    done = Recorded(step="deliver/settle", given=SETTLED, returned="S-1")
    with Testbed(declared(), record=[done], proposes=False) as bed:
        case = bed.submit({"id": 7})
        assert case.proposed is None
        case.decide({"verdict": "refund"}, by="alone")
        assert (case.state, case.receipt) == ("delivered", "S-1")
        case.raise_problem()


def test_a_delivery_that_waits_or_is_in_doubt_raises_what_the_target_said() -> None:
    said = {"idempotent": TryAgain("busy"), "once": OutcomeUnknown("silence")}
    for how, error in said.items():
        lost = Recorded(step="deliver/settle", given=SETTLED, raised=error)
        with Testbed(declared(idempotent=how == "idempotent"), SURE, record=[CUSTOMER, lost]) as bed:
            case = bed.submit({"id": 7})
            case.decide({"verdict": "refund"}, by="alone")
            assert case.state == {"idempotent": "holding", "once": "doubtful"}[how]
            with pytest.raises(type(error), match=str(error)):
                case.raise_problem()


def test_a_rule_that_cannot_answer_raises_its_error() -> None:
    for rule in ("never", "check"):
        claims = declared()

        def broken(claim: Claim, verdict: Verdict) -> bool:
            known: dict[str, bool] = {}
            return known[verdict.verdict]

        claims.never("pay twice")(broken) if rule == "never" else claims.check("it is paid once")(broken)
        with Testbed(claims, SURE, record=[CUSTOMER]) as bed:
            case = bed.submit({"id": 7})
            assert case.state == "waiting"
            with pytest.raises(KeyError, match="refund"):
                case.raise_problem()


def test_a_never_that_bars_bars_what_is_decided_too() -> None:
    claims = declared()
    claims.never("refund", on_edit="bar")(lambda claim, verdict: verdict.verdict == "refund")
    with Testbed(claims, SURE, record=[CUSTOMER]) as bed, pytest.raises(NeverBroken):
        bed.submit({"id": 7}).decide({"verdict": "refund"})


def test_in_order_a_call_that_differs_parks_the_case_as_it_did() -> None:
    asked = Recorded(step="ask", given={"data": {"customer": "Bo"}}, returned={"model": "m", "values": {}})
    with Testbed(declared(), record=[CUSTOMER, asked], in_order=True) as bed:
        case = bed.submit({"id": 7})
        assert case.state == "parked"
        with pytest.raises(Drifted, match=r"the step ask \(call 1\) is called with another input"):
            case.raise_problem()


def test_what_the_delivery_does_outside_of_steps_reaches_nothing() -> None:
    claims = declared()
    claims.deliver(lambda verdict, run: shop.put("/claims", {}, idempotency_key=run.key).read(str))
    with Testbed(claims, SURE, record=[CUSTOMER]) as bed, pytest.raises(ReachedOut):
        bed.submit({"id": 7}).decide({"verdict": "refund"})


def test_an_error_is_made_whatever_its_constructor_wants() -> None:
    assert repr(error_of(KeyError, "'a'")) == "KeyError('a')"
    assert repr(error_of(KeyError, "no literal")) == "KeyError('no literal')"
    closed = error_of(ShopClosed, "closed until nine by Ana")
    assert (type(closed), str(closed)) == (ShopClosed, "closed until nine by Ana")


def test_a_long_case_is_read_from_the_file_beside_its_test(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    kept = {
        "input": {"id": 7},
        "record": [
            {"step": "customer_of", "given": {"claim": 7}, "returned": {"name": "Ana", "orders": [1]}},
            {"step": "deliver/settle", "given": SETTLED, "raised": "NotDone: no"},
        ],
        "model": ["down", {"model": "m", "values": {"verdict": "refund"}}],
        "decided": {"verdict": "refund"},
        "answers": [{"question": "When?", "answer": "Today"}],
    }
    file.write_text(json.dumps(kept))
    case = read_case(file)
    assert case.record == (CUSTOMER, Recorded(step="deliver/settle", given=SETTLED, raised="NotDone: no"))
    assert case.answers == (SourceAnswer(question="When?", answer="Today"),)
    assert isinstance(case.says, list)
    down, answer = case.says
    assert isinstance(down, ModelUnavailable)
    assert answer == Answer(model="m", values={"verdict": "refund"})


def test_a_file_is_loaded_by_its_place_for_the_workflow_of_a_name(tmp_path: Path) -> None:
    parcels = Path(__file__).parents[1] / "bot" / "parcels.py"
    assert workflow_in(parcels, "letters").name == "letters"
    with pytest.raises(Unknown, match="declares no workflow 'mails'; it has letters, parcels"):
        workflow_in(parcels, "mails")


def test_a_case_that_waits_for_nobody_decides_nothing() -> None:
    shut = Recorded(step="customer_of", given={"claim": 7}, raised=NotDone("no"))
    with Testbed(declared(), record=[shut]) as bed, pytest.raises(Refused, match="waits for nobody"):
        bed.submit({"id": 7}).decide({"verdict": "refund"})
