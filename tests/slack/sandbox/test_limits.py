"""The table of Slack's limits, row by row: exactly at the limit is taken, one over is refused."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from pydantic import JsonValue
from slack_sdk import WebClient

from bot.sandbox.json import length, size
from handlers.slack import limits
from tests.slack.sandbox.building import (
    Object,
    actions,
    button,
    card,
    carousel,
    cell,
    container,
    context_actions,
    data_table,
    divider,
    feedback,
    field,
    icon_button,
    line,
    modal,
    mrkdwn,
    option,
    options,
    pie,
    plain,
    plan,
    section,
    select,
    table,
    task,
    text_field,
)
from tests.slack.sandbox.conftest import SUPPORT, error_of


class Row(NamedTuple):
    """A limit, and the message's block or blocks that reach it."""

    limit: int
    make: Callable[[int], Object | list[Object]]
    code: str = "invalid_blocks"


class ViewRow(NamedTuple):
    """A limit, and the view that reaches it."""

    limit: int
    make: Callable[[int], Object]
    code: str = "invalid_arguments"


def _confirm(**more: JsonValue) -> Object:
    return actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}))


def _image(**more: JsonValue) -> Object:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def _question(**more: JsonValue) -> Object:
    return {**field({"type": "plain_text_input"}), **more}


def _choice(kind: str, count: int) -> Object:
    return actions({"type": kind, "action_id": "pick", "options": options(count)})


def _blocks_of(characters: int) -> list[Object]:
    """Blocks whose JSON has so many characters."""
    blocks = [section("x" * 2_900) for _ in range(4)]
    while (missing := characters - length([*blocks])) > 500:
        blocks.append(section("x" * min(2_900, missing - 100)))
    blocks[0] = section("x" * (2_900 + missing)) if missing <= 100 else blocks[0]
    if missing > 100:
        blocks.append({"type": "divider", "block_id": "x" * (missing - len(',{"type":"divider","block_id":""}'))})
    assert length([*blocks]) == characters
    return blocks


MESSAGES: dict[str, Row] = {
    "blocks": Row(limits.MESSAGE_BLOCKS, lambda n: [divider()] * n),
    "all blocks together": Row(limits.MESSAGE_BLOCKS_JSON, _blocks_of, "msg_blocks_too_long"),
    "section text": Row(limits.SECTION_TEXT, lambda n: section("x" * n)),
    "section fields": Row(limits.SECTION_FIELDS, lambda n: {"type": "section", "fields": [mrkdwn()] * n}),
    "section field": Row(limits.SECTION_FIELD, lambda n: {"type": "section", "fields": [mrkdwn("x" * n)]}),
    "header": Row(limits.HEADER_TEXT, lambda n: {"type": "header", "text": plain("x" * n)}),
    "context": Row(limits.CONTEXT_ELEMENTS, lambda n: {"type": "context", "elements": [mrkdwn()] * n}),
    "actions": Row(limits.ACTIONS_ELEMENTS, lambda n: actions(*[button(str(number)) for number in range(n)])),
    "button text": Row(limits.BUTTON_TEXT, lambda n: actions(button(text=plain("x" * n)))),
    "button value": Row(limits.BUTTON_VALUE, lambda n: actions(button(value="x" * n))),
    "button url": Row(limits.BUTTON_URL, lambda n: actions(button(url="https://a.b/".ljust(n, "x")))),
    "accessibility_label": Row(limits.ACCESSIBILITY_LABEL, lambda n: actions(button(accessibility_label="x" * n))),
    "confirm title": Row(limits.CONFIRM_TITLE, lambda n: _confirm(title=plain("x" * n))),
    "confirm text": Row(limits.CONFIRM_TEXT, lambda n: _confirm(text=mrkdwn("x" * n))),
    "confirm button": Row(limits.CONFIRM_BUTTON, lambda n: _confirm(confirm=plain("x" * n))),
    "deny button": Row(limits.CONFIRM_BUTTON, lambda n: _confirm(deny=plain("x" * n))),
    "action_id": Row(limits.ID, lambda n: actions(button("x" * n))),
    "block_id": Row(limits.ID, lambda n: {"type": "divider", "block_id": "x" * n}),
    "options": Row(limits.OPTIONS, lambda n: actions(select(options=options(n)))),
    "option groups": Row(
        limits.OPTION_GROUPS,
        lambda n: actions(select(option_groups=[{"label": plain("l"), "options": [option()]}] * n)),
    ),
    "option group label": Row(
        limits.OPTION_GROUP_LABEL,
        lambda n: actions(select(option_groups=[{"label": plain("l" * n), "options": [option()]}])),
    ),
    "overflow": Row(limits.OVERFLOW_OPTIONS, lambda n: _choice("overflow", n)),
    "radio buttons": Row(limits.RADIO_OPTIONS, lambda n: _choice("radio_buttons", n)),
    "checkboxes": Row(limits.CHECKBOXES, lambda n: _choice("checkboxes", n)),
    "option text": Row(limits.OPTION_TEXT, lambda n: actions(select(options=[option(text=plain("x" * n))]))),
    "option value": Row(limits.OPTION_VALUE, lambda n: actions(select(options=[option("x" * n)]))),
    "option description": Row(
        limits.OPTION_DESCRIPTION, lambda n: actions(select(options=[option(description=plain("x" * n))]))
    ),
    "placeholder": Row(limits.PLACEHOLDER, lambda n: actions(select(placeholder=plain("x" * n)))),
    "image url": Row(limits.IMAGE_URL, lambda n: _image(image_url="https://a.b/".ljust(n, "x"))),
    "image alt text": Row(limits.IMAGE_ALT_TEXT, lambda n: _image(alt_text="x" * n)),
    "image title": Row(limits.IMAGE_TITLE, lambda n: _image(title=plain("x" * n))),
    "markdown": Row(limits.MARKDOWN_TEXT, lambda n: {"type": "markdown", "text": "x" * n}),
    "markdown in all": Row(
        limits.MARKDOWN_TEXT,
        lambda n: [{"type": "markdown", "text": "x" * 100}, {"type": "markdown", "text": "x" * (n - 100)}],
    ),
    "tables": Row(limits.MESSAGE_TABLES, lambda n: [table()] * n, "invalid_attachments"),
    "table rows": Row(limits.TABLE_ROWS, lambda n: table(rows=n)),
    "table columns": Row(limits.TABLE_COLUMNS, lambda n: table(columns=n)),
    "table characters": Row(limits.TABLE_TEXT, lambda n: table(characters=n)),
    "data_table rows": Row(limits.DATA_TABLE_ROWS, lambda n: data_table(rows=n)),
    "data_table columns": Row(limits.DATA_TABLE_COLUMNS, lambda n: data_table(columns=n)),
    "data_table characters": Row(limits.DATA_TABLE_TEXT, lambda n: data_table(characters=n - 1)),
    "data_table page": Row(limits.DATA_TABLE_PAGE, lambda n: data_table(page_size=n)),
    "charts": Row(limits.MESSAGE_CHARTS, lambda n: [pie()] * n),
    "chart title": Row(limits.CHART_TITLE, lambda n: pie(title="x" * n)),
    "chart series": Row(limits.CHART_SERIES, lambda n: line(series=n)),
    "chart segments": Row(limits.CHART_SERIES, lambda n: pie(segments=n)),
    "chart points": Row(limits.CHART_POINTS, lambda n: line(points=n)),
    "chart segment label": Row(limits.CHART_LABEL, lambda n: pie(label="x" * n)),
    "chart series name": Row(limits.CHART_LABEL, lambda n: line(name="x" * n)),
    "container children": Row(limits.CONTAINER_CHILDREN, lambda n: container(*[divider()] * n)),
    "data_tables together": Row(
        limits.DATA_TABLE_TEXT, lambda n: [data_table(characters=10_000), data_table(characters=n - 10_002)]
    ),
    "card title": Row(limits.CARD_TITLE, lambda n: card(title=plain("x" * n))),
    "card subtitle": Row(limits.CARD_TITLE, lambda n: card(subtitle=plain("x" * n))),
    "card body": Row(limits.CARD_BODY, lambda n: card(body=mrkdwn("x" * n))),
    "card buttons": Row(limits.CARD_BUTTONS, lambda n: card(actions=[button(str(one)) for one in range(n)])),
    "cards of a carousel": Row(limits.CAROUSEL_CARDS, lambda n: carousel(*[card()] * n)),
    "tasks of a plan": Row(limits.PLAN_TASKS, lambda n: plan(*[task(str(one)) for one in range(n)])),
    "context actions": Row(
        limits.CONTEXT_ACTIONS_ELEMENTS, lambda n: context_actions(*[feedback(str(one)) for one in range(n)])
    ),
    "who sees an icon": Row(
        limits.ICON_BUTTON_VIEWERS, lambda n: context_actions(icon_button(visible_to_user_ids=["U0ANA"] * n))
    ),
    "container title": Row(limits.CONTAINER_TITLE, lambda n: container(section(), title=plain("x" * n))),
    "container subtitle": Row(limits.CONTAINER_TITLE, lambda n: container(section(), subtitle=plain("x" * n))),
    "input label": Row(limits.INPUT_LABEL, lambda n: _question(label=plain("x" * n))),
}


def _view_of(size_in_bytes: int) -> Object:
    view = modal(*[section("x" * 2_430) for _ in range(limits.VIEW_BLOCKS)], private_metadata="x")
    return {**view, "private_metadata": "x" * (1 + size_in_bytes - size(view))}


VIEWS: dict[str, ViewRow] = {
    "blocks": ViewRow(limits.VIEW_BLOCKS, lambda n: modal(*[divider()] * n)),
    "title": ViewRow(limits.VIEW_TITLE, lambda n: modal(title=plain("x" * n))),
    "submit": ViewRow(limits.VIEW_TITLE, lambda n: modal(submit=plain("x" * n))),
    "close": ViewRow(limits.VIEW_TITLE, lambda n: modal(close=plain("x" * n))),
    "private_metadata": ViewRow(limits.PRIVATE_METADATA, lambda n: modal(private_metadata="x" * n)),
    "callback_id": ViewRow(limits.ID, lambda n: modal(callback_id="x" * n)),
    "external_id": ViewRow(limits.ID, lambda n: modal(external_id="x" * n)),
    "the whole view": ViewRow(limits.VIEW_JSON, _view_of, "view_too_large"),
    "alert": ViewRow(limits.ALERT_TEXT, lambda n: modal({"type": "alert", "text": plain("x" * n)})),
    "input label": ViewRow(limits.INPUT_LABEL, lambda n: modal(_question(label=plain("x" * n)))),
    "input hint": ViewRow(limits.INPUT_HINT, lambda n: modal(_question(hint=plain("x" * n)))),
    "input placeholder": ViewRow(limits.PLACEHOLDER, lambda n: modal(text_field(placeholder=plain("x" * n)))),
    "initial text": ViewRow(limits.TEXT_INPUT, lambda n: modal(text_field(initial_value="x" * n))),
    "max_length": ViewRow(limits.TEXT_INPUT, lambda n: modal(text_field(max_length=n))),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_taken_at_the_limit_and_refused_one_over(name: str, slack: WebClient) -> None:
    """Limits of a message, and Slack's code beyond them."""

    def post(count: int) -> None:
        made = row.make(count)
        slack.chat_postMessage(channel=SUPPORT, text="text", blocks=made if isinstance(made, list) else [made])

    row = MESSAGES[name]
    post(row.limit)
    assert error_of(lambda: post(row.limit + 1)) == row.code


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_taken_at_the_limit_and_refused_one_over(
    name: str, slack: WebClient, trigger: Callable[[], str]
) -> None:
    """Limits of a modal, and Slack's code beyond them. A refused view leaves the trigger as it was."""
    row = VIEWS[name]
    given = trigger()
    assert error_of(lambda: slack.views_open(trigger_id=given, view=row.make(row.limit + 1))) == row.code
    slack.views_open(trigger_id=given, view=row.make(row.limit))


def test_text_is_taken_up_to_40_000_characters(slack: WebClient) -> None:
    """A longer text is msg_too_long; so is one that an update brings."""
    ts = slack.chat_postMessage(channel=SUPPORT, text="x" * limits.MESSAGE_TEXT)["ts"]
    longer = "x" * (limits.MESSAGE_TEXT + 1)
    assert error_of(lambda: slack.chat_postMessage(channel=SUPPORT, text=longer)) == "msg_too_long"
    assert error_of(lambda: slack.chat_update(channel=SUPPORT, ts=ts, text=longer)) == "msg_too_long"


def test_metadata_is_taken_up_to_its_limit(slack: WebClient) -> None:
    """Longer metadata is metadata_too_large."""

    def post(count: int) -> None:
        metadata: Object = {"event_type": "case", "event_payload": {"key": ""}}
        payload: Object = {"key": "x" * (count - length(metadata))}
        slack.chat_postMessage(channel=SUPPORT, text="text", metadata={**metadata, "event_payload": payload})

    post(limits.METADATA_JSON)
    assert error_of(lambda: post(limits.METADATA_JSON + 1)) == "metadata_too_large"


def test_a_data_table_has_a_header_one_row_at_least_and_a_caption(slack: WebClient) -> None:
    """One row alone, rows of different lengths, a rich header or no caption: invalid_blocks."""
    uneven: list[JsonValue] = [[cell()], [cell(), cell()]]
    rich: Object = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}
    no_caption = data_table()
    del no_caption["caption"]
    for wrong in (
        data_table(rows=limits.DATA_TABLE_LEAST_ROWS - 1),
        data_table() | {"rows": uneven},
        data_table() | {"rows": [[rich], [cell()]]},
        no_caption,
    ):
        refused = partial(slack.chat_postMessage, channel=SUPPORT, text="t", blocks=[wrong])
        assert error_of(refused) == "invalid_blocks"
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[data_table() | {"rows": [[cell()], [rich]]}])


def test_tables_may_be_as_large_as_their_own_limits(slack: WebClient) -> None:
    """A table of 100 x 20 cells has a JSON far beyond what all other blocks may have together."""
    largest = table(rows=limits.TABLE_ROWS, columns=limits.TABLE_COLUMNS)
    assert length(largest) > limits.MESSAGE_BLOCKS_JSON
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[largest])
