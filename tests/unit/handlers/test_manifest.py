"""manifest.json asks Slack for what the program uses, no less and no more."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.sandbox.state.workspace import default_workspace
from handlers.slack import commands, listeners
from handlers.slack.access.scopes import Granted, asked_for
from handlers.slack.context import SlackContext
from handlers.slack.manifest import command_rows, manifest_file, over_http, over_oauth
from handlers.texts.scopes import WITHOUT
from tests.unit.handlers import commands as commands_of_tests
from workflows.engine.errors import BadDeclaration, Refused

ROOT = Path(__file__).parents[3]
MANIFEST: Mapping[str, Any] = json.loads((ROOT / "manifest.json").read_text())

SCOPES = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_delete": "chat:write",
    "chat_postEphemeral": "chat:write",
    "usergroups_users_list": "usergroups:read",
    "conversations_history": None,  # optional: it does without
    "conversations_info": None,  # the same, for doctor
    "files_info": None,  # optional: without its scope no file is read
    "users_info": "users:read",  # who is a guest
    "auth_test": None,
    "files_completeUploadExternal": "files:write",
    "files_delete": "files:write",
    "files_getUploadURLExternal": "files:write",
    "views_open": None,
    "views_publish": None,
    "views_push": None,
    "views_update": None,
}
"""Method of the SDK's client -> the scope that it needs, if it needs one."""
EVENTS = {
    "app_home_opened": None,
    "app_uninstalled": None,
    "message.channels": None,  # optional: without its scope no message is heard
    "message.groups": None,
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "tokens_revoked": None,
}


def source() -> str:
    """All that may call Slack."""
    rooms = [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").glob("*.py"), *(ROOT / "bot" / "cli").glob("*.py")]
    return "\n".join(file.read_text() for file in rooms)


def test_the_scopes_are_those_that_the_methods_commands_and_events_need() -> None:
    called = set(re.findall(r"client\.((?:chat|views|users|usergroups|conversations|auth|files)_\w+)", source()))
    assert called
    needed = {SCOPES[method] for method in called} - {None}
    needed |= {EVENTS[event] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]} - {None}
    assert set(asked_for().required) == needed | {"commands"}


def test_the_optional_scopes_are_asked_for_too_and_each_says_what_it_is_for() -> None:
    """Slack wants them in both lists."""
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert set(asked_for().optional) == set(WITHOUT)


def test_what_needs_a_scope_that_is_missing_says_which() -> None:
    """The call itself finds out, where Slack named no scopes."""
    granted = Granted(scopes=frozenset({"chat:write"}))
    granted.need("chat:write")
    with pytest.raises(Refused, match=re.escape("This needs the scope im:write, which is not granted.")):
        granted.need("im:write")
    assert granted.missing(["im:write", "chat:write"]) == ["im:write"]
    Granted().need("im:write")


def test_it_names_every_command_and_has_a_case_s_key_come_as_it_was_typed() -> None:
    """Escaped, `@ana` in a key would come as a mention."""
    commands = MANIFEST["features"]["slash_commands"]
    assert {command["command"] for command in commands} == {"/rerun", "/countersign"}
    assert not any(command["should_escape"] for command in commands)


class Listening(App):
    """An app that notes the commands and the events that it is to listen to."""

    def __init__(self) -> None:
        nobody = AuthorizeResult(enterprise_id=None, team_id=None)
        super().__init__(authorize=lambda **_: nobody, signing_secret="not used")
        self.commands: list[Any] = []
        self.events: list[Any] = []

    def command(self, command: Any, *rest: Any, **more: Any) -> Any:
        self.commands.append(command)
        return super().command(command, *rest, **more)

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self.events.append(event)
        return super().event(event, *rest, **more)


def listening(manifest: Path | None = None) -> list[Any]:
    """The commands that are listened to under a manifest; left out, ours."""
    app = Listening()
    commands.register(app, SlackContext.__new__(SlackContext), manifest=manifest)
    return app.commands


def test_each_of_its_commands_is_listened_to() -> None:
    assert sorted(listening()) == sorted(command_rows(manifest_file()))


@pytest.fixture
def with_ping(tmp_path: Path) -> Path:
    """A copy of the manifest with a row for a command more."""
    told = json.loads((ROOT / "manifest.json").read_text())
    told["features"]["slash_commands"].append(
        {"command": "/ping", "description": "Is it there?", "usage_hint": "", "should_escape": False}
    )
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    return tmp_path / "manifest.json"


def test_a_new_command_is_one_file_and_its_row(monkeypatch: pytest.MonkeyPatch, with_ping: Path) -> None:
    """It is listened to, and the sandbox offers it to whoever types a slash."""
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, *commands_of_tests.__path__])
    assert "/ping" in listening(with_ping)
    (offered,) = [one for one in default_workspace(with_ping).app.commands if one.name == "/ping"]
    assert offered.description == "Is it there?"


def test_a_row_without_a_file_is_refused_in_words(with_ping: Path) -> None:
    why = "manifest.json names /ping, and handlers/slack/commands has no file for it"
    with pytest.raises(BadDeclaration, match=re.escape(why)):
        listening(with_ping)


def test_a_file_without_a_row_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, *commands_of_tests.__path__])
    with pytest.raises(BadDeclaration, match=re.escape("handlers/slack/commands/ping.py has no row /ping")):
        listening()


def test_it_subscribes_to_the_events_that_are_listened_to() -> None:
    app = Listening()
    listeners.register(app, SlackContext.__new__(SlackContext))
    named = {name.partition(".")[0] for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert named == set(app.events)


def test_it_speaks_over_a_socket_and_hears_buttons() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True


def test_its_texts_are_as_short_as_slack_wants_them() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80
    for command in MANIFEST["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2_000
        assert len(command["usage_hint"]) <= 1_000


@pytest.mark.parametrize("url", ["https://slack.example.org", "https://slack.example.org/slack/events"])
def test_over_http_everything_is_sent_to_one_address_and_nothing_else_changes(url: str) -> None:
    told, where = over_http(MANIFEST, url), "https://slack.example.org/slack/events"
    settings = told["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"].pop("request_url") == where
    assert settings["interactivity"].pop("request_url") == where
    assert settings["interactivity"].pop("message_menu_options_url") == where
    assert {command.pop("url") for command in told["features"]["slash_commands"]} == {where}
    settings["socket_mode_enabled"] = True
    assert told == MANIFEST


@pytest.mark.parametrize("url", ["http://slack.example.org", "slack.example.org", "https://", "https://x/other", ""])
def test_an_address_that_slack_does_not_send_to_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="https://HOST"):
        over_http(MANIFEST, url)


@pytest.mark.parametrize("url", ["https://countersign.example", "https://countersign.example/oauth/callback"])
def test_an_app_that_people_install_names_where_slack_sends_them_back(url: str) -> None:
    told = over_oauth(MANIFEST, url, whole=False)
    assert told["oauth_config"]["redirect_urls"] == ["https://countersign.example/oauth/callback"]
    assert told["settings"]["org_deploy_enabled"] is False
    assert told["settings"]["token_rotation_enabled"] is False
    assert "redirect_urls" not in MANIFEST["oauth_config"]
    assert (
        over_oauth(over_http(MANIFEST, "https://x.example"), url, whole=True)["settings"]["org_deploy_enabled"] is True
    )


@pytest.mark.parametrize("url", ["http://countersign.example", "countersign.example", "https://x.example/other", ""])
def test_an_address_to_which_slack_sends_nobody_back_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="https only"):
        over_oauth(MANIFEST, url, whole=False)
