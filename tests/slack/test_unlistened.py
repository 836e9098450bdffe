"""An event without a listener is acknowledged, so that Slack does not send it again; nothing of it is kept. D10"""

import pytest
from pydantic import JsonValue
from structlog.testing import capture_logs

from store import schema
from tests.slack.stage import ANA, SUPPORT, Stage, words

pytestmark = pytest.mark.slow

SECRET = "the text of a message"
ACTED: dict[str, JsonValue] = {
    "team": {"id": "T0SANDBOX"},
    "user": {"id": ANA, "team_id": "T0SANDBOX"},
    "trigger_id": "1.2.3",
    "token": "x",
}


def happened(kind: str, **more: JsonValue) -> dict[str, JsonValue]:
    """An event."""
    event: dict[str, JsonValue] = {"type": kind, "text": SECRET, "user": ANA, "channel": SUPPORT, **more}
    return {"type": "event_callback", "event_id": f"Ev{kind}", "team_id": "T0SANDBOX", "event": event}


PAYLOADS: dict[str, dict[str, JsonValue]] = {
    "an event": happened("reaction_added"),
    "a message": happened("message", channel_type="channel", ts="1.1"),
    "a message that was changed": happened("message", subtype="message_changed", channel_type="im"),
    "a mention": happened("app_mention", ts="1.1"),
    "an event of a kind to come": happened("something_new"),
    "an event without an id": {**happened("message"), "event_id": ""},
    "no event": {"type": "event_callback", "team_id": "T0SANDBOX"},
    "a shortcut": {**ACTED, "type": "shortcut", "callback_id": SECRET},
    "a shortcut on a message": {**ACTED, "type": "message_action", "callback_id": SECRET, "message": {"text": SECRET}},
    "a closed modal": {**ACTED, "type": "view_closed", "view": {"id": "V1", "callback_id": SECRET}},
    "a kind to come": {**ACTED, "type": "something_new", "text": SECRET},
}


@pytest.mark.parametrize("what", PAYLOADS)
def test_it_is_acknowledged_and_neither_kept_nor_logged(stage: Stage, what: str) -> None:
    with capture_logs() as logs:
        sent = stage.running.administrator.send_payload(PAYLOADS[what])
    assert sent.acknowledged
    assert SECRET not in str(logs)
    assert stage.world.rows(schema.InboxRow) == []


def test_options_that_nobody_has_are_none(stage: Stage) -> None:
    asked = {**ACTED, "type": "block_suggestion", "action_id": "old", "block_id": "old", "value": SECRET}
    assert stage.running.administrator.send_payload(asked).answer == {"options": []}


def test_a_form_of_another_version_is_not_closed_without_a_word(stage: Stage) -> None:
    view: dict[str, JsonValue] = {
        "id": "V1",
        "type": "modal",
        "callback_id": "old",
        "state": {"values": {}},
        "private_metadata": "",
    }
    answer = stage.running.administrator.send_payload({**ACTED, "type": "view_submission", "view": view}).answer
    assert isinstance(answer, dict)
    assert answer["response_action"] == "update"
    assert "another version of Countersign; nothing was recorded" in words(answer["view"])


def test_a_command_that_is_no_more_is_answered_with_what_can_be_said(stage: Stage) -> None:
    assert stage.person(ANA).command(SUPPORT, "/old", "x").outcome == "answered"
    assert "/countersign queue" in stage.told(ANA)


def test_an_event_of_another_workspace_is_no_news_of_ours(stage: Stage) -> None:
    """It is acknowledged, and not audited as if our own token had been revoked."""
    elsewhere = {**happened("tokens_revoked"), "team_id": "T0ELSE"}
    assert stage.running.administrator.send_payload(elsewhere).acknowledged
    audited = [row.action for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert "heard.tokens_revoked" not in audited
