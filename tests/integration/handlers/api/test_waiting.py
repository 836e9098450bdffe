"""Many clients wait for cases at once: they cost no thread each, and each is answered."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from tests.integration.handlers.api.served import Served
from tests.waiting import LONGEST, wait_until
from workflows.engine.review import reviews
from workflows.engine.sources.programs import keys

pytestmark = pytest.mark.slow

numbers = count(1_000)


def waiting_cases(shared: Served, number: int) -> list[int]:
    """Hand in cases, and bring them to a person."""
    taken = [shared.hand_in(next(numbers)).json["id"] for _ in range(number)]
    shared.world.work()
    return taken


def approve(shared: Served, case: int) -> None:
    review = shared.world.review(case)
    reviews.approve(shared.world.context, review.id, shown=review.version, by="U0ANNA")
    shared.world.work()


class Client:
    """A client that waits for a case, in an event loop."""

    def __init__(self, shared: Served, case: int) -> None:
        self._shared = shared
        self._case = case
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self) -> dict[str, Any] | None:  # Any: an answer
        """Return how the case stands, once that is answered; None where the connection ended before."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self._shared.port)
        head = f"GET /v1/cases/{self._case}?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._shared.key}\r\n"
        self.writer.write(f"{head}Connection: close\r\n\r\n".encode())
        try:
            answer = await asyncio.wait_for(reader.read(), LONGEST)
        except ConnectionError:
            return None
        finally:
            self.writer.close()
        status, _, body = answer.partition(b"\r\n\r\n")
        if not body:
            return None
        assert status.startswith(b"HTTP/1.1 200 ")
        told: dict[str, Any] = json.loads(body)
        return told


async def until(reached: Callable[[], object]) -> None:
    """Wait for a condition, while the clients go on."""
    await asyncio.to_thread(wait_until, reached)


def in_loop(play: Callable[[], Awaitable[None]]) -> None:
    async def played() -> None:
        await play()

    asyncio.run(played())


def test_many_clients_wait_with_one_query_a_look_until_a_case_ends_or_the_server_stops(shared: Served) -> None:
    """A client that hangs up is dropped, one whose case is decided hears of it, and a stop answers all others."""
    cases = waiting_cases(shared, 20)
    clients = [Client(shared, cases[place % 20]) for place in range(80)]
    before, looks = threading.active_count(), []

    def looked(*told: Any) -> None:  # Any: what SQLAlchemy tells
        if "UNION ALL" in told[2] and "questions" in told[2]:
            looks.append(told[2])

    async def play() -> None:
        asked = [asyncio.ensure_future(client.ask()) for client in clients]
        await until(lambda: shared.api.number_waiting == 80)
        assert threading.active_count() <= before + 12
        for client in clients[-10:]:
            assert client.writer is not None
            client.writer.close()
        await until(lambda: shared.api.number_waiting == 70)
        await asyncio.to_thread(approve, shared, cases[0])
        done = await asyncio.gather(*asked[0:60:20])
        assert [one["state"] for one in done if one is not None] == ["delivered"] * 3
        await until(lambda: len(looks) > 3)
        shared.stop.set()
        left = await asyncio.gather(*(one for place, one in enumerate(asked) if place < 70 and place % 20))
        assert {one["state"] for one in left if one is not None} == {"needs_person"}

    event.listen(shared.world.database.engine, "before_cursor_execute", looked)
    try:
        in_loop(play)
    finally:
        event.remove(shared.world.database.engine, "before_cursor_execute", looked)
        shared.stop.clear()
    # One look knows all of their cases: of 70 clients with a query each there would be thousands.
    assert len(looks) < 400


def test_a_question_ends_the_wait(shared: Served) -> None:
    (case,) = waiting_cases(shared, 1)

    async def play() -> None:
        asked = asyncio.ensure_future(Client(shared, case).ask())
        await until(lambda: shared.api.number_waiting == 1)
        review = shared.world.review(case)
        reviews.ask(shared.world.context, review.id, shown=review.version, by="U0ANNA", question="Which one?")
        await asyncio.to_thread(shared.world.work)
        told = await asked
        assert told is not None
        assert (told["state"], told["question"]["text"]) == ("asked", "Which one?")

    in_loop(play)


def test_what_is_decided_and_what_nobody_waits_for_is_answered_at_once(shared: Served) -> None:
    (case,) = waiting_cases(shared, 1)
    assert shared.ask("GET", f"/v1/cases/{case}?wait=0").json["state"] == "needs_person"
    approve(shared, case)
    assert shared.ask("GET", f"/v1/cases/{case}?wait=60").json["state"] == "delivered"


@pytest.mark.parametrize("query", ["wait=61", "wait=-1", "wait=1.5", "wait=x", "wait=1&wait=2", "wait=", "for=1"])
def test_a_wait_is_a_number_of_seconds(shared: Served, query: str) -> None:
    refused = shared.ask("GET", f"/v1/cases/1?{query}")
    assert (refused.status, refused.type) == (400, "malformed")


def test_a_wait_is_over_after_its_seconds(shared: Served) -> None:
    (case,) = waiting_cases(shared, 1)
    assert shared.ask("GET", f"/v1/cases/{case}?wait=1").json["state"] == "needs_person"
    assert shared.api.number_waiting == 0


def test_a_key_that_is_revoked_during_a_wait_learns_nothing_more(shared: Served) -> None:
    [case] = waiting_cases(shared, 1)
    context = shared.world.context
    made = keys.make(context, "web-shop", by="tester")
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(shared.ask, "GET", f"/v1/cases/{case}?wait=60", key=made.key)
        wait_until(lambda: shared.api.number_waiting == 1)
        keys.revoke(context, made.key[:12], by="tester")
        approve(shared, case)
        refused = answer.result(LONGEST)
    assert (refused.status, refused.type) == (401, "not-accepted")
