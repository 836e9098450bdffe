"""Faults of blocks that Slack refuses, besides their length."""

from collections.abc import Callable

import pytest
from pydantic import JsonValue
from slack_sdk import WebClient

from tests.slack.sandbox.building import (
    Object,
    actions,
    button,
    card,
    carousel,
    container,
    context_actions,
    data_table,
    divider,
    feedback,
    field,
    grid,
    home,
    icon_button,
    line,
    modal,
    mrkdwn,
    option,
    overflow,
    pie,
    plain,
    plan,
    rich_text,
    section,
    select,
    table,
    task,
    text_field,
)
from tests.slack.sandbox.conftest import SUPPORT, error_of, messages_of

_PICKER: Object = {"type": "datepicker", "action_id": "day"}
_NUMBER: Object = {"type": "number_input", "is_decimal_allowed": False}
_CHECKBOXES: Object = {"type": "checkboxes", "action_id": "tick", "options": [option()]}


def cell_of(element: Object) -> Object:
    return {"type": "action", "element": element}


def _without(value: Object, name: str) -> Object:
    return {key: inner for key, inner in value.items() if key != name}


REFUSED: dict[str, list[Object]] = {
    "an unknown block": [{"type": "carousel_of_the_future"}],
    "a block without a type": [{"text": mrkdwn()}],
    "an unknown field": [section(colour="red")],
    "an unknown field in a text": [section(text="") | {"text": {**mrkdwn(), "style": "bold"}}],
    "an unknown element": [actions({"type": "slider", "action_id": "a"})],
    "a file_input": [field({"type": "file_input"})],
    "a written input in actions": [actions({"type": "plain_text_input", "action_id": "a"})],
    "a multi-select in actions": [actions({**select(), "type": "multi_static_select"})],
    "an image in actions": [actions({"type": "image", "image_url": "https://a.b/c", "alt_text": "a"})],
    "a button in an input": [field(button())],
    "a button in context": [{"type": "context", "elements": [button()]}],
    "an alert in a message": [{"type": "alert", "text": plain()}],
    "a section with nothing in it": [{"type": "section"}],
    "a header in mrkdwn": [{"type": "header", "text": mrkdwn()}],
    "a header without text": [{"type": "header"}],
    "a button in mrkdwn": [actions(button(text=mrkdwn()))],
    "a bare string as text": [{"type": "section", "text": "text"}],
    "an empty text": [section("")],
    "an empty button": [actions(button(text=plain("")))],
    "no elements": [actions()],
    "elements that are no list": [{"type": "actions", "elements": button()}],
    "an empty button value": [actions(button(value=""))],
    "a button value that is no text": [actions(button(value=1))],
    "an unknown button style": [actions(button(style="warning"))],
    "a confirm without its buttons": [actions(button(confirm={"title": plain(), "text": plain()}))],
    "the same action_id twice": [actions(button("a"), button("a"))],
    "the same block_id twice": [divider(block_id="a"), divider(block_id="a")],
    "the same block_id in a container": [divider(block_id="a"), container(divider(block_id="a"))],
    "a select with nothing to select": [actions(_without(select(), "options"))],
    "a select with no options": [actions(select(options=[]))],
    "options and groups": [actions(select() | {"option_groups": [{"label": plain(), "options": [option()]}]})],
    "an option without a value": [actions(select(options=[{"text": plain()}]))],
    "an initial option that is not offered": [actions(select(initial_option=option("other")))],
    "an initial option in other words": [actions(select(initial_option=option("0", text=plain("other"))))],
    "initial checkboxes that are not offered": [actions({**_CHECKBOXES, "initial_options": [option("other")]})],
    "a date that is none": [actions({**_PICKER, "initial_date": "2026-02-30"})],
    "a date in other words": [actions({**_PICKER, "initial_date": "20260228"})],
    "a time that is none": [actions({"type": "timepicker", "action_id": "t", "initial_time": "25:00"})],
    "a moment that is none": [actions({"type": "datetimepicker", "action_id": "t", "initial_date_time": "now"})],
    "a number that is none": [field({**_NUMBER, "initial_value": "ten"})],
    "a number that is not whole": [field({**_NUMBER, "initial_value": "1.5"})],
    "a number as a number": [field({**_NUMBER, "initial_value": 1})],
    "a number out of bounds": [field({**_NUMBER, "initial_value": "9", "max_value": "8"})],
    "bounds the wrong way round": [field({**_NUMBER, "min_value": "9", "max_value": "8"})],
    "lengths the wrong way round": [text_field(min_length=3, max_length=2)],
    "an initial text over max_length": [text_field(max_length=2, initial_value="abc")],
    "an input without a label": [_without(text_field(), "label")],
    "an input without an element": [_without(text_field(), "element")],
    "an image without alt_text": [{"type": "image", "image_url": "https://a.b/c"}],
    "an image from nowhere": [{"type": "image", "image_url": "javascript:alert(1)", "alt_text": "a"}],
    "a container in a container": [container(container(divider()))],
    "a container without a title": [_without(container(divider()), "title")],
    "an empty container": [container()],
    "a container that is closed but does not close": [container(divider(), default_collapsed=True)],
    "a table without rows": [{"type": "table", "rows": []}],
    "a table of strings": [{"type": "table", "rows": [["a"]]}],
    "a page of no rows": [data_table(page_size=0)],
    "a slice of nothing": [pie() | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]}}],
    "an unknown chart": [pie() | {"chart": {"type": "radar", "segments": []}}],
    "a series twice": [line(series=2, name="same")],
    "a chart without an axis": [line() | {"chart": {"type": "line", "series": []}}],
    "rich text without a section": [{"type": "rich_text", "elements": [{"type": "text", "text": "a"}]}],
    "rich text of an unknown kind": [rich_text({"type": "shout", "text": "a"})],
    "rich text with an unknown field": [rich_text({"type": "text", "text": "a", "size": 3})],
    "rich text with an unknown style": [rich_text({"type": "text", "text": "a", "style": {"blink": True}})],
    "an empty rich text": [rich_text({"type": "text", "text": ""})],
    "a list of texts": [rich_text({"type": "text", "text": "a"}, kind="rich_text_list", style="bullet")],
    "a list without a style": [rich_text({"type": "rich_text_section", "elements": []}, kind="rich_text_list")],
    "a person in preformatted text": [rich_text({"type": "user", "user_id": "U0ANA"}, kind="rich_text_preformatted")],
    "a colour that is none": [rich_text({"type": "color", "value": "red"})],
    "an empty card": [{"type": "card"}],
    "a card with two icons": [
        card(
            icon={"type": "image", "image_url": "https://a.b/c", "alt_text": "a"},
            slack_icon={"type": "icon", "name": "bot"},
        )
    ],
    "a menu in a card": [card(actions=[overflow()])],
    "a carousel of sections": [carousel(section())],
    "an empty carousel": [carousel()],
    "a task by itself that has not begun": [{"type": "task_card", **task(status="pending")}],
    "a task in an unknown state": [plan(task(status="done"))],
    "the same task twice": [plan(task(), task())],
    "a button in context actions": [context_actions(button())],
    "feedback of one button": [context_actions(_without(feedback(), "negative_button"))],
    "an unknown icon": [context_actions(icon_button(icon="star"))],
    "a menu in a cell": [grid(overflow())],
    "a button among the headers": [data_table() | {"rows": [[cell_of(button())], [cell_of(button("b"))]]}],
    "the same action_id in two cells": [grid(button("a"), button("a"))],
    "a card in a container": [container(card())],
    "a broadcast to nobody known": [rich_text({"type": "broadcast", "range": "all"})],
}

ACCESSORIES: list[Object] = [
    button(),
    overflow(),
    select(),
    _PICKER,
    {"type": "timepicker", "action_id": "t"},
    _CHECKBOXES,
    {"type": "radio_buttons", "action_id": "r", "options": [option()]},
    {"type": "users_select", "action_id": "u"},
    {"type": "channels_select", "action_id": "c"},
    {"type": "conversations_select", "action_id": "d", "filter": {"include": ["im"]}},
    {"type": "multi_static_select", "action_id": "m", "options": [option()]},
    {"type": "multi_users_select", "action_id": "n"},
    {"type": "image", "image_url": "https://a.b/c", "alt_text": "a"},
]
TAKEN: dict[str, list[Object]] = {
    "an input in a message": [text_field()],
    "every element of actions": [
        actions(
            button(style="primary"),
            select(initial_option=option("0")),
            {**_PICKER, "initial_date": "2026-02-28"},
            {"type": "timepicker", "action_id": "t", "initial_time": "23:59"},
            {"type": "overflow", "action_id": "more", "options": [option(url="https://a.b/")]},
            {**_CHECKBOXES, "initial_options": [option()]},
            {"type": "users_select", "action_id": "who", "initial_user": "U0ANA"},
        )
    ],
    "every accessory of a section": [section(accessory=element) for element in ACCESSORIES],
    "a card with all that it may have": [
        card(
            slack_icon={"type": "icon", "name": "bot"},
            hero_image={"type": "image", "image_url": "https://a.b/c", "alt_text": "a"},
            subtitle=mrkdwn(),
            body=mrkdwn(),
            subtext=plain(),
            actions=[button("a"), button("b", style="danger")],
        )
    ],
    "a plan, and a task by itself": [
        plan(task("1", "pending"), task("2", "in_progress", type="task_card"), task("3", "error")),
        {
            "type": "task_card",
            **task(
                details=rich_text(), output=rich_text(), sources=[{"type": "url", "url": "https://a.b/", "text": "a"}]
            ),
        },
    ],
    "feedback and icons": [context_actions(feedback(), icon_button(visible_to_user_ids=["U0ANA"]))],
    "a button in each row": [grid(button("a"), button("b"))],
    "grouped options": [
        actions(
            select(option_groups=[{"label": plain(), "options": [option()]}], initial_option=option()),
        )
    ],
    "rich text of every kind": [
        rich_text(
            {"type": "text", "text": "a", "style": {"bold": True}},
            {"type": "link", "url": "https://a.b/", "text": "a"},
            {"type": "emoji", "name": "white_check_mark"},
            {"type": "date", "timestamp": 1_800_000_000, "format": "{date}", "fallback": "then"},
            {"type": "color", "value": "#00ff00"},
            {"type": "channel", "channel_id": "C0SUPPORT"},
        ),
        rich_text({"type": "text", "text": "a"}, kind="rich_text_quote"),
        rich_text({"type": "text", "text": "a"}, kind="rich_text_preformatted"),
        rich_text(
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]},
            kind="rich_text_list",
            style="ordered",
            indent=1,
        ),
    ],
    "the same action_id in two blocks": [actions(button("a")), actions(button("a"))],
    "verbatim text": [section() | {"text": {**mrkdwn(), "verbatim": True}}],
    "a header with a level": [{"type": "header", "text": plain(), "level": 2}],
}


@pytest.mark.parametrize("name", REFUSED)
def test_slack_refuses(name: str, slack: WebClient) -> None:
    """Slack answers invalid_blocks, and nothing is posted."""
    refused = REFUSED[name]
    assert error_of(lambda: slack.chat_postMessage(channel=SUPPORT, text="t", blocks=refused)) == "invalid_blocks"
    assert slack.conversations_history(channel=SUPPORT)["messages"] == []


@pytest.mark.parametrize("name", TAKEN)
def test_slack_takes(name: str, slack: WebClient) -> None:
    """The message is posted."""
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=TAKEN[name])


@pytest.mark.parametrize(
    "block",
    [
        {"type": "markdown", "text": "a"},
        table(),
        pie(),
        container(table()),
        plan(task()),
        context_actions(feedback()),
    ],
    ids=["markdown", "table", "data_visualization", "a table in a container", "plan", "context_actions"],
)
def test_some_blocks_stand_in_messages_only(block: Object, slack: WebClient, trigger: Callable[[], str]) -> None:
    """A message takes it, a modal and a Home tab do not."""
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[block])
    assert error_of(lambda: slack.views_open(trigger_id=trigger(), view=modal(block))) == "invalid_arguments"
    assert error_of(lambda: slack.views_publish(user_id="U0ANA", view=home(block))) == "invalid_arguments"


@pytest.mark.parametrize("block", [grid(button()), carousel(card())], ids=["data_table", "carousel"])
def test_some_blocks_stand_in_messages_and_home_tabs(
    block: Object, slack: WebClient, trigger: Callable[[], str]
) -> None:
    """A modal takes neither."""
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[block])
    slack.views_publish(user_id="U0ANA", view=home(block))
    assert error_of(lambda: slack.views_open(trigger_id=trigger(), view=modal(block))) == "invalid_arguments"


def test_a_card_stands_everywhere_and_an_alert_in_modals_only(slack: WebClient, trigger: Callable[[], str]) -> None:
    alert: Object = {"type": "alert", "text": plain()}
    slack.views_publish(user_id="U0ANA", view=home(card()))
    slack.views_open(trigger_id=trigger(), view=modal(card(), alert))
    assert error_of(lambda: slack.views_publish(user_id="U0ANA", view=home(alert))) == "invalid_arguments"


VIEWS_REFUSED: dict[str, Object] = {
    "inputs but no submit": _without(modal(text_field()), "submit"),
    "no title": _without(modal(), "title"),
    "no blocks": _without(modal(), "blocks"),
    "a Home tab": modal() | {"type": "home"},
    "no type": _without(modal(), "type"),
    "an unknown field": modal(size="large"),
    "a title in mrkdwn": modal(title=mrkdwn()),
    "a flag that is text": modal(notify_on_close="yes"),
    "an unknown block": modal({"type": "shelf"}),
    "the same block_id twice": modal(text_field("a"), text_field("a")),
}


@pytest.mark.parametrize("name", VIEWS_REFUSED)
def test_slack_refuses_a_view(name: str, slack: WebClient, trigger: Callable[[], str]) -> None:
    """Slack answers invalid_arguments."""
    assert error_of(lambda: slack.views_open(trigger_id=trigger(), view=VIEWS_REFUSED[name])) == "invalid_arguments"


def test_the_answer_says_where_it_is_wrong(slack: WebClient, trigger: Callable[[], str]) -> None:
    """The messages point into the blocks, or into the view."""
    wrong: list[Object] = [divider(), section("x" * 3_001)]
    said = messages_of(lambda: slack.chat_postMessage(channel=SUPPORT, text="t", blocks=wrong))
    assert said == ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]
    said = messages_of(lambda: slack.views_open(trigger_id=trigger(), view=modal({"type": "header"})))
    assert said == ["[ERROR] missing required field: text [json-pointer:/view/blocks/0]"]


@pytest.mark.parametrize("blocks", ["{", '{"type": "divider"}', '"divider"'], ids=["garbage", "object", "string"])
def test_blocks_are_a_list(blocks: JsonValue, slack: WebClient) -> None:
    """Anything else is invalid_blocks_format."""
    refused = {"channel": SUPPORT, "text": "t", "blocks": blocks}
    assert error_of(lambda: slack.api_call("chat.postMessage", params=refused)) == "invalid_blocks_format"


def test_slack_names_what_has_no_name(slack: WebClient) -> None:
    """Blocks and elements that were sent without ids come back with them."""
    nameless = _without(button(), "action_id")
    posted = slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[actions(nameless)])
    block = posted["message"]["blocks"][0]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]
