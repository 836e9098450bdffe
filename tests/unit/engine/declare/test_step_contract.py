"""A step is held to its annotations: what does not fit is told by step, field and what came, in a run and outside."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, Field

from workflows import BadDeclaration, ContractBroken, InputBroken, NotDone, OutcomeUnknown, OutputBroken, step
from workflows.engine.declare.steps import Call, recording
from workflows.tools.amounts import amount
from workflows.tools.dates import date_of


class Order(BaseModel):
    number: str
    placed_on: Annotated[date, BeforeValidator(date_of)]
    total: Annotated[Decimal, BeforeValidator(lambda text: amount(text).value)]


UPSTREAM: dict[str, Any] = {"answer": None}
"""The other system's present answer."""


@step
def last_orders(customer: str, *, limit: Annotated[int, Field(ge=1, le=50)] = 2) -> list[Order]:
    return UPSTREAM["answer"]  # type: ignore[no-any-return]  # whatever it says, which is the point


AGREED = {"number": "7", "placed_on": "2026-03-05", "total": "59.90"}


class Kept:
    """A journal that keeps nothing."""

    def record(self, call: Call) -> object:
        return call.invoke()


@pytest.fixture(params=["outside", "in a run"], autouse=True)
def recorder(request: pytest.FixtureRequest) -> Any:
    with recording(Kept() if request.param == "in a run" else None):
        yield


def test_what_was_agreed_comes_in_the_annotated_types() -> None:
    UPSTREAM["answer"] = [AGREED, AGREED | {"placed_on": "5. März 2026", "total": "1.234,50 €"}]
    first, second = last_orders("C-1")
    assert (first.placed_on, first.total) == (date(2026, 3, 5), Decimal("59.90"))
    assert (second.placed_on, second.total) == (date(2026, 3, 5), Decimal("1234.50"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"total": None}, "0.total: a text is needed, not NoneType"),
        ({"total": "1.234"}, "0.total: “1.234” may be 1.234 or 1234"),
        ({"placed_on": "03/04/2026"}, "0.placed_on: “03/04/2026” may be 2026-04-03 or 2026-03-04"),
        ({"placed_on": "yesterday"}, "0.placed_on: "),
        ({"number": 7}, "0.number: has to be text, and not 7"),
    ],
)
def test_another_form_upstream_is_told_with_the_field_and_what_came(changed: dict[str, object], said: str) -> None:
    UPSTREAM["answer"] = [AGREED | changed]
    with pytest.raises(OutputBroken) as broken:
        last_orders("C-1")
    assert str(broken.value).startswith("the step last_orders returns another type than it declares: ")
    assert said in str(broken.value)


def test_a_field_that_is_missing_or_renamed_is_told_with_the_names_that_came() -> None:
    UPSTREAM["answer"] = [{"number": "7", "placedOn": "2026-03-05", "total": "59.90"}]
    with pytest.raises(OutputBroken, match=r"0\.placed_on: it is missing in an object with number, placedOn, total"):
        last_orders("C-1")


@pytest.mark.parametrize("answer", [None, "an error page", {}, 7], ids=repr)
def test_something_else_altogether_is_told(answer: object) -> None:
    UPSTREAM["answer"] = answer
    with pytest.raises(OutputBroken, match="the whole: has to be a list"):
        last_orders("C-1")


def test_many_complaints_are_counted_and_long_values_cut() -> None:
    for times, more in ((300, "and 895 more"), (500, "and 1,495 more"), (20_000, "and 59,995 more")):
        UPSTREAM["answer"] = [{}] * times
        with pytest.raises(OutputBroken, match=rf"0\.number: it is missing in an empty object; .*; {more}") as broken:
            last_orders("C-1")
        assert len(str(broken.value)) < 600
    UPSTREAM["answer"] = [AGREED] * 10 + [{}] * 500
    with pytest.raises(OutputBroken, match="1,500 fields do not fit"):
        last_orders("C-1")
    UPSTREAM["answer"] = "x" * 1_000_000
    with pytest.raises(OutputBroken) as broken:
        last_orders("C-1")
    assert len(str(broken.value)) < 300


def test_a_wrong_argument_is_told_before_anything_is_done() -> None:
    UPSTREAM["answer"] = []
    with pytest.raises(InputBroken, match=r"last_orders is called with another customer than it takes.* not None"):
        last_orders(None)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InputBroken, match=r"another limit than it takes.* not 51"):
        last_orders("C-1", limit=51)


def test_it_is_certain_that_a_wrong_call_did_nothing_and_not_that_a_wrong_answer_did_not() -> None:
    assert issubclass(InputBroken, NotDone)
    assert issubclass(OutputBroken, OutcomeUnknown)
    assert not issubclass(OutputBroken, NotDone)
    assert issubclass(InputBroken, ContractBroken)
    assert issubclass(OutputBroken, ContractBroken)


def test_arguments_come_in_the_annotated_types() -> None:
    seen: list[object] = []

    @step
    def note(day: date, *rest: int, **more: Decimal) -> None:
        seen.extend([day, rest, more])

    note("2026-03-05", "1", 2, price="1.10")  # type: ignore[arg-type]  # on purpose
    assert seen == [date(2026, 3, 5), (1, 2), {"price": Decimal("1.10")}]


def test_what_is_not_annotated_is_not_checked() -> None:
    @step
    def free(thing, other=None):  # type: ignore[no-untyped-def]  # an author who annotates nothing
        return thing

    assert free(7) == 7


def test_a_class_that_pydantic_does_not_know_is_held_against_its_instances() -> None:
    class Connection:
        pass

    @step
    def use(connection: Connection) -> str:
        return "used"

    assert use(Connection()) == "used"
    with pytest.raises(InputBroken, match="has to be of another kind"):
        use("a string")  # type: ignore[arg-type]  # on purpose


def test_an_annotation_that_is_not_there_is_the_authors_error() -> None:
    @step
    def lost(thing: "Missing") -> str:  # type: ignore[name-defined]  # noqa: F821  # on purpose
        return "x"

    with pytest.raises(BadDeclaration, match="Missing"):
        lost(1)


def test_the_authors_own_validation_error_stays_theirs() -> None:
    """It is not about what the step takes or gives."""

    @step
    def read() -> str:
        Order.model_validate({})
        return "x"

    with pytest.raises(ValueError, match="3 validation errors") as theirs:
        read()
    assert not isinstance(theirs.value, ContractBroken)
