"""A step that does what its workflow may not is refused in place of its call, wherever the code got it from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene
from tests.sample import Ticket, Triage
from tests.world import sure
from workflows import Ask, Autonomy, NotDone, Proposal, Run, Workflow, step
from workflows.engine.declare.calls.boundary import before_decision
from workflows.engine.review.rerun import reruns


@dataclass
class Bank:
    """Another system. Nobody finds its steps by a name: they are had from an object."""

    paid: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        @step(does="execute")
        def pay(ticket: int) -> str:
            self.paid.append(ticket)
            return "paid"

        @step(does="retrieve")
        def balance(ticket: int) -> str:
            return f"after {pay(ticket)}"

        @step
        def plain(ticket: int) -> str:
            return "looked up"

        self.pay, self.balance, self.plain = pay, balance, plain


Code = Callable[[Bank, int], object]


def nothing(bank: Bank, ticket: int) -> object:
    return "nothing"


def scene(
    make_world: MakeWorld, bank: Bank, *, propose: Code = nothing, deliver: Code = nothing, idempotent: bool = False
) -> Scene:
    """A workflow that may not execute."""
    workflow = Workflow(
        name="bounded",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        may={"retrieve": "look up the balance", "route": "choose a queue"},
        autonomy=Autonomy.floor(0.8),
    )

    @workflow.propose
    def make(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=ticket.text, found=str(propose(bank, ticket.id)))

    @workflow.deliver(does="route", idempotent=idempotent)
    def give(triage: Triage, run: Run[Ticket]) -> str:
        return str(deliver(bank, run.input.id))

    world = make_world(sure(0.95, queue="billing", reply="Hello"))
    world.registry.add(workflow)
    return Scene(world=world, workflow=workflow)


REFUSED = (
    "workflow bounded: the step pay does execute, which the workflow may not. It may: retrieve (look up the balance), "
    "route (choose a queue)."
)


def test_a_step_in_a_proposal_is_refused_and_the_case_fails_visibly(make_world: MakeWorld) -> None:
    bank = Bank()
    at_bank = scene(make_world, bank, propose=lambda bank, ticket: bank.pay(ticket))

    case = at_bank.worked()

    assert bank.paid == []
    assert at_bank.run(case).state == "failed"
    assert REFUSED in at_bank.problem(case)
    (attempt,) = at_bank.attempts(case, "pay")
    assert (attempt.state, attempt.error is not None and "Undeclared" in attempt.error) == ("failed", True)
    assert [kind for kind, *_ in at_bank.outbox()] == ["cause"]


@pytest.mark.parametrize("idempotent", [False, True])
def test_a_step_in_a_delivery_is_refused_and_it_is_certain_that_nothing_happened(
    make_sqlite_world: MakeWorld, idempotent: bool
) -> None:
    bank = Bank()
    at_bank = scene(make_sqlite_world, bank, deliver=lambda bank, ticket: bank.pay(ticket), idempotent=idempotent)

    case = at_bank.worked()

    assert bank.paid == []
    assert (at_bank.run(case).state, at_bank.delivery(case).state) == ("failed", "failed")
    assert not at_bank.delivery(case).not_confirmed
    assert REFUSED in at_bank.problem(case)


@pytest.mark.parametrize("part", ["propose", "deliver"])
def test_a_step_within_a_step_is_refused_too(make_sqlite_world: MakeWorld, part: str) -> None:
    bank = Bank()
    code: dict[str, Any] = {part: lambda bank, ticket: bank.balance(ticket)}
    at_bank = scene(make_sqlite_world, bank, **code)

    case = at_bank.worked()

    assert bank.paid == []
    assert at_bank.run(case).state == "failed"
    assert REFUSED in at_bank.problem(case)


def test_code_that_catches_the_refusal_goes_on_without_the_step(make_sqlite_world: MakeWorld) -> None:
    """The step was not made, and the journal says so."""

    def careful(bank: Bank, ticket: int) -> object:
        try:
            return bank.pay(ticket)
        except NotDone:
            return "not paid"

    bank = Bank()
    at_bank = scene(make_sqlite_world, bank, deliver=careful)
    case = at_bank.worked()
    assert bank.paid == []
    assert (at_bank.run(case).state, at_bank.delivery(case).receipt) == ("delivered", "not paid")
    assert [attempt.state for attempt in at_bank.attempts(case, "deliver/pay")] == ["failed"]


def test_a_step_that_says_nothing_is_made_in_both(make_sqlite_world: MakeWorld) -> None:
    at_bank = scene(
        make_sqlite_world,
        Bank(),
        propose=lambda bank, ticket: bank.plain(ticket),
        deliver=lambda bank, ticket: bank.plain(ticket),
    )
    case = at_bank.worked()
    assert (at_bank.run(case).state, at_bank.delivery(case).receipt) == ("delivered", "looked up")


def test_once_it_is_declared_the_case_goes_on(make_sqlite_world: MakeWorld) -> None:
    bank = Bank()
    at_bank = scene(make_sqlite_world, bank, deliver=lambda bank, ticket: bank.pay(ticket))
    case = at_bank.worked()
    assert at_bank.workflow.may is not None
    at_bank.workflow.may["execute"] = "pay a refund"
    reruns.rerun(at_bank.world.context, case, by="U0DEV")
    at_bank.world.work()
    assert (bank.paid, at_bank.run(case).state) == ([1], "delivered")


def test_outside_a_run_a_step_is_the_plain_function() -> None:
    bank = Bank()
    assert bank.pay(7) == "paid"
    with before_decision(_may_nothing()), pytest.raises(NotDone, match="It may: nothing"):
        bank.pay(8)
    assert bank.paid == [7]


def _may_nothing() -> Workflow[Ticket, Triage]:
    return Workflow(
        name="bounded", decision="?", owner="U1", input=Ticket, output=Triage, key=lambda ticket: "1", may={}
    )
