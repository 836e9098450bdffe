"""`doctor --live` in the sandbox: a scripted person does what the terminal and the channel ask for."""

import json
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import JsonValue

from bot.sandbox.client import Person, ShownMessage
from bot.sandbox.client.caller import Refused
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.slack import socket
from bot.slack.live.steps import STEPS
from bot.slack.socket import Hearing
from bot.slack.workspace import connect
from handlers.slack.blocks.live import FIELD, marked_message, marked_view
from handlers.slack.manifest import manifest_file
from handlers.slack.specimens import specimens
from handlers.web.slack import PATH
from tests.integration.bot.commandline import CommandLine, Said
from tests.ports import free_port
from tests.slack.conftest import settings_for
from tests.slack.stage import ANA, SUPPORT, dict_of, list_of
from tests.waiting import LONGEST, wait_until

pytestmark = pytest.mark.slow

NAMES = [step.name for step in STEPS]
PRESSES = ("press", "changed", "private", "open", "drawn")
"""Buttons of messages that the scripted person presses."""


@pytest.fixture(scope="module")
def slack() -> Iterator[Running]:
    """A workspace to which nobody is connected."""
    sandbox = Sandbox(default_workspace(manifest_file()), rate_limited=False, ack_seconds=30.0)
    with serving(sandbox) as running:
        yield running


@pytest.fixture
def live(slack: Running, empty: CommandLine, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line beside it, for whom workflows name a group and a person. Its socket is closed soon."""
    monkeypatch.setattr(socket, "QUIET", 0.05)
    monkeypatch.setattr(socket, "_PING", 0.3)
    shutil.copy(migrated_sqlite, empty.folder / "countersign.sqlite")
    slack.reset()
    empty.settings.update(
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        SLACK_API_URL=slack.api_url,
        COUNTERSIGN_POST_TO="support-triage=C0SUPPORT",
        COUNTERSIGN_REVIEWERS="support-triage=S0SUPPORT+U0EVE",
    )
    return empty


def button_of(message: ShownMessage, name: str) -> str | None:
    """The action_id of a button of the try, by its name."""
    rows = [list_of(block["elements"]) for block in message.blocks if block["type"] == "actions"]
    ids = [str(dict_of(one).get("action_id")) for row in rows for one in row]
    return next((id for id in ids if id.startswith("try!") and id.split("!")[2] == name), None)


class Playing:
    """Somebody who does what they are asked, until told to stop."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.done: set[tuple[str, str]] = set()
        self.sent = 0

    def until(self, stop: Event) -> None:
        """Look again and again at what is to be done."""
        while not stop.wait(0.02):
            try:
                self.look()
            except Refused:
                continue  # what was looked at is gone by now

    def look(self) -> None:
        for message in self.person.messages(SUPPORT):
            for name in PRESSES:
                action = button_of(message, name)
                if action is None or (message.ts, name) in self.done:
                    continue
                # What was refused, or nobody heard, is pressed again, as a person does.
                if self.person.press(SUPPORT, message.ts, action).acknowledged:
                    self.done.add((message.ts, name))
            if "/countersign queue" in message.text and self.first(message.ts, "command"):
                self.person.command(SUPPORT, "/countersign", "queue")
            if "in the menu" in message.text and self.first(message.ts, "shortcut"):
                self.person.shortcut(SUPPORT, message.ts, "report_wrong")
            if '"Home" tab' in message.text and self.first(message.ts, "home"):
                self.person.open_home()
                home = self.person.wait_until(self.person.home)
                ids = re.findall(r"try![0-9a-f]{8}!home", json.dumps(home.blocks))
                self.person.press_in_home(ids[0])
        views = self.person.views()
        if views and views[-1].submit and self.sent < 2:
            self.sent += 1
            self.person.submit({FIELD: "anything at all"})
        elif views and self.sent == 2:
            ids = re.findall(r"try![0-9a-f]{8}!page\b", json.dumps(views[-1].blocks))
            if ids and self.first("", "page"):
                self.person.press_in_view(ids[0])

    def first(self, ts: str, name: str) -> bool:
        """Tell whether it is the first time."""
        is_first = (ts, name) not in self.done
        self.done.add((ts, name))
        return is_first


def played(live: CommandLine, slack: Running, *options: str, channel: str = SUPPORT) -> Said:
    """Play it, with Ana who does all that she is asked."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(Playing(slack.person(ANA)).until, stop)
        try:
            said = live("doctor", "--live", channel, "--pace", "0", "--transcript", "live.txt", "--json", *options)
        finally:
            stop.set()
        playing.result()
    return said


def lines(live: CommandLine) -> list[dict[str, Any]]:
    """The lines of the transcript, without the first."""
    return [json.loads(line) for line in (live.folder / "live.txt").read_text().splitlines()[1:]]


@pytest.fixture(scope="module")
def busy(slack: Running) -> Iterator[Running]:
    """A workspace that allows as many calls as Slack does."""
    with serving(Sandbox(default_workspace(manifest_file()), rate_limited=True)) as running:
        yield running


def outcomes(live: CommandLine) -> Mapping[str, str]:
    """Step -> its outcome."""
    return {line["step"]: line["outcome"] for line in lines(live)}


def left_in(slack: Running) -> list[str]:
    """All that the channel shows to Ana at the end, but for what only she sees."""
    return [message.text for message in slack.person(ANA).messages(SUPPORT) if not message.ephemeral]


def test_a_person_who_does_what_is_asked_is_led_through_all(live: CommandLine, slack: Running) -> None:
    """Nothing is left in the channel, in the open form and in the Home tab; no case is made; no secret is written."""
    said = played(live, slack)
    told = {line["step"]: (line["outcome"], line["got"], line["faults"]) for line in lines(live)}
    assert list(told) == [*NAMES, "clean up"]
    assert told.pop("limits") == ("skipped", "no limit was met in 120 changes", [])
    assert {name: one for name, one in told.items() if one[0] != "ok"} == {}
    assert told["rights"][1] == "1 of 1 groups and 1 of 1 people read; whoever pressed last is a member"
    assert said.code == 0
    assert left_in(slack) == []
    assert "The try is over" in json.dumps(slack.person(ANA).views()[-1].blocks)
    home = slack.person(ANA).home()
    assert home is not None
    assert "The try is over" in json.dumps(home.blocks)
    assert live.done("cases", "--json").json() == []
    workspace = json.dumps(slack.administrator.workspace())
    ids = set(re.findall(r"\b[A-Z][A-Z0-9]{4,}\b", workspace))
    secrets = {*ids, "anything at all", BOT_TOKEN, APP_TOKEN, "support-review", "Ana", "Maria", "xox", "xapp", "try!"}
    written = (live.folder / "live.txt").read_text()
    assert {U for U in secrets if U in written} == set()


def test_what_nobody_presses_is_skipped_and_what_needs_nobody_is_done(live: CommandLine, slack: Running) -> None:
    said = live("doctor", "--live", SUPPORT, "--pace", "0", "--patience", "0.1", "--transcript", "live.txt", "--json")
    told = outcomes(live)
    done = {"scopes", "socket", "channel", "thread", "clean up"}
    assert {name for name, outcome in told.items() if outcome == "ok"} == done
    assert {outcome for name, outcome in told.items() if name not in done} == {"skipped"}
    assert next(line["got"] for line in lines(live) if line["step"] == "press") == "nothing came in 0.1 s"
    assert (said.code, left_in(slack)) == (0, [])


def test_a_wrong_channel_is_said_and_the_rest_goes_on(live: CommandLine) -> None:
    options = ("--pace", "0", "--patience", "0.1", "--transcript", "live.txt")
    said = live("doctor", "--live", "C0NOWHERE", *options)
    assert said.code == 1
    assert "conversations.info: channel_not_found" in said.out or "chat.postMessage: channel_not_found" in said.out
    written = (live.folder / "live.txt").read_text()
    assert written.count("chat.postMessage: channel_not_found") > 5
    assert "\nok      scopes: " in written
    assert "C0NOWHERE" not in written


def test_a_scope_that_is_missing_is_named_and_the_rest_goes_on(live: CommandLine, slack: Running) -> None:
    slack.administrator.set_scopes(["chat:write", "commands", "users:read"])
    played(live, slack, *steps("scopes", "channel", "press", "thread", "rights"))
    told = {line["step"]: (line["outcome"], line["got"]) for line in lines(live)}
    assert told["scopes"][0] == "failed"
    assert told["scopes"][1].startswith("missing: usergroups:read; without the optional channels:history channels:read")
    assert told["channel"][0] == "skipped"
    assert told["channel"][1].startswith("needs the scope channels:read or groups:read")
    assert told["press"][0] == "ok"
    assert "posted; reading it needs the scope channels:history" in told["thread"][1]
    (rights,) = [line for line in lines(live) if line["step"] == "rights"]
    assert rights["outcome"] == "failed"
    assert [(fault["method"], fault["code"]) for fault in rights["faults"]] == [
        ("usergroups.users.list", "missing_scope")
    ]


def steps(*names: str) -> list[str]:
    """The options that choose steps."""
    return [part for name in names for part in ("--step", name)]


def test_what_slack_refuses_is_named_by_its_code_and_the_rest_goes_on(live: CommandLine, slack: Running) -> None:
    slack.administrator.fault("refused", method="chat.update", error="cant_update_message")
    slack.administrator.fault("refused", method="views.update", error="invalid_blocks")
    said = played(live, slack, *steps("press", "update", "form", "errors", "page", "views"))
    told = {line["step"]: (line["outcome"], [fault["code"] for fault in line["faults"]]) for line in lines(live)}
    assert told["update"] == ("failed", ["cant_update_message"])
    assert told["views"] == ("failed", ["invalid_blocks"])
    assert told["page"] == ("ok", [])
    assert said.code == 1


def test_another_process_of_the_app_is_told_of(live: CommandLine, slack: Running) -> None:
    """Slack gives it some of the presses."""
    other = Hearing(connect(settings_for(slack)), lambda _: None)
    other.connect(Event())
    try:
        said = live("doctor", "--live", SUPPORT, "--transcript", "live.txt", "--json", *steps("socket"))
    finally:
        other.close()
    assert "Another process of this app is connected" in said.out
    assert lines(live)[0]["got"] == "2 connections of this app; some presses go to the others"


def test_over_http_it_answers_at_the_request_url(live: CommandLine, slack: Running) -> None:
    port = free_port()
    live.settings.update(
        COUNTERSIGN_SLACK_HTTP=f"127.0.0.1:{port}", SLACK_SIGNING_SECRET=SIGNING_SECRET, SLACK_APP_TOKEN=""
    )
    slack.sandbox.request_url.set(f"http://127.0.0.1:{port}{PATH}")
    try:
        played(live, slack, *steps("socket", "press"))
    finally:
        slack.sandbox.request_url.set(None)
    outcomes = {line["step"]: line["outcome"] for line in lines(live)}
    assert outcomes == {"socket": "ok", "press": "ok", "clean up": "ok"}
    assert lines(live)[0]["got"] == f"answering over HTTP at 127.0.0.1:{port}"


def test_a_rate_limit_is_heeded(live: CommandLine, busy: Running) -> None:
    """Slack's own number of changes a minute is met, the wait is as long as it says, and the next call is taken."""
    live.settings["SLACK_API_URL"] = busy.api_url
    live.done("doctor", "--live", SUPPORT, "--pace", "0", "--transcript", "live.txt", "--json", *steps("limits"))
    (limits,) = [line for line in lines(live) if line["step"] == "limits"]
    assert limits["outcome"] == "ok"
    assert limits["waited"] >= 1
    refused = [call.error for call in busy.administrator.calls("chat.update")]
    assert refused.count("ratelimited") == 1
    assert refused[-1] is None


def test_a_press_on_something_else_is_not_acknowledged(live: CommandLine, slack: Running) -> None:
    """A real card of a Countersign that is not running: whoever presses it is told that it failed."""
    slack.sandbox.sockets._ack_seconds = 0.3
    try:
        with ThreadPoolExecutor(1) as pool:
            pressing = pool.submit(press_elsewhere, slack)
            options = ("--pace", "0", "--patience", "5", "--transcript", "live.txt", "--json")
            live("doctor", "--live", SUPPORT, *options, *steps("press"))
            assert not pressing.result()
    finally:
        slack.sandbox.sockets._ack_seconds = 30.0
    (press,) = [line for line in lines(live) if line["step"] == "press"]
    assert press["got"] == "skipped by the person; 1 other things came"


def press_elsewhere(slack: Running) -> bool:
    """Send a press on another message once the try has begun, then skip its step; return whether that was taken."""
    ana = slack.person(ANA)

    def asks() -> ShownMessage | None:
        return next((one for one in ana.messages(SUPPORT) if button_of(one, "skip")), None)

    asking = ana.wait_until(asks)
    skip = button_of(asking, "skip")
    assert skip is not None
    card: dict[str, JsonValue] = {
        "type": "block_actions",
        "team": {"id": slack.sandbox.workspace.team.id},
        "user": {"id": ANA},
        "container": {"type": "message", "channel_id": SUPPORT, "message_ts": "1.1"},
        "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": "7.1", "action_ts": "1.2"}],
    }
    taken = bool(slack.administrator.send_payload(card).acknowledged)
    ana.press(SUPPORT, asking.ts, skip)
    return taken


def test_after_ctrl_c_nothing_is_left(live: CommandLine, slack: Running) -> None:
    process = live.started("doctor", "--live", SUPPORT, "--pace", "0", "--transcript", "live.txt", "--json")
    try:
        wait_until(lambda: any(button_of(one, "press") for one in slack.person(ANA).messages(SUPPORT)))
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
    assert left_in(slack) == []
    assert [(line["step"], line["outcome"]) for line in lines(live)[-2:]] == [("press", "skipped"), ("clean up", "ok")]
    assert "ended by Ctrl-C" in said


def test_no_button_of_a_specimen_refers_to_anything() -> None:
    """Another process of the app may hear a press on one: no listener knows its id, and its value names no row."""
    for one in specimens():
        if one.message is not None:
            drawn = json.dumps(marked_message(one, "0" * 8, person="U1", channel="C1").blocks)
        else:
            drawn = json.dumps(marked_view(one, "0" * 8, person="U1", channel="C1"))
        ids = re.findall(r'"action_id": "([^"]*)"', drawn)
        assert [id for id in ids if not id.startswith("try!")] == [], one.name
        buttons = re.findall(r'"action_id": "[^"]*"[^{}]*(?:\{[^{}]*\})?[^{}]*"value": "([^"]*)"', drawn)
        assert [value for value in buttons if re.fullmatch(r"(?:\w+:)?\d+\.\d+.*", value)] == [], one.name
        assert not re.search(r'"(?:\w+:)?7\.1(?:\.\d+)?"', drawn), one.name
