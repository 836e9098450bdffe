"""A token that is refused is renewed once; nobody gets to read it."""

import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.integration.tools.server import DeskServer, Reply
from tests.waiting import LONGEST
from workflows import CountersignError, NotAllowed, NotDone
from workflows.tools.http import client

HERE = ["127.0.0.1"]
SECRET = "plant-4711-secret"


class Issuer:
    """Gives tokens, each one after the other."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.asked: list[bool] = []

    def __call__(self, refused: bool) -> str:
        self.asked.append(refused)
        return self.tokens.pop(0)


def shown(desk: DeskServer) -> list[str]:
    return [seen.headers["Authorization"] for seen in desk.requests]


def test_a_token_is_asked_for_once_and_kept(desk: DeskServer) -> None:
    issuer = Issuer("one")
    with client(desk.url, allow_private=HERE, token=issuer) as made:
        made.get("/")
        made.get("/")
    assert (issuer.asked, shown(desk)) == ([False], ["Bearer one"] * 2)


def test_a_refused_token_is_renewed_and_the_request_repeated(desk: DeskServer) -> None:
    issuer = Issuer("one", "two")
    desk.will(Reply(status=401))
    with client(desk.url, allow_private=HERE, token=issuer) as made:
        made.put("/orders", {"a": 1}, idempotency_key="k")
        made.get("/")
    assert (issuer.asked, shown(desk)) == ([False, True], ["Bearer one", "Bearer two", "Bearer two"])
    assert [(seen.body, seen.headers["Idempotency-Key"]) for seen in desk.requests[:2]] == [(b'{"a": 1}', "k")] * 2


def test_a_token_that_stays_refused_is_told_after_one_renewal(desk: DeskServer) -> None:
    issuer = Issuer("one", "two", "three")
    desk.will(*[Reply(status=401)] * 9)
    with client(desk.url, name="the desk", allow_private=HERE, token=issuer) as made:
        with pytest.raises(NotAllowed, match=r"the desk does not accept the token \(401\)"):
            made.get("/")
        assert (issuer.asked, len(desk.requests)) == ([False, True], 2)


def test_threads_that_are_refused_together_renew_it_once(desk: DeskServer) -> None:
    threads = 8
    together = Barrier(threads)
    issuer = Issuer("one", "two")
    desk.revoked.add("one")

    with client(desk.url, allow_private=HERE, token=issuer) as made, ThreadPoolExecutor(threads) as pool:

        def ask(_: int) -> int:
            together.wait(LONGEST)
            return made.get("/").status

        assert set(pool.map(ask, range(threads))) == {200}
    assert issuer.asked == [False, True]


def echoing(desk: DeskServer) -> None:
    body = f"<Authorization: Bearer {SECRET}>\r\n\x1b[31m{SECRET}".encode()
    desk.will(*[Reply(status=status, body=body, headers={"X-Echo": SECRET}) for status in (400, 401, 401, 403, 500)])


def failing(desk: DeskServer) -> None:
    desk.will(Reply(drops=True), Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), Reply(status=302))


@pytest.mark.parametrize("prepare", [echoing, failing])
def test_no_secret_is_in_an_error_its_causes_or_a_log(
    desk: DeskServer, prepare: Callable[[DeskServer], None], caplog: pytest.LogCaptureFixture
) -> None:
    """A token, a header and a parameter stay out, whatever the other side repeats."""
    caplog.set_level(logging.INFO)
    prepare(desk)
    with client(desk.url, allow_private=HERE, token=lambda _: SECRET, headers={"X-Key": f"key-{SECRET}"}) as made:
        for _ in range(3):
            with pytest.raises(CountersignError) as refused:
                made.request("POST", f"/hooks/{SECRET}", params={"key": SECRET}, json={"password": SECRET})
            told = "".join(traceback.format_exception(refused.value))
            assert SECRET not in str(refused.value)
            assert SECRET not in told.replace(f"/hooks/{SECRET}", "")
            assert str(refused.value).isprintable()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("end", ["\n", "\r\nX-Evil: 1", "\0", "\ud800"])
def test_a_token_that_no_header_may_hold_is_not_sent_and_not_shown(desk: DeskServer, end: str) -> None:
    with client(desk.url, allow_private=HERE, token=lambda _: SECRET + end) as made:
        with pytest.raises(NotDone, match="cannot be sent") as refused:
            made.get("/")
        assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert desk.requests == []
