"""The help desk that support-triage is shipped with: what it takes from it, and that a changed desk is noticed."""

import json
from collections.abc import Iterator

import pytest

from tests.integration.tools.server import DeskServer, Reply
from workflows import NotDone, OutputBroken
from workflows.errors import NotConfirmed
from workflows.library.support_triage import desk as client

ORDER = {"number": "1", "item": "Kettle", "placed_on": "2025-01-31", "status": "delivered", "total": "39.00"}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    with DeskServer() as server:
        monkeypatch.setenv(client.URL, server.url)
        yield server


def orders(*orders: object) -> Reply:
    return Reply(body=json.dumps({"orders": orders}).encode())


def test_the_orders_are_read_as_they_were_agreed(desk: DeskServer) -> None:
    desk.will(orders(ORDER))
    (order,) = client.last_orders("C-1001")
    assert order.model_dump(mode="json") == ORDER
    assert desk.requests[0].path == "/customers/C-1001/orders"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"placed_on": "31.01.2025"}, "orders.0.placed_on"),
        ({"placed_on": "01/31/2025"}, "orders.0.placed_on"),
        ({"placed_on": 1738281600}, "orders.0.placed_on"),
        ({"placed_on": "1738281600"}, "orders.0.placed_on"),
        ({"total": "39,00"}, "orders.0.total"),
        ({"total": "1.039,00 €"}, "orders.0.total"),
        ({"total": "39.000"}, "orders.0.total"),
        ({"total": None}, "orders.0.total"),
        ({"status": 3}, "orders.0.status"),
    ],
)
def test_a_desk_that_writes_dates_or_amounts_in_another_way_is_noticed(
    desk: DeskServer, changed: dict[str, object], field: str
) -> None:
    desk.will(orders(ORDER, ORDER), orders(ORDER | changed))
    client.last_orders("C-1001")
    with pytest.raises(OutputBroken, match=f"the help desk answers in another form than agreed: {field}: "):
        client.last_orders("C-1001")


@pytest.mark.parametrize("field", sorted(ORDER))
def test_a_desk_that_leaves_a_field_out_or_renames_it_is_noticed(desk: DeskServer, field: str) -> None:
    less = {name: value for name, value in ORDER.items() if name != field}
    desk.will(orders(less), orders(less | {f"{field}_v2": ORDER[field]}))
    for _ in range(2):
        with pytest.raises(OutputBroken, match=f"{field}: it is missing in an object with"):
            client.last_orders("C-1001")


def test_a_customers_number_stays_in_its_place(desk: DeskServer) -> None:
    desk.will(orders())
    client.last_orders("C/1?x=#")
    assert desk.requests[0].path == "/customers/C%2F1%3Fx%3D%23/orders"


def update() -> str:
    return client.update(7, queue="billing", priority="low", reply="Hello", idempotency_key="support-triage/ticket-7")


def test_an_update_is_sent_under_its_key_and_gives_the_receipt(desk: DeskServer) -> None:
    desk.will(Reply(body=b'{"receipt": "HD-1"}'), Reply(body=b'{"receipt": "HD-2"}'))
    assert update() == "HD-1"
    assert client.leave_to_people(7, reason="call them", idempotency_key="k") == "HD-2"
    first, second = desk.requests
    assert (first.method, first.path) == ("PUT", "/tickets/7/triage")
    assert first.headers["Idempotency-Key"] == "support-triage/ticket-7"
    assert json.loads(first.body) == {"queue": "billing", "priority": "low", "reply": "Hello"}
    assert (second.path, json.loads(second.body)) == ("/tickets/7/rejection", {"reason": "call them"})


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (Reply(status=503, headers={"Retry-After": "5"}), NotConfirmed, "the help desk is out of service"),
        (Reply(status=500), NotConfirmed, "the help desk failed"),
        (Reply(drops=True), NotConfirmed, "did not answer"),
        (Reply(status=404, body=b"no such ticket"), NotDone, "the help desk refused it .404.: no such ticket"),
        (Reply(body=b'{"id": "HD-1"}'), OutputBroken, "receipt: it is missing in an object with id"),
    ],
    ids=["503", "500", "cut off", "404", "another form"],
)
def test_an_update_that_fails_says_how_far_it_came(
    desk: DeskServer, reply: Reply, error: type[Exception], said: str
) -> None:
    desk.will(reply)
    with pytest.raises(error, match=said):
        update()


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://10.0.0.1:8471", "http://192.168.0.7"])
def test_a_setting_does_not_lead_it_to_a_private_network(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(client.URL, url)
    with pytest.raises(NotDone, match="not an address of the open internet"):
        client.last_orders("C-1001")
