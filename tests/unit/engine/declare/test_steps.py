"""Outside a run a step is the plain function; inside one, what the code goes on with is what a recall would give it."""

from datetime import date

import pytest
from pydantic import BaseModel

from workflows import TryAgain, step
from workflows.engine.declare.steps import PASSING, Call, recording


class Order(BaseModel):
    id: int
    day: date


@step(tries=3)
def last_orders(customer: str, *, limit: int = 2) -> list[Order]:
    """The customer's last orders."""
    return [Order(id=number, day=date(2026, 1, number + 1)) for number in range(limit)]


def test_called_on_its_own_a_step_is_the_plain_function() -> None:
    assert last_orders("c1", limit=1) == [Order(id=0, day=date(2026, 1, 1))]
    assert len(last_orders("c1")) == 2


def test_a_step_keeps_its_name_and_its_words() -> None:
    assert last_orders.name == "last_orders"
    assert last_orders.__doc__ == "The customer's last orders."
    assert (last_orders.tries, last_orders.retry_on) == (3, PASSING)


def test_a_step_may_have_a_name_of_its_own() -> None:
    @step(name="orders")
    def fetch() -> int:
        return 1

    @step
    def plain() -> int:
        return 2

    assert (fetch.name, fetch(), plain.name, plain()) == ("orders", 1, "plain", 2)


def test_outside_a_run_nothing_is_tried_again() -> None:
    calls: list[int] = []

    @step(tries=3)
    def busy() -> str:
        calls.append(1)
        raise TryAgain("busy")

    with pytest.raises(TryAgain, match="busy"):
        busy()
    assert len(calls) == 1


def test_outside_a_run_a_result_comes_as_it_is() -> None:
    """Not by way of JSON: the very object."""
    thing = object()

    @step
    def give() -> object:
        return thing

    assert give() is thing


class Written:
    """Keeps what it is given to record, and makes the call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def record(self, call: Call) -> object:
        self.calls.append(call)
        return call.invoke()


def test_inside_a_run_a_call_is_recorded_with_its_arguments_by_name() -> None:
    """However they were given, and with the defaults, so that the same call has the same input."""
    written = Written()
    with recording(written):
        last_orders("c1")
        last_orders(customer="c1", limit=2)
    assert [dict(call.arguments) for call in written.calls] == [{"customer": "c1", "limit": 2}] * 2
    assert {call.name for call in written.calls} == {"last_orders"}


def test_inside_a_run_a_wrong_call_is_the_authors_error() -> None:
    with recording(Written()), pytest.raises(TypeError):
        last_orders()  # type: ignore[call-arg]  # on purpose


def test_after_a_run_a_step_is_the_plain_function_again() -> None:
    written = Written()
    with pytest.raises(KeyError), recording(written):
        raise KeyError
    last_orders("c1")
    assert written.calls == []


def test_a_type_that_is_declared_further_down_is_known_when_the_step_is_called() -> None:
    written = Written()
    with recording(written):
        assert later() == Later(id=1)
    assert written.calls[0].result.validate_python({"id": 1}) == Later(id=1)


@step
def later() -> "Later":
    return Later(id=1)


class Later(BaseModel):
    id: int
