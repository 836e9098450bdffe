"""Whoever sends what nobody should is refused before it costs anything, and keeps nobody else waiting."""

import gzip
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.web_server import Keeps
from handlers.web.api.bodies import Bodies
from store.db.database import Database
from tests.integration.handlers.api.served import TICKET, Served, served
from tests.waiting import LONGEST, wait_until
from workflows.engine.sources.programs.settings import MOST_BYTES

pytestmark = pytest.mark.slow

CASES = "/v1/workflows/sample/cases"


@pytest.fixture(scope="module")
def guarded(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that is soon tired of waiting."""
    file = tmp_path_factory.mktemp("guarded") / "api.sqlite"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", connections=24)
    with served(database, bodies=Bodies(seconds=0.5), keeps=Keeps(head=0.5, idle=LONGEST)) as server:
        yield server
    database.close()


def raw(server: Served, request: bytes, *, then: bytes = b"") -> bytes:
    """Send bytes as they are, and return all that comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=LONGEST) as connection:
        connection.sendall(request)
        if then:
            connection.sendall(then)
        answer = b""
        try:
            while piece := connection.recv(65_536):
                answer += piece
        except ConnectionError:
            pass
        return answer


def head(server: Served, *lines: str, method: str = "POST", path: str = CASES) -> bytes:
    """Return the head of a request with a good key and these further lines."""
    first = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {server.key}"]
    return "\r\n".join([*first, *lines, "", ""]).encode()


def nested(depth: int) -> bytes:
    return b'{"input": ' + b"[" * depth + b"]" * depth + b"}"


BODIES = [
    (b"", 400, "malformed"),
    (b"[]", 400, "malformed"),
    (b"null", 400, "malformed"),
    (b'{"input": {"id": NaN}}', 400, "malformed"),
    (b'{"input": {"id": -Infinity}}', 400, "malformed"),
    (b'{"input": {"id": 1e999}}', 400, "malformed"),
    (b'{"input": {"id": ' + b"9" * 5_000 + b"}}", 400, "malformed"),
    (b'{"input": {"id": 1, "id": 2}}', 400, "malformed"),
    (b'{"input": {}, "input": {}}', 400, "malformed"),
    (b'{"input": {"text": "\xff"}}', 400, "malformed"),
    (b"\xff\xfe{\x00}\x00", 400, "malformed"),
    (b'{"input": {}} {}', 400, "malformed"),
    (nested(60), 400, "malformed"),
    (nested(100_000), 400, "malformed"),
    (b'{"input": {"x": [' + b"0," * 100_001 + b"0]}}", 400, "malformed"),
    (b'{"input": 1}', 422, "does-not-fit"),
    (b'{"input": {}, "inputs": {}}', 422, "does-not-fit"),
    (b'{"input": {"id": 1, "text": "a\\u0000b"}}', 422, "does-not-fit"),
    (b'{"input": {"id": 1, "text": "a\\ud800b"}}', 422, "does-not-fit"),
]


def test_a_body_that_two_programs_could_read_differently_is_refused(guarded: Served) -> None:
    """NaN, doubled names, halves of characters, depth, too many values: each is told, and nothing is taken in."""
    for body, status, kind in BODIES:
        refused = guarded.ask("POST", CASES, body)
        assert (refused.status, refused.type) == (status, kind), body[:60]
    with guarded.world.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM cases WHERE key LIKE 'ticket-2%'")) == 0


def test_a_large_body_is_refused_as_soon_as_its_size_is_known(guarded: Served) -> None:
    """Announced, nothing of it is read; in pieces without an announcement, no more than is allowed."""
    announced = raw(guarded, head(guarded, "Content-Type: application/json", f"Content-Length: {MOST_BYTES + 1}"))
    assert announced.startswith(b"HTTP/1.1 413 ")
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunked = head(guarded, "Content-Type: application/json", "Transfer-Encoding: chunked")
    assert raw(guarded, chunked, then=piece * 17).startswith(b"HTTP/1.1 413 ")
    assert guarded.ask("POST", CASES, b" " * (MOST_BYTES + 1)).type == "too-large"


def test_only_plain_json_is_read(guarded: Served) -> None:
    body = json.dumps({"input": TICKET}).encode()
    packed = guarded.ask("POST", CASES, gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert (packed.status, packed.type) == (415, "not-json")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""):
        refused = guarded.ask("POST", CASES, body, headers={"Content-Type": kind})
        assert (refused.status, refused.type) == (415, "not-json"), kind


def test_a_slow_request_is_ended(guarded: Served) -> None:
    """A body that does not come is answered; a head that does not come is cut off; nobody waits for either."""
    slow = raw(guarded, head(guarded, "Content-Type: application/json", "Content-Length: 50"), then=b'{"input"')
    assert slow.startswith(b"HTTP/1.1 408 ")
    assert raw(guarded, b"POST /v1/workflows HTTP/1.1\r\nHost:") == b""
    assert raw(guarded, b"") == b""


def test_a_request_that_is_cut_off_takes_nothing_in(guarded: Served) -> None:
    body = json.dumps({"input": TICKET | {"id": 2_001}}).encode()
    with socket.create_connection(("127.0.0.1", guarded.port)) as connection:
        whole = head(guarded, "Content-Type: application/json", f"Content-Length: {len(body)}") + body
        connection.sendall(whole[:-1])
    assert guarded.ask("GET", "/v1/workflows").status == 200
    with guarded.world.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM cases WHERE key = 'ticket-2001'")) == 0


SMUGGLED = [
    ["Content-Length: 2", "Transfer-Encoding: chunked"],
    ["Content-Length: 2", "Content-Length: 3"],
    ["Content-Length: +2"],
    ["Content-Length: 2, 3"],
    ["Transfer-Encoding: identity, chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Content-Length : 2"],
    ["Content-Length: 2\r\n X: 1"],
    ["X: a\rb"],
]


def test_a_request_whose_end_is_unclear_is_refused_and_its_connection_ends(guarded: Served) -> None:
    """Else what a proxy takes for a body could be another request to us, with another's key before it."""
    second = head(guarded, method="GET", path="/v1/workflows")
    for lines in SMUGGLED:
        answer = raw(guarded, head(guarded, "Content-Type: application/json", *lines), then=b"0\r\n\r\n" + second)
        status = int(answer.split(b" ", 2)[1]) if answer else 0
        assert status in (0, 400, 408, 501), (lines, answer[:200])
        assert answer.count(b"HTTP/1.1 ") <= 1, lines


def test_doubled_headers_are_refused(guarded: Served) -> None:
    key, other = f"Authorization: Bearer {guarded.key}", "Authorization: Bearer csk_" + "x" * 43
    for doubled, status in (([other], 400), ([key], 400), (["Idempotency-Key: a", "Idempotency-Key: b"], 400)):
        body = json.dumps({"input": TICKET}).encode()
        lines = ["Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", *doubled]
        answer = raw(guarded, head(guarded, *lines), then=body)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), doubled


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ü"])
def test_an_idempotency_key_is_printable_and_short(guarded: Served, key: str) -> None:
    refused = guarded.ask("POST", CASES, {"input": TICKET}, headers={"Idempotency-Key": key})
    assert (refused.status, refused.type) == (400, "malformed")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/cases", "/v1/cases/x", "/v1/cases/-1", "/../etc"])
def test_what_is_not_there_is_a_problem_too(guarded: Served, path: str) -> None:
    assert (guarded.ask("GET", path).status, guarded.ask("GET", path).type) == (404, "not-found")
    assert guarded.ask("GET", f"/v1/cases/{2**63}").status == 404
    assert guarded.ask("GET", f"/v1/cases/{'9' * 5_000}").status == 404


def test_64_slow_clients_keep_nobody_waiting(guarded: Served) -> None:
    with ExitStack() as held:
        for _ in range(64):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", guarded.port)))
            slow.sendall(head(guarded, "Content-Type: application/json", "Content-Length: 50")[:-2])
        began = monotonic()
        assert guarded.hand_in(3_001).status == 202
        assert monotonic() - began < LONGEST / 10


def test_keys_are_in_no_line_of_the_log_and_in_no_row(guarded: Served, caplog: pytest.LogCaptureFixture) -> None:
    wrong = "csk_" + "w" * 43
    with capture_logs() as lines:
        number = guarded.hand_in(4_001, Idempotency_Key="order-of-hunter2").json["id"]
        guarded.ask("GET", f"/v1/cases/{number}")
        assert guarded.ask("GET", "/v1/workflows", key=wrong).status == 401
    told = json.dumps(lines, default=str) + caplog.text
    with guarded.world.database.read() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        rows = "".join(str(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"')))
    for secret in (guarded.key, guarded.other, wrong):
        # What stands after the beginning by which people tell keys apart.
        assert secret[12:] not in told
        assert secret[12:] not in rows
    assert "order-of-hunter2" not in rows + told


def test_a_source_that_sends_too_much_is_told_when_to_go_on(own: Database) -> None:
    """Each source for itself; the other one is answered."""
    with served(own, per_minute=3) as server:
        answers = [server.ask("GET", "/v1/workflows") for _ in range(4)]
        assert [one.status for one in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit"].startswith('"minute";r=2;t=')
        assert answers[0].headers["ratelimit-policy"] == '"minute";q=3;w=60'
        assert answers[3].type == "too-many-requests"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert server.ask("GET", "/v1/workflows", key=server.other).status == 200


def test_who_tries_keys_keeps_no_source_waiting(own: Database) -> None:
    """All that come without an accepted key share a rate, and a key that was accepted a while ago is known."""
    with served(own, strangers=5) as server:
        assert server.ask("GET", "/v1/workflows").status == 200
        tried = [server.ask("GET", "/v1/workflows", key="csk_" + f"{number:043}").status for number in range(8)]
        assert tried == [401] * 4 + [429] * 4
        assert server.ask("GET", "/v1/openapi.json", key=None).status == 429
        assert server.ask("GET", "/v1/workflows").status == 200


def test_a_full_queue_says_when_to_come_again(own: Database) -> None:
    with served(own) as server:
        object.__setattr__(server.world.context, "queue_limit", 1)
        assert server.hand_in(1).status == 202
        refused = server.hand_in(2)
        assert (refused.status, refused.type, refused.headers["retry-after"]) == (503, "queue-full", "10")


def test_more_connections_than_allowed_are_cut_off(own: Database) -> None:
    """And once one has ended, another one is answered."""
    with served(own, most=3) as server:
        with ExitStack() as held:
            for _ in range(3):
                held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            wait_until(lambda: not is_answered(server))
        wait_until(lambda: is_answered(server))


def is_answered(server: Served) -> bool:
    try:
        return server.ask("GET", "/v1/workflows").status == 200
    except ConnectionError:
        return False
