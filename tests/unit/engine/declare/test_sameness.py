"""A proposed and a decided value are the same if they are written alike, or if the author's rule says so."""

from decimal import Decimal

import pytest
from pydantic import BaseModel

from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.charters.widening import widened
from workflows.engine.declare.sameness import differing
from workflows.engine.declare.workflow import TimeLimits, Workflow
from workflows.errors import BadDeclaration


class Ask(BaseModel):
    """An input."""

    id: int


class Answer(BaseModel):
    """An output."""

    queue: str
    reply: str = ""
    amount: Decimal = Decimal(0)


def asking() -> Workflow[Ask, Answer]:
    return Workflow(
        name="asking",
        decision="Which?",
        owner="U0",
        input=Ask,
        output=Answer,
        key=lambda ask: str(ask.id),
        time_limits=TimeLimits(rule=0.2),
    )


def test_without_a_rule_each_value_that_is_written_otherwise_differs() -> None:
    workflow = asking()
    one = {"queue": "a", "reply": "Hello", "amount": "1.0"}
    assert differing(workflow, one, dict(reversed(one.items()))) == ()
    assert differing(workflow, one, {"queue": "b", "reply": "Hi", "amount": "1.0"}) == ("queue", "reply")
    assert differing(workflow, one, {"queue": "a", "reply": "Hello"}) == ("amount",), "a field that is not there"


def test_the_rule_is_asked_with_values_in_the_fields_own_type() -> None:
    workflow, seen = asking(), list[tuple[Decimal, Decimal]]()

    @workflow.same("amount")
    def near(proposed: Decimal, decided: Decimal) -> bool:
        seen.append((proposed, decided))
        return abs(proposed - decided) < 1

    assert differing(workflow, {"queue": "a", "amount": "1.0"}, {"queue": "a", "amount": "1.5"}) == ()
    assert seen == [(Decimal("1.0"), Decimal("1.5"))]
    assert differing(workflow, {"queue": "a", "amount": "1.0"}, {"queue": "b", "amount": "9"}) == ("queue", "amount")


@pytest.mark.parametrize("raised", [ValueError("a"), SystemExit(1), RecursionError()])
def test_a_rule_that_fails_lets_nothing_pass(raised: BaseException) -> None:
    workflow = asking()

    @workflow.same("reply")
    def broken(proposed: str, decided: str) -> bool:
        raise raised

    assert differing(workflow, {"reply": "a"}, {"reply": "b"}) == ("reply",)
    assert differing(workflow, {"reply": "a"}, {"reply": 7}) == ("reply",), "a value of another form"


def test_a_rule_is_a_part_of_the_terms_where_there_is_one_and_any_change_of_it_widens() -> None:
    workflow, answering = asking(), Answering(models=["one"])
    plain = terms_of(workflow, prompt=None, answering=answering)
    assert "same" not in plain.parts, "terms from before there were such rules keep their version"

    @workflow.same("reply")
    def same(proposed: str, decided: str) -> bool:
        return proposed.casefold() == decided.casefold()

    ruled = terms_of(workflow, prompt=None, answering=answering)
    assert "same" in widened(plain.parts, ruled.parts)
    assert "same" in widened(ruled.parts, plain.parts)
    with pytest.raises(BadDeclaration, match="declared twice"):
        workflow.same("reply")(same)
