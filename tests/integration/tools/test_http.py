"""Faults between a step and another system, on real sockets, and the error that each becomes."""

import gzip
import json
import socket
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest
from pydantic import BaseModel

from tests.integration.tools.server import DeskServer, Reply
from workflows import BadDeclaration, NotAllowed, NotDone, OutcomeUnknown, OutputBroken, TryAgain
from workflows.errors import NotConfirmed
from workflows.retry_after import LONGEST
from workflows.tools.deadlines import within
from workflows.tools.http import Client, client

HERE = ["127.0.0.1"]
Ask = Callable[[Client], object]


def get(made: Client) -> object:
    return made.get("/orders")


def put(made: Client) -> object:
    return made.put("/orders", {})


def put_under_key(made: Client) -> object:
    return made.put("/orders", {}, idempotency_key="case/7")


class Line(BaseModel):
    total: Decimal
    day: date


def test_a_request_carries_what_was_given(desk: DeskServer, ours: Client) -> None:
    desk.will(Reply(status=201, body=b'{"receipt": "R-1"}'))
    answer = ours.put("/orders/7", Line(total=Decimal("1.10"), day=date(2026, 3, 5)), idempotency_key="case/7")
    assert (answer.status, answer.read(dict[str, str])) == (201, {"receipt": "R-1"})
    (seen,) = desk.requests
    assert (seen.method, seen.path, seen.headers["Idempotency-Key"]) == ("PUT", "/orders/7", "case/7")
    assert json.loads(seen.body) == {"total": "1.10", "day": "2026-03-05"}


def test_a_question_carries_its_parameters(desk: DeskServer, ours: Client) -> None:
    ours.get("orders", params={"customer": "a&b", "page": 2}, headers={"X-Team": "t"})
    (seen,) = desk.requests
    assert (seen.path, seen.headers["X-Team"]) == ("/orders?customer=a%26b&page=2", "t")
    assert "Idempotency-Key" not in seen.headers


def test_a_path_stays_below_the_base_url(desk: DeskServer) -> None:
    with client(f"{desk.url}/api/v2", allow_private=HERE) as made:
        made.get("/orders")
        made.get("//127.0.0.2/orders")
        assert [seen.path for seen in desk.requests] == ["/api/v2/orders", "/api/v2/127.0.0.2/orders"]
        for path in ("../admin", "a/../../admin", "a/%2e%2E/b", "/./a", "a?admin=1", "a#b", "a\\b"):
            with pytest.raises(NotDone, match="quote values from outside"):
                made.get(path)
    assert len(desk.requests) == 2


def test_an_error_names_the_system_that_it_is_about(desk: DeskServer) -> None:
    """Failures of one system belong together, whatever it said."""
    desk.will(Reply(status=503), Reply(status=404), Reply(body=b'{"total": 1}'))
    with client(desk.url, name="help desk", allow_private=HERE) as made:
        for error, ask in ((TryAgain, get), (NotDone, get), (OutputBroken, lambda made: made.get("/x").read(Line))):
            with pytest.raises(error) as raised:
                ask(made)
            assert raised.value.dependency == "help desk"


@pytest.mark.parametrize(
    ("status", "of_a_put", "of_a_get"),
    [
        (400, NotDone, NotDone),
        (403, NotDone, NotDone),
        (404, NotDone, NotDone),
        (401, NotAllowed, NotAllowed),
        (408, OutcomeUnknown, TryAgain),
        (409, NotDone, NotDone),
        (425, TryAgain, TryAgain),
        (429, TryAgain, TryAgain),
        (503, OutcomeUnknown, TryAgain),
        (504, OutcomeUnknown, TryAgain),
        (500, OutcomeUnknown, TryAgain),
        (502, OutcomeUnknown, TryAgain),
        (302, OutcomeUnknown, NotDone),
        (307, NotDone, NotDone),
        (304, OutcomeUnknown, TryAgain),
    ],
)
def test_each_refusal_is_an_error_of_ours(
    desk: DeskServer, ours: Client, status: int, of_a_put: type[Exception], of_a_get: type[Exception]
) -> None:
    """F65: a question changes nothing, so there is nothing to be unsure about. What has something done may have been
    done, unless the answer says that it was not; under a key it can be asked again all the same.
    """
    under_key = NotConfirmed if of_a_put is OutcomeUnknown else of_a_put
    for ask, expected in ((put, of_a_put), (put_under_key, under_key), (get, of_a_get)):
        desk.will(Reply(status=status, body=b"", headers={"Retry-After": "7"}))
        with pytest.raises(expected, match=str(status)) as refused:
            ask(ours)
        assert type(refused.value) is expected
        if status in (408, 425, 429) or status >= 500:
            assert getattr(refused.value, "after", None) == 7.0


@pytest.mark.parametrize(
    ("said", "after"), [("7", 7.0), ("0", 0.0), ("soon", None), ("", None), ("-1", None), ("9" * 400, LONGEST)]
)
def test_the_seconds_to_wait_are_heard(desk: DeskServer, ours: Client, said: str, after: float | None) -> None:
    desk.will(Reply(status=429, headers={"Retry-After": said}))
    with pytest.raises(TryAgain) as busy:
        get(ours)
    assert busy.value.after == after


def test_the_time_to_wait_until_may_be_a_date(desk: DeskServer, ours: Client) -> None:
    at = datetime.now(UTC) + timedelta(seconds=90)
    desk.will(Reply(status=503, headers={"Retry-After": format_datetime(at, usegmt=True)}))
    with pytest.raises(TryAgain) as busy:
        get(ours)
    assert busy.value.after is not None
    assert 60 < busy.value.after <= 90


def test_what_was_never_reached_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with client(url, name="the desk", allow_private=HERE) as made:
            for ask in (get, put):
                with pytest.raises(TryAgain, match=f"the desk cannot be reached at {url}: "):
                    ask(made)


def came_of(desk: DeskServer, reply: Reply, made: Client, ask: Ask) -> Exception:
    """The error of a request that got this reply. Where its time was over before it was sent, it is made again."""
    while True:
        desk.forget()
        desk.will(reply)
        with pytest.raises((OutcomeUnknown, NotConfirmed, TryAgain)) as refused:
            ask(made)
        if desk.requests or not isinstance(refused.value, TryAgain):
            return refused.value


@pytest.mark.parametrize("reply", [Reply(drops=True), Reply(stalls=True), Reply(drips=True)], ids=repr)
def test_what_was_sent_and_got_no_answer_may_have_been_done(desk: DeskServer, reply: Reply) -> None:
    with client(desk.url, allow_private=HERE, timeout=0.2, total=0.4) as made:
        assert type(came_of(desk, reply, made, put)) is OutcomeUnknown
        assert type(came_of(desk, reply, made, put_under_key)) is NotConfirmed
        assert isinstance(came_of(desk, reply, made, get), TryAgain)


@pytest.mark.parametrize("reply", [Reply(stalls=True), Reply(drips=True)], ids=repr)
def test_the_time_of_the_whole_request_is_limited(desk: DeskServer, reply: Reply) -> None:
    """Also where a byte comes now and then, which each single read is content with: it would go on for ever."""
    with client(desk.url, allow_private=HERE, timeout=3_600.0, total=0.3) as made:
        assert type(came_of(desk, reply, made, put)) is OutcomeUnknown


def put_soon(made: Client) -> object:
    with within(0.2):
        return put(made)


def test_an_earlier_deadline_of_whoever_asks_is_kept_to(desk: DeskServer) -> None:
    """Else it would wait for an hour."""
    with client(desk.url, allow_private=HERE, timeout=3_600.0, total=3_600.0) as made:
        assert type(came_of(desk, Reply(stalls=True), made, put_soon)) is OutcomeUnknown
        with within(0.000001), pytest.raises(TryAgain):
            put(made)
    assert len(desk.requests) == 1


def test_a_bomb_is_put_down_before_it_is_unpacked(desk: DeskServer) -> None:
    """200 MB of noughts in 200 KB, and the same packed twice; no more than a few megabytes are ever in memory."""
    once = gzip.compress(bytes(200_000_000), compresslevel=1)
    bombs = [(once, "gzip"), (gzip.compress(once), "gzip, gzip")]
    with client(desk.url, allow_private=HERE, most_bytes=1_000_000) as made:
        for bomb, packing in bombs:
            desk.will(Reply(body=bomb, headers={"Content-Encoding": packing}))
        tracemalloc.start()
        try:
            for _ in bombs:
                with pytest.raises(OutcomeUnknown, match="more than 1,000,000 bytes came"):
                    put(made)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=bytes(2_000_000)),
        Reply(body=bytes(100_000), endless=True),
        Reply(body=gzip.compress(b"") * 5_000, endless=True, headers={"Content-Encoding": "gzip"}),
        Reply(body=b"not packed", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["large", "endless", "endless and empty", "not packed"],
)
def test_an_answer_that_is_no_use_is_not_read_to_its_end(desk: DeskServer, reply: Reply) -> None:
    with client(desk.url, allow_private=HERE, most_bytes=1_000_000) as made:
        desk.will(reply)
        with pytest.raises(OutcomeUnknown):
            put(made)


def test_proxies_of_the_environment_are_not_used(
    desk: DeskServer, ours: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client(desk.url, allow_private=HERE) as made:
        get(made)
    assert len(desk.requests) == 1


def test_cookies_are_not_kept(desk: DeskServer, ours: Client) -> None:
    """One client serves all cases; none may see what another left."""
    desk.will(Reply(headers={"Set-Cookie": "case=1"}))
    get(ours)
    get(ours)
    assert all("Cookie" not in seen.headers for seen in desk.requests)


def test_a_connection_is_used_again(desk: DeskServer, ours: Client) -> None:
    for _ in range(3):
        get(ours)
    assert len(desk.requests) == 3


@pytest.mark.parametrize(
    "url",
    ["", "desk", "ftp://desk", "file:///etc/passwd", "http://", "http://me:pw@desk", "http://desk?a=1"],
)
def test_a_base_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadDeclaration) as refused:
        client(url, name="the desk")
    assert "pw" not in str(refused.value)


def test_a_base_url_may_be_a_setting_that_is_read_at_each_request(desk: DeskServer) -> None:
    settings = {"url": "nonsense"}
    with client(lambda: settings["url"], allow_private=HERE) as made:
        with pytest.raises(BadDeclaration):
            get(made)
        settings["url"] = desk.url
        get(made)
    assert len(desk.requests) == 1


@pytest.mark.parametrize("body", [float("nan"), "\ud800", object()], ids=["nan", "half a pair", "object"])
def test_what_cannot_be_written_is_not_sent(desk: DeskServer, ours: Client, body: object) -> None:
    with pytest.raises(NotDone, match="cannot be written"):
        ours.put("/orders", {"body": body})
    assert desk.requests == []


@pytest.mark.slow
def test_an_answer_that_is_wrong_in_every_byte_is_told_in_a_few_words(desk: DeskServer, ours: Client) -> None:
    """As much as is taken of an answer, and a complaint about every third byte of it."""
    desk.will(Reply(body=b"[" + b"{}," * (1024 * 1024 // 3 - 2) + b"{}]"))
    answer = ours.get("/orders")
    start = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(OutputBroken, match=r"0\.total: it is missing in an empty object; .* and 699,\d\d\d more"):
            answer.read(list[Line])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - start < 30
    assert peak < 150_000_000
