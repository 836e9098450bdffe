"""Events of the Events API: each has an id, under which it can come again."""

from typing import Literal

import pytest

from bot.sandbox.client import Refused
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.building import Object
from tests.slack.sandbox.conftest import App

Kind = Literal["app_uninstalled", "tokens_revoked"]
KINDS: list[Kind] = ["app_uninstalled", "tokens_revoked"]


def content(app: App) -> Object:
    """Return the content of the newest event."""
    event = app.last["event"]
    assert isinstance(event, dict)
    return event


def test_the_app_is_told_that_it_was_uninstalled(app: App, running: Running) -> None:
    """In the wrapper that all events come in."""
    done = running.administrator.send_event("app_uninstalled")
    assert done.acknowledged
    assert content(app)["type"] == "app_uninstalled"
    assert (app.last["type"], app.last["team_id"], app.last["api_app_id"]) == (
        "event_callback",
        "T0SANDBOX",
        "A0SANDBOX",
    )
    assert app.last["event_id"] == done.event_id


def test_the_app_is_told_whose_tokens_were_revoked(app: App, running: Running) -> None:
    """User ids, never the tokens themselves."""
    assert running.administrator.send_event("tokens_revoked").acknowledged
    assert content(app)["type"] == "tokens_revoked"
    assert content(app)["tokens"] == {"oauth": [], "bot": ["U0BOT"]}


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_can_come_again(kind: Kind, app: App, running: Running) -> None:
    """The same in all but that it is another attempt."""
    first = running.administrator.send_event(kind)
    again = running.administrator.send_event_again(first.event_id)
    running.administrator.send_event_again(first.event_id)
    assert again.event_id == first.event_id
    assert again.acknowledged
    assert len({str(request.payload) for request in app.received}) == 1
    assert [(request.retry_attempt, request.retry_reason) for request in app.received] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
    ]


def test_every_event_has_an_id_of_its_own(app: App, running: Running) -> None:
    """Those that people bring about too, and they can come again like all others."""
    done = [
        running.administrator.send_event("app_uninstalled"),
        running.administrator.send_event("app_uninstalled"),
        running.person("U0ANA").open_home(),
        running.administrator.set_group("S0SUPPORT", ["U0BEN"]),
    ]
    ids = [outcome.event_id for outcome in done]
    assert len(set(ids)) == 4
    assert all(id.startswith("Ev") for id in ids)
    assert running.administrator.send_event_again(ids[-1]).acknowledged
    assert content(app)["type"] == "subteam_members_changed"


def test_an_event_that_there_was_not_cannot_come_again(app: App, running: Running) -> None:
    """Nor after a reset; and not everything is an event."""
    gone = running.administrator.send_event("app_uninstalled").event_id
    running.reset()
    for event_id in ("Ev0NONE", gone):
        with pytest.raises(Refused) as refused:
            running.administrator.send_event_again(event_id)
        assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        running.administrator._act("admin/send_event", type="party")
    assert refused.value.status == 400
