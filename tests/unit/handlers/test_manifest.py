"""manifest.json asks Slack for what the program uses, no less and no more."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from handlers.slack import listeners
from handlers.slack.context import SlackContext
from handlers.slack.ids import Command

ROOT = Path(__file__).parents[3]
MANIFEST: Mapping[str, Any] = json.loads((ROOT / "manifest.json").read_text())

SCOPES = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_delete": "chat:write",
    "chat_postEphemeral": "chat:write",
    "usergroups_users_list": "usergroups:read",
    "conversations_history": None,  # an operator's choice: it does without
    "conversations_info": None,  # the same, for doctor
    "auth_test": None,
    "views_open": None,
    "views_push": None,
    "views_update": None,
}
"""Method of the SDK's client -> the scope that it needs, if it needs one."""
EVENTS = {
    "app_uninstalled": None,
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
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed | {"commands"}


def test_it_names_every_command_and_has_a_case_s_key_come_as_it_was_typed() -> None:
    """Escaped, `@ana` in a key would come as a mention."""
    commands = MANIFEST["features"]["slash_commands"]
    assert {command["command"] for command in commands} == set(Command)
    assert not any(command["should_escape"] for command in commands)


def test_it_subscribes_to_the_events_that_are_listened_to() -> None:
    heard: list[str] = []

    class Listening(App):
        def event(self, event: Any, *rest: Any, **more: Any) -> Any:
            heard.append(event)
            return super().event(event, *rest, **more)

    nobody = AuthorizeResult(enterprise_id=None, team_id=None)
    listeners.register(
        Listening(authorize=lambda **_: nobody, signing_secret="not used"), SlackContext.__new__(SlackContext)
    )
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(heard)


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
