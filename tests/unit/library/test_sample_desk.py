"""The sample help desk keeps what it was told, once, and lets no garbage and no stranger in."""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server
from threading import Barrier
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from workflows.library.sample_server import file as kept
from workflows.library.support_triage.sample_desk.changes import Priority, Queue, Rejection, Triage, body_hash
from workflows.library.support_triage.sample_desk.orders import read_orders
from workflows.library.support_triage.sample_desk.server import create_app, serve
from workflows.library.support_triage.sample_desk.storage import HelpDesk

HERE = "http://127.0.0.1:8700"
TRIAGE = {"queue": "delivery", "priority": "high", "reply": "We are looking for your parcel."}
ORDERS = {
    "C-1001": {
        "name": "Ada Nowak",
        "orders": [
            {"number": "1", "item": "Kettle", "placed_on": "2025-01-31", "status": "delivered", "total": "39.00"},
            {"number": "3", "item": "Lamp", "placed_on": "2025-11-02", "status": "shipped", "total": "59.90"},
            {"number": "2", "item": "Mug", "placed_on": "2025-03-04", "status": "returned", "total": "9.50"},
        ],
    }
}


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2025, 11, 20, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True)
class Desk:
    """A running desk as its callers see it."""

    app: Starlette
    clock: Clock
    path: Path

    def ask(self, method: str, url: str, **said: Any) -> Any:
        return TestClient(self.app, base_url=HERE).request(method, url, **said)

    def get(self, url: str) -> Any:
        return self.ask("GET", url).json()

    def triage(self, ticket: int = 1001, *, key: str = "ticket-1001", **other: str) -> Any:
        return self.ask("PUT", f"/tickets/{ticket}/triage", headers={"Idempotency-Key": key}, json=TRIAGE | other)

    def reject(self, ticket: int = 1001, *, key: str = "ticket-1001", reason: str = "It needs a call.") -> Any:
        said = {"reason": reason}
        return self.ask("PUT", f"/tickets/{ticket}/rejection", headers={"Idempotency-Key": key}, json=said)

    def changes(self) -> int:
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("SELECT count(*) FROM changes").fetchone()[0])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    orders, path, clock = tmp_path / "orders.json", tmp_path / "desk.db", Clock()
    orders.write_text(json.dumps(ORDERS))
    return Desk(app=create_app(HelpDesk(path), orders=orders, clock=clock), clock=clock, path=path)


def refused(answer: Any, status: int, code: str) -> bool:
    """Assert an error of the promised shape, with that status and code."""
    error = answer.json()
    assert set(error) == {"error"}, error
    assert set(error["error"]) == {"code", "message"}
    assert error["error"]["message"].endswith(".")
    assert (answer.status_code, error["error"]["code"]) == (status, code)
    return True


# Once


def test_a_triage_is_applied_and_confirmed_by_a_receipt(desk: Desk) -> None:
    answer = desk.triage()
    assert answer.status_code == 200
    assert answer.json() == {"receipt": "HD-000001", "ticket": 1001, "queue": "delivery", "replayed": False}
    at = "2025-11-20T10:00:00+00:00"
    assert desk.get("/tickets/1001") == {
        "ticket": 1001,
        "status": "triaged",
        **TRIAGE,
        "reason": None,
        "history": [{"receipt": "HD-000001", "kind": "triage", "key": "ticket-1001", "at": at, **TRIAGE}],
    }


def test_the_same_request_again_gets_the_same_receipt_and_applies_nothing(desk: Desk) -> None:
    first = desk.triage().json()
    desk.triage(key="ticket-1001/correction-1", queue="billing")
    respelled = b' {"reply": "We are looking for your parcel.", "priority":"high", "queue":"\\u0064elivery"}'
    for body in (json.dumps(TRIAGE).encode(), respelled):
        again = desk.ask("PUT", "/tickets/1001/triage", headers={"Idempotency-Key": "ticket-1001"}, content=body)
        assert again.json() == first | {"replayed": True}
    assert desk.get("/tickets/1001")["queue"] == "billing"
    assert desk.changes() == 2


def test_a_question_is_sent_once_and_changes_nothing_of_the_ticket(desk: Desk) -> None:
    def ask(ticket: int = 1001, text: str = "Which order?") -> Any:
        said = {"headers": {"Idempotency-Key": "ticket-1001/question-1"}, "json": {"question": text}}
        return desk.ask("PUT", f"/tickets/{ticket}/question", **said)

    first, again = ask().json(), ask().json()
    assert first == {"receipt": "HD-Q00001", "ticket": 1001, "question": "Which order?", "replayed": False}
    assert again == first | {"replayed": True}
    assert refused(ask(text="Which size?"), 422, "idempotency_key_reused")
    assert refused(ask(1002), 422, "idempotency_key_reused")
    assert refused(ask(text=" "), 400, "invalid_question")
    (kept,) = desk.get("/tickets/1001/questions")["questions"]
    assert (kept["text"], kept["key"]) == ("Which order?", "ticket-1001/question-1")
    assert desk.get("/tickets") == {"tickets": []}
    assert "Which order?" in desk.ask("GET", "/").text


@pytest.mark.parametrize(
    "reuse",
    [
        lambda desk: desk.triage(queue="billing"),
        lambda desk: desk.triage(reply="Another reply."),
        lambda desk: desk.triage(1002),
        lambda desk: desk.reject(),
    ],
    ids=["another queue", "another reply", "another ticket", "another kind of change"],
)
def test_a_key_that_stands_for_another_request_is_refused(desk: Desk, reuse: Callable[[Desk], Any]) -> None:
    desk.triage()
    before = desk.get("/tickets")
    assert refused(reuse(desk), 422, "idempotency_key_reused")
    assert desk.get("/tickets") == before


def test_twenty_requests_at_once_with_one_key_are_applied_once(desk: Desk) -> None:
    together = Barrier(20)

    def send(_: int) -> Any:
        together.wait()
        return desk.triage().json()

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(send, range(20)))
    assert {answer["receipt"] for answer in answers} == {"HD-000001"}
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 19
    assert desk.changes() == 1


def test_twenty_changes_at_once_with_their_own_keys_are_all_applied_in_one_order(desk: Desk) -> None:
    # Each thread opens the file by itself, as another process would.
    together = Barrier(20)
    content = Triage(queue=Queue.SAFETY, priority=Priority.URGENT, reply="")

    def send(number: int) -> str:
        another = HelpDesk(desk.path)
        together.wait()
        return another.apply(7, content, key=f"key-{number}", at=desk.clock()).receipt

    with ThreadPoolExecutor(20) as threads:
        receipts = list(threads.map(send, range(20)))
    history = desk.get("/tickets/7")["history"]
    assert sorted(receipts, reverse=True) == [change["receipt"] for change in history]
    assert len(set(receipts)) == 20


def test_what_was_told_survives_reopening(desk: Desk) -> None:
    first = HelpDesk(desk.path)
    given = first.apply(5, Rejection(reason="Unclear."), key="k", at=desk.clock())
    again = HelpDesk(desk.path)
    assert again.ticket(5) == first.ticket(5)
    recalled = again.apply(5, Rejection(reason="Unclear."), key="k", at=desk.clock() + timedelta(days=9))
    assert (recalled.receipt, recalled.replayed) == (given.receipt, True)


def test_a_request_has_the_same_hash_in_every_version_of_the_desk() -> None:
    """Hashes are kept: another way to make them would refuse the retries of everything applied before."""
    triage = Triage(queue=Queue.PRODUCT_HELP, priority=Priority.LOW, reply="Grüße")
    spelled = r'{"priority": "low", "queue": "product-help", "reply": "Gr\u00fc\u00dfe"}'
    assert body_hash(triage) == hashlib.sha256(spelled.encode()).hexdigest()


def test_a_change_that_breaks_off_leaves_no_trace(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON tickets BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(sqlite3.IntegrityError, match="full"):
            HelpDesk(desk.path).apply(1001, Rejection(reason="Why not."), key="ticket-1001", at=desk.clock())
        assert desk.changes() == 0
        connection.execute("DROP TRIGGER full")
    assert desk.triage().json()["replayed"] is False


def test_a_locked_file_is_a_503_and_not_a_lost_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert refused(answer := desk.triage(), 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert desk.get("/tickets") == {"tickets": []}
    assert desk.triage().json()["replayed"] is False


# Tickets and orders


def test_a_rejected_ticket_is_left_to_people_and_keeps_its_last_triage(desk: Desk) -> None:
    desk.triage()
    answer = desk.reject(key="ticket-1001/correction-1")
    assert answer.json() == {"receipt": "HD-000002", "ticket": 1001, "status": "left to people", "replayed": False}
    assert desk.reject(key="ticket-1001/correction-1").json() == answer.json() | {"replayed": True}
    ticket = desk.get("/tickets/1001")
    assert (ticket["status"], ticket["reason"], ticket["queue"]) == ("left to people", "It needs a call.", "delivery")
    assert [change["kind"] for change in ticket["history"]] == ["rejection", "triage"]


def test_a_triage_takes_a_ticket_back_from_people(desk: Desk) -> None:
    desk.reject()
    assert desk.get("/tickets/1001")["queue"] is None
    desk.triage(key="ticket-1001/correction-1")
    ticket = desk.get("/tickets/1001")
    assert (ticket["status"], ticket["reason"], ticket["queue"]) == ("triaged", None, "delivery")


def test_tickets_are_listed_with_the_newest_change_first(desk: Desk) -> None:
    for key, ticket in enumerate([3, 1, 2, 3]):
        desk.triage(ticket, key=str(key))
    listed = desk.get("/tickets")["tickets"]
    assert [ticket["ticket"] for ticket in listed] == [3, 2, 1]
    assert [len(ticket["history"]) for ticket in listed] == [2, 1, 1]
    assert desk.get("/tickets?limit=1")["tickets"] == [desk.get("/tickets/3")]


def test_a_ticket_that_nothing_happened_to_is_unknown(desk: Desk) -> None:
    assert refused(desk.ask("GET", "/tickets/1"), 404, "unknown_ticket")


def test_orders_come_newest_first_and_an_unknown_customer_has_none(desk: Desk) -> None:
    known = desk.get("/customers/C-1001/orders")
    assert known["customer"] == "C-1001"
    assert [order["item"] for order in known["orders"]] == ["Lamp", "Mug", "Kettle"]
    assert desk.get("/customers/N%C3%B6-1/orders") == {"customer": "Nö-1", "orders": []}


@pytest.mark.parametrize("content", ["[]", '{"C-1": []}', '{"C-1": {"orders": [{"number": "1"}]}}', "{"])
def test_orders_of_another_shape_stop_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "orders.json").write_text(content)
    with pytest.raises(ValueError):
        read_orders(tmp_path / "orders.json")


def test_the_orders_that_come_with_the_desk_can_be_read() -> None:
    assert any(read_orders().values())


# Garbage


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"triage"',
        b"\xff\xfe{",
        b"\x00",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"reply": ' + b"9" * 10_000 + b"}",
        b'{"reply": NaN}',
        b'{"queue": "billing", "queue": "safety", "priority": "low", "reply": ""}',
        json.dumps(TRIAGE).encode("utf-16"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_one_json_object_is_malformed(desk: Desk, body: bytes) -> None:
    headers = {"Idempotency-Key": "k"}
    assert refused(desk.ask("PUT", "/tickets/1/triage", headers=headers, content=body), 400, "malformed_json")
    assert desk.changes() == 0


@pytest.mark.parametrize("name", ["queue", "priority"])
def test_a_queue_or_priority_that_does_not_exist_is_refused(desk: Desk, name: str) -> None:
    values: list[object] = [None, 7, True, [], {}, ["delivery"], "", "Delivery", "delivery\0", "\ud800", 1e308]
    for hostile in values:
        body = json.dumps(TRIAGE | {name: hostile})
        answer = desk.ask("PUT", "/tickets/1/triage", headers={"Idempotency-Key": "k"}, content=body)
        assert refused(answer, 400, f"invalid_{name}")
    assert desk.changes() == 0


@pytest.mark.parametrize(("name", "path"), [("reply", "triage"), ("reason", "rejection")])
def test_a_text_that_is_none_is_refused(desk: Desk, name: str, path: str) -> None:
    values: list[object] = [None, 7, [], {}, "x" * 5_001, "a\0b", "a\ud83d", "\udc00"]
    for hostile in values:
        body = json.dumps((TRIAGE if name == "reply" else {}) | {name: hostile})
        answer = desk.ask("PUT", f"/tickets/1/{path}", headers={"Idempotency-Key": "k"}, content=body)
        assert refused(answer, 400, f"invalid_{name}")
    assert desk.changes() == 0


@pytest.mark.parametrize("reply", ["", "😀" * 5_000, "\u202eab\u200b\r\n\t\x1b[31m", "'; DROP TABLE tickets; --"])
def test_any_other_text_is_kept_unchanged(desk: Desk, reply: str) -> None:
    assert desk.triage(reply=reply).status_code == 200
    assert desk.get("/tickets/1001")["reply"] == reply


def test_a_field_that_is_missing_or_not_known_is_refused(desk: Desk) -> None:
    assert refused(desk.triage(colour="blue"), 400, "unknown_field")
    bare = desk.ask("PUT", "/tickets/1/triage", headers={"Idempotency-Key": "k"}, content=b'{"\\ud800": 1}')
    assert refused(bare, 400, "unknown_field")
    assert refused(
        desk.ask("PUT", "/tickets/1/triage", headers={"Idempotency-Key": "k"}, json={}), 400, "invalid_queue"
    )
    assert refused(desk.reject(reason=" \n"), 400, "invalid_reason")


def test_a_body_above_64_kb_is_refused_whether_or_not_it_says_so(desk: Desk) -> None:
    headers, large = {"Idempotency-Key": "k"}, b" " * 65_537
    assert refused(desk.ask("PUT", "/tickets/1/triage", headers=headers, content=large), 413, "body_too_large")
    chunked = desk.ask("PUT", "/tickets/1/triage", headers=headers, content=iter([large[:40_000], large[40_000:]]))
    assert refused(chunked, 413, "body_too_large")
    just = json.dumps(TRIAGE).encode().ljust(65_536)
    assert desk.ask("PUT", "/tickets/1/triage", headers=headers, content=just).status_code == 200


def test_a_ticket_id_that_is_no_whole_number_above_0_is_refused(desk: Desk) -> None:
    for ticket in ("0", "-1", "+1", "01", "1.0", "x", "%00", "%D9%A1", "1%0A", "9" * 19, "9" * 5_000):
        assert refused(desk.ask("GET", f"/tickets/{ticket}"), 400, "invalid_ticket")
        put = desk.ask("PUT", f"/tickets/{ticket}/triage", headers={"Idempotency-Key": "k"}, json=TRIAGE)
        assert refused(put, 400, "invalid_ticket")
    assert desk.changes() == 0


def test_the_largest_ticket_id_fits(desk: Desk) -> None:
    assert desk.triage(10**18 - 1).json()["ticket"] == 10**18 - 1


def test_a_limit_out_of_range_is_refused(desk: Desk) -> None:
    for limit in ("", "0", "-1", "201", "1e2", "%D9%A1", "9" * 5_000):
        assert refused(desk.ask("GET", f"/tickets?limit={limit}"), 400, "invalid_limit")
    assert desk.ask("GET", "/tickets?limit=200").status_code == 200


def test_a_customer_id_that_cannot_be_one_is_refused(desk: Desk) -> None:
    for customer in ("%00", "a%0Ab", "x" * 201):
        assert refused(desk.ask("GET", f"/customers/{customer}/orders"), 400, "invalid_customer")


def test_a_change_without_a_key_is_refused(desk: Desk) -> None:
    assert refused(desk.ask("PUT", "/tickets/1/triage", json=TRIAGE), 400, "idempotency_key_missing")
    assert desk.changes() == 0


def test_a_key_that_cannot_be_one_is_refused(desk: Desk) -> None:
    for keys in ([b""], [b"x" * 256], [b"a\tb"], [b"caf\xc3\xa9"], [b"a\x00b"], [b"a", b"a"]):
        headers = [(b"Idempotency-Key", key) for key in keys]
        answer = desk.ask("PUT", "/tickets/1/triage", headers=headers, json=TRIAGE)
        assert refused(answer, 400, "invalid_idempotency_key")
    assert desk.changes() == 0


def test_a_key_may_have_255_printable_characters(desk: Desk) -> None:
    key = ("".join(map(chr, range(0x21, 0x7F))) * 3)[:255]
    assert desk.triage(key=key).json()["replayed"] is False
    assert desk.triage(key=key).json()["replayed"] is True


def test_unknown_paths_and_methods_are_errors_of_the_same_shape(desk: Desk) -> None:
    assert refused(desk.ask("GET", "/nothing"), 404, "not_found")
    assert refused(desk.ask("GET", "/tickets/"), 404, "not_found")
    assert refused(wrong := desk.ask("DELETE", "/tickets/1"), 405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]


# The page


def test_the_page_shows_foreign_text_as_text(desk: Desk) -> None:
    script = "<script>alert('&')</script>"
    desk.triage(reply=script, key="\"><script>alert('key')</script>")
    desk.reject(2, key="2", reason=script)
    shown = desk.ask("GET", "/").text
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;") == 2
    assert shown.count("&quot;&gt;&lt;script&gt;alert(&#x27;key&#x27;)&lt;/script&gt;") == 1


def test_the_page_shows_each_ticket_with_its_history(desk: Desk) -> None:
    assert "No ticket has been changed yet." in desk.ask("GET", "/").text
    desk.triage()
    desk.triage(key="ticket-1001/correction-1", queue="billing", priority="low")
    words = re.sub(r"<[^>]+>", " ", desk.ask("GET", "/").text)
    for word in ("Ticket 1001", "triaged", TRIAGE["reply"], "HD-000001", "HD-000002", "to delivery, high"):
        assert word in words
    assert words.index("to billing, low") < words.index("to delivery, high")
    assert "2025-11-20 10:00:00 UTC" in words


def test_the_page_may_load_and_run_nothing_but_its_own_style(desk: Desk) -> None:
    answer = desk.ask("GET", "/")
    style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[0]
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith(f"style-src 'sha256-{fingerprint}'")
    assert not re.search(r"https?:|//|src=|href=|url\(|style=|\bon\w+=", answer.text)


# The outage


def test_an_outage_is_told_with_the_time_left_and_ends_by_itself(desk: Desk) -> None:
    assert desk.ask("POST", "/outage", json={"seconds": 30}).json() == {"seconds": 30}
    desk.clock.now += timedelta(seconds=9.5)
    for answer in (desk.triage(), desk.ask("GET", "/tickets"), desk.ask("GET", "/customers/C-1001/orders")):
        assert refused(answer, 503, "outage")
        assert answer.headers["retry-after"] == "21"
    assert desk.get("/healthz") == {"ok": True}
    assert "Out for another 21 s" in desk.ask("GET", "/").text
    desk.clock.now += timedelta(seconds=20.5)
    assert desk.triage().json()["replayed"] is False
    assert "Out for" not in desk.ask("GET", "/").text


def test_an_outage_can_be_ended_early(desk: Desk) -> None:
    desk.ask("POST", "/outage", json={"seconds": 3_600})
    assert desk.ask("GET", "/tickets").status_code == 503
    desk.ask("POST", "/outage", json={"seconds": 0})
    assert desk.ask("GET", "/tickets").status_code == 200


def test_a_desk_that_takes_no_changes_still_answers_questions_and_names_no_end(desk: Desk) -> None:
    desk.ask("POST", "/outage", json={"seconds": 30, "only_changes": True})
    answer = desk.triage()
    assert refused(answer, 503, "read_only")
    assert "retry-after" not in answer.headers
    assert desk.ask("GET", "/tickets").status_code == 200
    assert desk.ask("GET", "/customers/C-1001/orders").status_code == 200
    desk.clock.now += timedelta(seconds=31)
    assert desk.triage().status_code == 200
    assert refused(desk.ask("POST", "/outage", json={"seconds": 1, "only_changes": "yes"}), 400, "invalid_only_changes")


def test_an_outage_of_no_sensible_length_is_refused(desk: Desk) -> None:
    for seconds in (None, -1, 3_601, 1.5, True, "30", [30], 10**400):
        assert refused(desk.ask("POST", "/outage", json={"seconds": seconds}), 400, "invalid_seconds")
    assert desk.ask("GET", "/tickets").status_code == 200


# Strangers


def test_loopback_hosts_are_answered(desk: Desk) -> None:
    for host in ("127.0.0.1", "localhost:8700", "LOCALHOST", "[::1]", "[::1]:8700"):
        assert desk.ask("GET", "/healthz", headers={"Host": host}).json() == {"ok": True}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "testserver",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "",
        "a@localhost",
        "localhost:x",
        "::1",
    ],
)
def test_any_other_host_is_refused_on_every_path(desk: Desk, host: str) -> None:
    for path in ("/", "/healthz", "/tickets", "/nothing"):
        assert refused(desk.ask("GET", path, headers={"Host": host}), 400, "host_not_allowed")


def test_two_hosts_in_one_request_are_refused(desk: Desk) -> None:
    headers = [(b"Host", b"localhost"), (b"Host", b"evil.example")]
    assert refused(desk.ask("GET", "/", headers=headers), 400, "host_not_allowed")


def test_another_host_is_answered_if_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text("{}")
    app = create_app(HelpDesk(tmp_path / "desk.db"), orders=tmp_path / "orders.json", hosts=["testserver"])
    assert TestClient(app).get("/healthz").status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9", "https://127.0.0.1:8700", "null", ""])
def test_a_page_of_another_origin_changes_nothing(desk: Desk, origin: str) -> None:
    headers = {"Origin": origin, "Idempotency-Key": "k"}
    assert refused(desk.ask("PUT", "/tickets/1/triage", headers=headers, json=TRIAGE), 403, "origin_not_allowed")
    assert refused(desk.ask("POST", "/outage", headers=headers, json={"seconds": 9}), 403, "origin_not_allowed")
    assert desk.get("/tickets") == {"tickets": []}


def test_the_desks_own_origin_may_change_things(desk: Desk) -> None:
    headers = {"Origin": HERE, "Idempotency-Key": "k"}
    assert desk.ask("PUT", "/tickets/1/triage", headers=headers, json=TRIAGE).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_desk_does_not_listen_beyond_loopback(tmp_path: Path, host: str) -> None:
    family = AF_INET6 if ":" in host else AF_INET
    with create_server((host, 0), family=family) as open_to_all, pytest.raises(ValueError, match="loopback only"):
        serve(tmp_path / "desk.db", open_to_all)
    assert not list(tmp_path.iterdir())
