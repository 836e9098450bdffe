"""A4, A11: whatever stands in a button, in a form, and around them, nothing is decided and no answer is a 500."""

from itertools import cycle

import pytest
from pydantic import JsonValue
from structlog.testing import capture_logs

from handlers.slack.ids import Action, Callback
from store import schema
from tests.slack.over_http import FORM, Caller, payload_of
from tests.slack.stage import ANA, SUPPORT, Stage
from tests.slack.test_over_http import caller, unfiltered

__all__ = ["caller", "unfiltered"]

pytestmark = pytest.mark.slow

TAMPERED = (
    *("", ".", "7", "1.99", "-1.1", "9" * 30, "1.1.1.1.1.1.1.1", "{}", "[]", "\0", "x" * 1_900),
    "1.1'; drop table reviews",
)
ACTED: dict[str, JsonValue] = {
    "team": {"id": "T0SANDBOX"},
    "user": {"id": ANA, "team_id": "T0SANDBOX"},
    "trigger_id": "1.2.3",
}


def pressed(stage: Stage, action: str, value: str) -> dict[str, JsonValue]:
    """A press of a button, or a choice in a menu, in a message that has no such thing."""
    button: dict[str, JsonValue] = {"type": "button", "action_id": action, "value": value, "block_id": value or "x"}
    return {
        **ACTED,
        "type": "block_actions",
        "response_url": f"{stage.running.url}/reply/x",
        "channel": {"id": SUPPORT},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": SUPPORT},
        "message": {"ts": "1.1", "blocks": []},
        "actions": [{**button, "action_ts": "1.1", "text": {"type": "plain_text", "text": "x"}}],
    }


def submitted(callback: str, value: str) -> dict[str, JsonValue]:
    """A form that was sent, with what it carries and a field that are none of ours."""
    field: dict[str, JsonValue] = {"value": {"type": "plain_text_input", "value": "x"}}
    view: dict[str, JsonValue] = {
        **{"id": "V1", "type": "modal", "hash": "x", "blocks": []},
        **{"callback_id": callback, "private_metadata": value, "state": {"values": {value or "x": field}}},
    }
    return {**ACTED, "type": "view_submission", "view": view}


def test_a_tampered_button_or_form_is_answered_and_decides_nothing(stage: Stage, caller: Caller) -> None:
    """By somebody who may decide. Each button and form once with a value, all values in turn."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    values = cycle(TAMPERED)
    acts = {f"pressed {action}": pressed(stage, action, next(values)) for action in Action}
    acts |= {f"submitted {callback}": submitted(callback, next(values)) for callback in Callback}
    with capture_logs() as logs:
        statuses = {name: caller.send(payload_of(act), kind=FORM).status for name, act in acts.items()}
        assert stage.ears.listeners is not None
        stage.ears.listeners.wait()
    assert {name: status for name, status in statuses.items() if status != 200} == {}
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    assert stage.world.rows(schema.Decision) == []
