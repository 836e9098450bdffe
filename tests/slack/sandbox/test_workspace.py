"""The workspace, its file, and waiting for changes in it."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Person
from bot.sandbox.control import endpoints
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Workspace, WorkspaceUnusable, default_workspace, read_workspace
from tests.slack.sandbox.building import Object
from tests.slack.sandbox.conftest import SUPPORT, web_client
from tests.waiting import LONGEST, wait_until


def _written(folder: Path, value: object) -> Path:
    file = folder / "workspace.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return file


def test_the_default_workspace_can_be_written_and_read(tmp_path: Path) -> None:
    """A file may hold all that a workspace is made of."""
    given = default_workspace()
    assert read_workspace(_written(tmp_path, given.model_dump_json())) == given


def test_a_workspace_may_say_only_what_differs(tmp_path: Path) -> None:
    """Team and app have defaults; the bot is one of the users."""
    small: Object = {
        "users": [
            {"id": "U0BOT", "name": "bot", "real_name": "Bot", "bot": True},
            {"id": "U0ZOE", "name": "zoe", "real_name": "Zoe"},
        ],
        "channels": [{"id": "C0ONE", "name": "one", "members": ["U0BOT", "U0ZOE"]}],
    }
    with serving(Sandbox(read_workspace(_written(tmp_path, small)))) as running:
        web_client(running).chat_postMessage(channel="C0ONE", text="t")
        assert [message.text for message in running.person("U0ZOE").messages("C0ONE")] == ["t"]


def _changed(**more: object) -> dict[str, object]:
    return {**default_workspace().model_dump(mode="json"), **more}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "the workspace: Invalid JSON"),
        ([], "the workspace: Input should be an object"),
        (_changed(users=[]), "users: List should have at least 1 item"),
        (_changed(users=[{"id": "ana", "name": "ana", "real_name": "Ana"}]), "users.0.id: String should match"),
        (_changed(colour="red"), "colour: Extra inputs are not permitted"),
        (_changed(channels=[{"id": "C0ONE", "name": "one", "members": ["U0NOBODY"]}]), "no users: U0NOBODY"),
        (_changed(channels=[{"id": "C0ONE", "name": "a"}, {"id": "C0ONE", "name": "b"}]), "same channel id: C0ONE"),
        (_changed(channels=[{"id": "C0ONE", "name": "a"}, {"id": "C0TWO", "name": "a"}]), "same channel name: a"),
        (_changed(app={"user": "U0ANA"}), "there is no bot user U0ANA"),
    ],
)
def test_a_file_that_describes_no_workspace_is_told_in_one_line(value: object, said: str, tmp_path: Path) -> None:
    """With the place where it is wrong."""
    with pytest.raises(WorkspaceUnusable) as unusable:
        read_workspace(_written(tmp_path, value))
    assert said in str(unusable.value)
    assert "\n" not in str(unusable.value)


def test_a_reset_brings_back_the_beginning(running: Running, slack: WebClient, ana: Person) -> None:
    """Messages are gone, channels and groups as they were given."""
    slack.chat_postMessage(channel=SUPPORT, text="t")
    running.administrator.archive_channel(SUPPORT)
    running.reset()
    assert ana.messages(SUPPORT) == []
    assert Workspace.model_validate(running.administrator.workspace()) == default_workspace()


def test_one_who_waits_hears_of_a_change_when_it_comes(slack: WebClient, ana: Person) -> None:
    """And not before; nobody has to sleep."""
    later = threading.Timer(0.05, lambda: slack.chat_postMessage(channel=SUPPORT, text="now"))
    later.start()
    [message] = ana.wait_until(lambda: ana.messages(SUPPORT))
    assert message.text == "now"
    later.join()


def test_one_who_waits_in_vain_is_told(ana: Person) -> None:
    """A TimeoutError, when the time is over."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        ana.wait_until(lambda: ana.messages(SUPPORT), seconds=0.1)
    assert time.monotonic() - began >= 0.1


def test_changes_can_be_observed(running: Running, slack: WebClient) -> None:
    """A callable on the sandbox hears of each; the numbers rise."""
    heard: list[int] = []
    running.sandbox.changes.observers.append(heard.append)
    slack.chat_postMessage(channel=SUPPORT, text="t")
    slack.chat_postMessage(channel=SUPPORT, text="t")
    running.sandbox.changes.observers.remove(heard.append)
    assert len(heard) == 2
    assert heard == sorted(set(heard))


def test_the_end_of_the_sandbox_lets_those_who_wait_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait of an hour does not hold up its end."""
    monkeypatch.setattr(endpoints, "LONGEST_WAIT", 3_600.0)
    with serving(Sandbox()) as running, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(running.administrator._get, "wait", since=99)
        wait_until(lambda: running.sandbox.changes._waiting)
        running.sandbox.changes.close()
        waiting.result(LONGEST)
