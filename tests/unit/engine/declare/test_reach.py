"""The effects of a workflow's code are compared with its `may` before the first case."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

from tests.sample import Ticket, Triage
from workflows import Ask, BadDeclaration, Does, Proposal, Rejection, Run, Workflow, step
from workflows.engine.declare.reach import steps_of
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.steps import Step
from workflows.engine.declare.workflow import DOES, UNDECIDED

WORDS: dict[Does, str] = {
    "retrieve": "look up the orders",
    "recommend": "suggest a queue",
    "draft": "write a reply",
    "route": "choose a queue",
    "execute": "pay a refund",
}


def all_but(*left_out: Does) -> dict[Does, str]:
    return {does: words for does, words in WORDS.items() if does not in left_out}


def another(*, than: Does) -> Does:
    return "draft" if than == "route" else "route"


def doing(does: Does | Sequence[Does] | None) -> Step[[int], str]:
    """A step, and what is said of it."""

    @step(does=does)
    def touch(ticket: int) -> str:
        return "touched"

    return touch


EXECUTES = doing("execute")


def declared(
    may: Mapping[Does, str] | None,
    *,
    delivery: Does | Sequence[Does] = "route",
    rejection: Does | Sequence[Does] = "route",
) -> Workflow[Ticket, Triage]:
    workflow = Workflow(
        name="triage",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        may=may,
    )

    @workflow.deliver(does=delivery)
    def give(triage: Triage, run: Run[Ticket]) -> str:
        return "given"

    @workflow.on_reject(does=rejection)
    def told(rejection: Rejection, run: Run[Ticket]) -> str:
        return "told"

    return workflow


def start(workflow: Workflow[Ticket, Triage]) -> None:
    Registry().add(workflow)


@pytest.mark.parametrize("does", DOES)
def test_a_delivery_does_only_what_is_declared(does: Does) -> None:
    start(declared(WORDS, delivery=does, rejection=does))
    others = another(than=does)
    with pytest.raises(BadDeclaration, match=f"workflow triage: its delivery does {does}, which the workflow may not"):
        start(declared(all_but(does), delivery=does, rejection=others))
    with pytest.raises(BadDeclaration, match=f"its on_reject does {does}, which the workflow may not"):
        start(declared(all_but(does), delivery=others, rejection=does))


@pytest.mark.parametrize("does", DOES)
def test_a_step_of_a_delivery_does_only_what_is_declared(does: Does) -> None:
    touch, other = doing(does), another(than=does)

    def start_with(may: Mapping[Does, str]) -> None:
        workflow = declared(may, delivery=other, rejection=other)
        workflow.deliver(does=other)(lambda triage, run: touch(run.input.id))
        start(workflow)

    start_with(WORDS)
    with pytest.raises(BadDeclaration, match=f"the step touch in its delivery does {does}, which the workflow may not"):
        start_with(all_but(does))


@pytest.mark.parametrize("does", DOES)
def test_a_step_of_a_proposal_does_only_what_is_declared_and_changes_nothing(does: Does) -> None:
    look = doing(does)

    def start_with(may: Mapping[Does, str], delivery: Does) -> None:
        workflow = declared(may, delivery=delivery, rejection=delivery)

        @workflow.propose
        def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
            return ask(found=[look(number) for number in (1, 2)])

        start(workflow)

    with pytest.raises(BadDeclaration, match=f"the step touch in its propose does {does}, which the workflow may not"):
        start_with(all_but(does), another(than=does))
    if does in UNDECIDED:
        start_with(WORDS, "route")
    else:
        with pytest.raises(BadDeclaration, match=f"the step touch in its propose does {does} before anything is decid"):
            start_with(WORDS, "route")


def test_the_refusal_says_what_it_may_and_what_to_write() -> None:
    with pytest.raises(BadDeclaration) as refused:
        start(declared({"retrieve": "look up the orders", "route": "choose a queue"}, delivery=("route", "execute")))
    assert str(refused.value) == (
        "workflow triage: its delivery does execute, which the workflow may not. It may: "
        "retrieve (look up the orders), route (choose a queue). Declare it, in words for people: may={'execute': ...}"
    )


def test_left_out_it_may_look_suggest_and_do_what_its_deliveries_say() -> None:
    workflow = declared(None, delivery=("route", "draft"), rejection="draft")
    start(workflow)
    assert workflow.allowed == {"retrieve", "recommend", "route", "draft"}
    assert workflow.may_in_words == ""
    workflow.deliver(does="route")(lambda triage, run: EXECUTES(run.input.id))
    with pytest.raises(BadDeclaration, match=r"may not. It may: retrieve, recommend, draft, route. Declare it"):
        start(workflow)


def test_a_step_that_says_nothing_retrieves_and_in_a_delivery_does_what_that_does() -> None:
    plain = doing(None)
    workflow = declared({"route": "choose a queue"})
    workflow.deliver(does="route")(lambda triage, run: plain(run.input.id))
    start(workflow)
    workflow.propose(lambda ticket, ask: ask(found=plain(1)))
    with pytest.raises(BadDeclaration, match="the step touch in its propose does retrieve, which the workflow may not"):
        start(workflow)


@pytest.mark.parametrize(
    ("where", "add"),
    [
        ("its key", lambda workflow: setattr(workflow, "key", lambda ticket: EXECUTES(1))),
        ("its scope", lambda workflow: setattr(workflow, "scope", lambda ticket: EXECUTES(1) == "")),
        ("the never 'pay'", lambda workflow: workflow.never("pay")(lambda ticket, triage: EXECUTES(1) == "")),
        ("the check 'paid'", lambda workflow: workflow.check("paid")(lambda ticket, triage: EXECUTES(1) == "")),
        ("the template of reply", lambda workflow: workflow.template("reply")(lambda ticket, chosen: EXECUTES(1))),
    ],
)
def test_a_rule_changes_nothing(where: str, add: Callable[[Workflow[Ticket, Triage]], object]) -> None:
    workflow = declared(WORDS)
    add(workflow)
    with pytest.raises(BadDeclaration, match=f"the step touch in {where} does execute before anything is decided"):
        start(workflow)


def test_a_step_of_another_module_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """`desk.pay(...)`, as authors write it."""
    desk: Any = ModuleType("desk")
    desk.pay = doing("execute")
    monkeypatch.setitem(globals(), "desk", desk)
    code = "def give(triage, run):\n    return desk.pay(run.input.id)\n"
    exec(code, globals())  # a function whose module knows another one
    workflow = declared(all_but("execute"))
    workflow.deliver(does="route")(globals().pop("give"))
    with pytest.raises(BadDeclaration, match="the step touch in its delivery does execute, which the workflow may not"):
        start(workflow)


def test_a_delivery_that_is_a_step_itself_is_found() -> None:
    @step(does="execute")
    def pay(triage: Triage, run: Run[Ticket]) -> str:
        return "paid"

    workflow = declared(all_but("execute"))
    workflow.deliver(does="route")(pay)
    with pytest.raises(BadDeclaration, match="the step pay in its delivery does execute"):
        start(workflow)


FIVE = "what can be done is retrieve, recommend, draft, route, execute"


@pytest.mark.parametrize(
    ("may", "said"),
    [
        ({"pay": "pay a refund"}, f"does 'pay'; {FIVE}"),
        (
            ["route"],
            r'may maps effects to words for people, such as {"route": "choose a queue"}; the effects are retrieve',
        ),
        ("route", "may maps effects to words for people"),
        ({"route": " "}, "the words of may for route are 1 to 200 printable characters"),
        ({"route": "a\nb"}, "the words of may for route are"),
        ({"route": "a" * 201}, "the words of may for route are"),
        ({"route": None}, "the words of may for route are"),
    ],
)
def test_what_may_cannot_say_is_refused(may: Any, said: str) -> None:
    with pytest.raises(BadDeclaration, match=said):
        declared(may)


@pytest.mark.parametrize("does", ["pay", ("route", "pay"), (), "", ["Route"]])
def test_there_are_five_words_for_what_is_done(does: Any) -> None:
    workflow = declared(WORDS)
    for declare in (
        lambda: step(does=does)(lambda: "done"),
        lambda: workflow.deliver(does=does),
        lambda: workflow.on_reject(does=does),
    ):
        with pytest.raises(BadDeclaration, match=FIVE):
            declare()


def test_the_steps_that_a_workflow_uses_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of its own functions, those beside them, and those of modules that are imported there."""
    look_up = doing("retrieve")
    desk = ModuleType("desk")
    monkeypatch.setattr(desk, "leave", Step.__call__, raising=False)
    monkeypatch.setattr(desk, "settle", named("settle"), raising=False)
    monkeypatch.setitem(globals(), "desk", desk)

    workflow = declared(None)

    @workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(seen=look_up(ticket.id))

    assert steps_of(workflow) == {"touch": look_up, "settle": vars(desk)["settle"]}


def named(name: str) -> Step[[int], str]:
    """A step of another name."""

    @step(name=name)
    def touch(ticket: int) -> str:
        return "touched"

    return touch
