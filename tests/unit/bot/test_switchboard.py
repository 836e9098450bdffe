"""The switchboard of several workspaces: which line a payload is for, and what a flood in one does to another."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, cast

import pytest
from slack_bolt import Ack, App, BoltResponse

from bot.slack import switchboard
from bot.slack.dispatch import Busy, bolt_app, request_of
from bot.slack.switchboard import Connected, Relay, Switchboard
from bot.slack.workspace import Workspace
from handlers.slack.access.scopes import Granted
from tests.waiting import LONGEST, wait_until
from workflows.engine.context import Context

FLOODED, QUIET, ORGANISATION = "T0FLOODED", "T0QUIET", "E0WHOLE"


def press(team: str | None, action: str = "go", **more: Any) -> dict[str, Any]:  # Any: what Slack sends
    payload = {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"type": "button", "action_id": action}]}
    return {**payload, "team": {"id": team} if team is not None else None, **more}


def connected(team: str, go: Event) -> Connected:
    """A workspace with one listener, which waits."""
    workspace = Workspace(
        team=team,
        name=team,
        enterprise=None,
        whole=False,
        bot_user="U0BOT",
        bot_id="B0BOT",
        bot_token="xoxb-1",  # nobody's
        app_token="",
        http=None,
        api_url="http://127.0.0.1:1/api/",
        granted=Granted(),
    )

    def register(app: App) -> None:
        @app.action("go")
        def listen(ack: Ack) -> None:
            if team == FLOODED:
                go.wait(LONGEST)
            ack()

    return Connected(app=bolt_app(workspace, register), context=cast(Context, None))  # no listener looks at it


@contextmanager
def answers(board: Switchboard, body: Mapping[str, Any], *, times: int = 1) -> Iterator[list[BoltResponse]]:
    """Hand a payload on, so many times; yields the answers as they come."""
    relay, came = Relay(board, Busy()), list[BoltResponse]()
    for _ in range(times):
        relay(request_of(body, {}), came.append)
    yield came


def test_a_flood_in_one_workspace_keeps_nobody_in_another_waiting() -> None:
    board, go = Switchboard(), Event()
    for team in (FLOODED, QUIET):
        board.open(team).connect(connected(team, go))
    with answers(board, press(FLOODED), times=500) as flood, answers(board, press(QUIET)) as quiet:
        wait_until(lambda: len(quiet) == 1)
        assert (quiet[0].status, flood) == (200, [])
        go.set()
        # What found no room gets no answer: Slack sends an event again, and tells a person that it failed.
        wait_until(lambda: len(flood) == 112)
    board.close()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (press(QUIET), QUIET),
        (press("T0NOBODY"), None),
        # An outsider's press on a card of ours, in a channel that two workspaces share.
        (press("T0NOBODY", message={"team": QUIET}), QUIET),
        (press(FLOODED, message={"team": QUIET}), QUIET),
        (press(FLOODED, message={"team": "T0NOBODY"}), FLOODED),
        (press("T0IN", enterprise={"id": ORGANISATION}, is_enterprise_install=True), ORGANISATION),
        (press(QUIET, enterprise={"id": ORGANISATION}, is_enterprise_install="true"), ORGANISATION),
        (press(None, enterprise={"id": ORGANISATION}), ORGANISATION),
        (press("T0IN", enterprise={"id": ORGANISATION}), ORGANISATION),
        ({"command": "/countersign", "team_id": QUIET, "enterprise_id": ORGANISATION}, QUIET),
        # An event in a shared channel: the authorization says whose it is.
        (
            {"type": "event_callback", "team_id": "T0NOBODY", "authorizations": [{"team_id": QUIET}]},
            QUIET,
        ),
        ({"type": "view_submission", "team": {"id": FLOODED}, "view": {"app_installed_team_id": QUIET}}, QUIET),
        ({"type": "block_actions", "team": "nonsense", "user": [], "authorizations": [1]}, None),
        ({}, None),
    ],
)
def test_a_payload_is_for_the_installation_that_slack_names(body: Mapping[str, Any], wanted: str | None) -> None:
    board = Switchboard()
    for workspace in (FLOODED, QUIET, ORGANISATION):
        board.open(workspace)
    line = board.line_for(body)
    assert (line.workspace if line is not None else None) == wanted
    board.close()


def test_an_unknown_workspace_is_told_what_one_is_told_about_what_is_not_there() -> None:
    board = Switchboard()
    with answers(board, press("T0NOBODY")) as pressed:
        assert [(one.status, one.body) for one in pressed] == [(200, "")]
    with answers(board, {"command": "/countersign", "text": "case 1", "team_id": "T0NOBODY"}) as told:
        assert "no right to this, or it no longer exists" in told[0].body
    with answers(board, {"type": "block_suggestion", "team": {"id": "T0NOBODY"}}) as suggested:
        assert '"options": []' in suggested[0].body


def test_what_comes_while_a_workspace_is_begun_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "BEGINS_WITHIN", LONGEST)
    board, go = Switchboard(), Event()
    line = board.open(QUIET)
    with answers(board, press(QUIET)) as came:
        assert came == []
        Thread(target=lambda: line.connect(connected(QUIET, go))).start()
        wait_until(lambda: [one.status for one in came] == [200])
    with answers(board, press(QUIET)):
        board.forget(QUIET)
    with answers(board, press(QUIET)) as after:
        assert [(one.status, one.body) for one in after] == [(200, "")]
