"""blocks.validate: the same checks, and nothing is shown."""

from functools import partial

import pytest
from slack_sdk import WebClient

from tests.slack.sandbox.building import Object, container, home, modal, mrkdwn, section, text_field
from tests.slack.sandbox.conftest import SUPPORT, error_of, refusal_of

WRONG: Object = {"type": "section", "text": {**mrkdwn(), "type": "invalid"}}


def test_a_fault_is_named_with_a_pointer_into_what_was_given(slack: WebClient) -> None:
    """In Slack's words, in its example: code, message and pointer."""
    for given, pointer in (
        ({"blocks": [WRONG]}, "/0/text/type"),
        ({"message": {"text": "t", "blocks": [section(), WRONG]}}, "/blocks/1/text/type"),
        ({"view": modal(WRONG)}, "/blocks/0/text/type"),
        ({"view": home(WRONG)}, "/blocks/0/text/type"),
        ({"blocks": [container(WRONG)]}, "/0/child_blocks/0/text/type"),
    ):
        answer = refusal_of(partial(slack.api_call, "blocks.validate", json=given))
        fault = {"code": "failed_constraint", "message": "unsupported type: invalid", "pointer": pointer}
        assert (answer["error"], answer["errors"]) == ("invalid_blocks", [fault])


def test_what_is_right_is_said_to_be_and_not_shown(slack: WebClient) -> None:
    """No scope is needed, and each surface has its own rules."""
    right: list[Object] = [{"blocks": [section()]}, {"message": {"blocks": []}}]
    right += [{"view": modal(text_field())}, {"view": home()}]
    for one in right:
        assert slack.api_call("blocks.validate", json=one)["ok"] is True
    assert slack.conversations_history(channel=SUPPORT)["messages"] == []


@pytest.mark.parametrize("given", [{}, {"blocks": [], "view": modal()}])
def test_exactly_one_of_three_is_given(given: Object, slack: WebClient) -> None:
    assert error_of(lambda: slack.api_call("blocks.validate", json=given)) == "invalid_arguments"
