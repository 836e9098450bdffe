"""Blocks and views for the tests, as small as Slack takes them."""

from pydantic import JsonValue

Object = dict[str, JsonValue]


def plain(text: str = "text") -> Object:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "text") -> Object:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "text", **more: JsonValue) -> Object:
    return {"type": "section", "text": mrkdwn(text), **more}


def divider(**more: JsonValue) -> Object:
    return {"type": "divider", **more}


def button(action_id: str = "go", **more: JsonValue) -> Object:
    return {"type": "button", "action_id": action_id, "text": plain(), **more}


def actions(*elements: Object, **more: JsonValue) -> Object:
    return {"type": "actions", "elements": [*elements], **more}


def option(value: str = "one", **more: JsonValue) -> Object:
    return {"text": plain(), "value": value, **more}


def options(count: int) -> list[JsonValue]:
    return [option(str(number)) for number in range(count)]


def select(**more: JsonValue) -> Object:
    return {
        "type": "static_select",
        "action_id": "pick",
        **({} if "option_groups" in more else {"options": options(2)}),
        **more,
    }


def field(element: Object, block_id: str = "field", **more: JsonValue) -> Object:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(),
        "element": {"action_id": "value", **element},
        **more,
    }


def text_field(block_id: str = "field", **more: JsonValue) -> Object:
    return field({"type": "plain_text_input", **more}, block_id)


def modal(*blocks: Object, **more: JsonValue) -> Object:
    return {"type": "modal", "title": plain("title"), "submit": plain("send"), "blocks": [*blocks], **more}


def cell(text: str = "x") -> Object:
    return {"type": "raw_text", "text": text}


def table(rows: int = 1, columns: int = 1, characters: int | None = None) -> Object:
    """A table of so many cells; `characters` is the length of the text in its first one."""
    cells: list[list[JsonValue]] = [[cell() for _ in range(columns)] for _ in range(rows)]
    if characters is not None:
        cells[0][0] = cell("x" * characters)
    return {"type": "table", "rows": [[*row] for row in cells]}


def data_table(rows: int = 2, columns: int = 1, characters: int | None = None, **more: JsonValue) -> Object:
    return {**table(rows, columns, characters), "type": "data_table", "caption": "caption", **more}


def pie(segments: int = 1, label: str = "label", title: str = "title") -> Object:
    slices: list[JsonValue] = [{"label": label, "value": 1} for _ in range(segments)]
    return {"type": "data_visualization", "title": title, "chart": {"type": "pie", "segments": slices}}


def line(series: int = 1, points: int = 1, name: str = "") -> Object:
    labels: list[JsonValue] = [str(point) for point in range(points)]
    data: list[JsonValue] = [{"label": label, "value": 1} for label in labels]
    drawn: list[JsonValue] = [{"name": name or str(number), "data": data} for number in range(series)]
    chart: Object = {"type": "line", "series": drawn, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": "title", "chart": chart}


def container(*children: Object, **more: JsonValue) -> Object:
    return {"type": "container", "title": plain(), "child_blocks": [*children], **more}


def rich_text(*elements: Object, kind: str = "rich_text_section", **more: JsonValue) -> Object:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [*elements], **more}]}


def card(**more: JsonValue) -> Object:
    return {"type": "card", "title": plain(), **more}


def carousel(*cards: Object, **more: JsonValue) -> Object:
    return {"type": "carousel", "elements": [*cards], **more}


def task(task_id: str = "t", status: str = "complete", **more: JsonValue) -> Object:
    return {"task_id": task_id, "title": "title", "status": status, **more}


def plan(*tasks: Object, **more: JsonValue) -> Object:
    return {"type": "plan", "title": "title", "tasks": [*tasks], **more}


def feedback(action_id: str = "feedback") -> Object:
    good: Object = {"text": plain("Good"), "value": "good"}
    bad: Object = {"text": plain("Bad"), "value": "bad"}
    return {"type": "feedback_buttons", "action_id": action_id, "positive_button": good, "negative_button": bad}


def icon_button(action_id: str = "bin", **more: JsonValue) -> Object:
    return {"type": "icon_button", "action_id": action_id, "icon": "trash", "text": plain("Delete"), **more}


def context_actions(*elements: Object, **more: JsonValue) -> Object:
    return {"type": "context_actions", "elements": [*elements], **more}


def overflow(count: int = 2, action_id: str = "more") -> Object:
    return {"type": "overflow", "action_id": action_id, "options": options(count)}


def grid(*buttons: Object, **more: JsonValue) -> Object:
    """A data_table with a button in each row."""
    rows: list[JsonValue] = [[cell("name"), cell("do")]]
    rows += [[cell("x"), {"type": "action", "element": one, "fallback": cell("open it")}] for one in buttons]
    return {"type": "data_table", "caption": "caption", "rows": rows, **more}


def home(*blocks: Object, **more: JsonValue) -> Object:
    return {"type": "home", "blocks": [*blocks], **more}
