"""`serve` answers the API where it is told to, says when it is ready, and answers who waits before it stops."""

import json
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import event

from bot.app import opened
from bot.serve.api import api_of
from bot.serve.server import serve
from bot.settings import Settings
from tests.ports import free_port
from tests.waiting import LONGEST, wait_until
from workflows.engine.errors import Refused
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow

TICKET = {"id": 7, "customer": "C-1", "subject": "Parcel", "text": "Where is it?", "language": "en"}


def asked(port: int, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:  # Any: an answer
    """The status of an answer, and what it says."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def is_ready(port: int) -> bool:
    try:
        status, told = asked(port, "GET", "/readyz")
    except ConnectionError:
        return False
    return status == 200 and told["api"] is True


def test_serve_answers_the_api_and_who_waits_when_it_stops(migrated_sqlite_url: str) -> None:
    """A stop does not wait for the sixty seconds that a client would, and loses no answer."""
    health = free_port()
    settings = Settings(
        database_url=migrated_sqlite_url, api="127.0.0.1:0", health=f"127.0.0.1:{health}", model="local"
    )
    stop, looked, answers = Event(), Event(), []

    def note(*told: Any) -> None:  # Any: what SQLAlchemy tells
        if "UNION ALL" in told[2] and "questions" in told[2]:
            looked.set()

    with opened(settings) as app:
        api = api_of(app)
        assert api is not None
        api_sources.add(app.context, "web-shop", by="tester", workflows=["support-triage"])
        key = keys.make(app.context, "web-shop", by="tester").key
        event.listen(app.context.database.engine, "before_cursor_execute", note)
        done: list[bool] = []
        serving = Thread(target=lambda: done.append(serve(app, stop, slack=None, api=api, worker=False)))
        serving.start()
        wait_until(lambda: is_ready(health))
        status, taken = asked(api.port, "POST", "/v1/workflows/support-triage/cases", {"input": TICKET}, key)
        assert (status, taken["result"]) == (202, "taken_in")
        path = f"/v1/cases/{taken['id']}?wait=60"
        waiting = Thread(target=lambda: answers.append(asked(api.port, "GET", path, key=key)))
        waiting.start()
        assert looked.wait(LONGEST)
        stop.set()
        waiting.join(LONGEST)
        serving.join(LONGEST)
    assert [(status, told["state"]) for status, told in answers] == [(200, "in_progress")]
    assert done == [True]


def test_an_address_that_is_taken_is_said_before_anything_begins(migrated_sqlite_url: str) -> None:
    with opened(Settings(database_url=migrated_sqlite_url, api="127.0.0.1:0", model="local")) as app:
        first = api_of(app)
        assert first is not None
        taken = app.settings.model_copy(update={"api": f"127.0.0.1:{first.port}"})
        with (
            opened(taken) as other,
            pytest.raises(Refused, match=rf"COUNTERSIGN_API: cannot listen at 127.0.0.1:{first.port}: [^(]*$"),
        ):
            api_of(other)
        first.close()


def test_there_is_no_api_where_no_address_is_set(migrated_sqlite_url: str) -> None:
    with opened(Settings(database_url=migrated_sqlite_url, model="local")) as app:
        assert api_of(app) is None
