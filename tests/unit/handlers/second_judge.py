"""A second opinion on blocks, which is not ours: slackblocks, made from our dicts.

It builds blocks and checks them as they are built, but reads no dicts with elements in them. So each of our dicts is
put into its constructor here, field by field; a field that the constructor does not have is a fault, too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import slackblocks as judge
from slackblocks.blocks import (
    AlertBlock,
    CardBlock,
    CarouselBlock,
    ContainerBlock,
    ContextActionsBlock,
    DataTableBlock,
    DataVisualizationBlock,
    PlanBlock,
    TaskCardBlock,
)
from slackblocks.elements import FeedbackButton, FeedbackButtons, IconButton
from slackblocks.objects import RawNumber, RawText

Piece = Mapping[str, Any]
"""A block, an element or a part of one."""
_UNKNOWN_TO_IT = frozenset({"date", "broadcast", "color"})
"""Pieces of rich text that Slack documents, and it has no constructor for."""
_NO_FIELD_OF_IT = {"header": {"level"}, "section": {"expand"}}
"""Fields that Slack documents, and its constructors do not take."""


class Objects(Exception):
    """The second judge would not build this."""


def look_at_message(blocks: Sequence[Piece], text: str = "text") -> None:
    """Have a message's blocks judged. Raise Objects."""
    _ask(lambda: judge.Message(channel="C0", text=text, blocks=[_block(one) for one in blocks]))


def look_at_view(view: Piece) -> None:
    """Have a modal or a Home tab judged. Raise Objects."""
    kind = judge.HomeTabView if view["type"] == "home" else judge.ModalView

    def make() -> object:
        fields = {name: value for name, value in view.items() if name != "type"}
        for name in {"title", "submit", "close"} & set(fields):
            fields[name] = judge.Text.from_dict(fields[name])
        return kind(**{**fields, "blocks": [_block(one) for one in view["blocks"]]})

    _ask(make)


def _ask(make: Callable[[], object]) -> None:
    try:
        make()
    except (judge.InvalidUsageError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Objects(f"{type(error).__name__}: {error}") from error


def _text(value: Piece) -> judge.Text:
    return judge.Text.from_dict(dict(value))


def _texts(values: Sequence[Piece]) -> list[judge.Text]:
    return [_text(value) for value in values]


def _option(value: Piece) -> judge.Option:
    return judge.Option(**_fields(value, text=_text, description=_text))


def _options(values: Sequence[Piece]) -> list[judge.Option]:
    return [_option(value) for value in values]


def _groups(values: Sequence[Piece]) -> list[judge.OptionGroup]:
    return [judge.OptionGroup(**_fields(value, label=_text, options=_options)) for value in values]


def _confirm(value: Piece) -> judge.ConfirmationDialogue:
    return judge.ConfirmationDialogue(**_fields(value, title=_text, text=_text, confirm=_text, deny=_text))


def _fields(piece: Piece, **convert: Callable[[Any], object]) -> dict[str, Any]:
    """Return the fields of a piece without its type, each made into what the constructor takes."""
    left = {name: value for name, value in piece.items() if name != "type"}
    for name in _NO_FIELD_OF_IT.get(piece.get("type", ""), ()):
        left.pop(name, None)
    return {name: convert[name](value) if name in convert else value for name, value in left.items()}


_IN_ELEMENT: Mapping[str, Callable[[Any], object]] = {
    "text": _text,
    "placeholder": _text,
    "confirm": _confirm,
    "options": _options,
    "option_groups": _groups,
    "initial_option": _option,
    "initial_options": _options,
}
_ELEMENTS: Mapping[str, Callable[..., Any]] = {
    "button": judge.Button,
    "overflow": judge.OverflowMenu,
    "static_select": judge.StaticSelectMenu,
    "multi_static_select": lambda **given: judge.StaticMultiSelectMenu(**{"options": None, **given}),
    "external_select": judge.ExternalSelectMenu,
    "multi_external_select": judge.ExternalMultiSelectMenu,
    "users_select": judge.UserSelectMenu,
    "multi_users_select": judge.UserMultiSelectMenu,
    "channels_select": judge.ChannelSelectMenu,
    "conversations_select": judge.ConversationSelectMenu,
    "radio_buttons": judge.RadioButtonGroup,
    "checkboxes": judge.CheckboxGroup,
    "datepicker": judge.DatePicker,
    "timepicker": judge.TimePicker,
    "datetimepicker": judge.DateTimePicker,
    "plain_text_input": judge.PlainTextInput,
    "number_input": judge.NumberInput,
    "email_text_input": judge.EmailInput,
    "url_text_input": judge.URLInput,
    "file_input": judge.FileInput,
    "image": lambda **given: judge.Image(**_pictured(given)),
    "icon_button": IconButton,
}


def _element(piece: Piece) -> Any:
    if piece["type"] in ("plain_text", "mrkdwn"):
        return _text(piece)
    if piece["type"] == "feedback_buttons":
        return FeedbackButtons(**_fields(piece, positive_button=_feedback, negative_button=_feedback))
    left = dict(piece)
    if "option_groups" in piece:
        # It wants a group as the initial choice, where Slack wants one of the options: that is judged by itself.
        for chosen in (left.pop("initial_option", None), *left.pop("initial_options", ())):
            if chosen is not None:
                _option(chosen)
    return _ELEMENTS[piece["type"]](**_fields(left, **_IN_ELEMENT))


def _pictured(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a picture, with its file as an object of the judge's."""
    named = given.get("slack_file")
    return given if named is None else {**given, "slack_file": judge.SlackFile.from_dict(named)}


def _feedback(piece: Piece) -> FeedbackButton:
    return FeedbackButton(**_fields(piece, text=_text))


def _elements(pieces: Sequence[Piece]) -> list[Any]:
    return [_element(piece) for piece in pieces]


def _inline(piece: Piece) -> Any:
    kind, style = piece["type"], piece.get("style", {})
    if kind in _UNKNOWN_TO_IT:
        return judge.RichText(text="known to Slack alone")
    fields = {name: value for name, value in piece.items() if name not in ("type", "style")}
    if kind == "usergroup":
        fields = {"user_group_id": fields["usergroup_id"]}
    made: Mapping[str, Callable[..., Any]] = {
        "text": judge.RichText,
        "link": judge.RichTextLink,
        "user": judge.RichTextUser,
        "usergroup": judge.RichTextUserGroup,
        "channel": judge.RichTextChannel,
        "emoji": judge.RichTextEmoji,
    }
    return made[kind](**fields, **style)


def _rich(piece: Piece) -> Any:
    """A section, a list, a quote or preformatted text."""
    made: Mapping[str, Callable[..., Any]] = {
        "rich_text_section": judge.RichTextSection,
        "rich_text_list": judge.RichTextList,
        "rich_text_quote": judge.RichTextQuote,
        "rich_text_preformatted": judge.RichTextCodeBlock,
    }
    inside = _rich if piece["type"] == "rich_text_list" else _inline
    return made[piece["type"]](**_fields(piece, elements=lambda all: [inside(one) for one in all]))


def _rich_text(piece: Piece) -> Any:
    return judge.RichTextBlock(**_fields(piece, elements=lambda all: [_rich(one) for one in all]))


def _cell(piece: Piece) -> Any:
    match piece["type"]:
        case "raw_text":
            return RawText(text=piece["text"])
        case "raw_number":
            return RawNumber(value=piece["value"], text=piece.get("text", str(piece["value"])))
        case "action":
            # It does not know buttons in cells: what stands for the button where none is drawn is judged.
            _element(piece["element"])
            return _cell(piece.get("fallback", {"type": "raw_text", "text": "-"}))
        case _:
            return _rich_text(piece)


def _rows(rows: Sequence[Sequence[Piece]]) -> list[list[Any]]:
    return [[_cell(cell) for cell in row] for row in rows]


def _chart(piece: Piece) -> Any:
    if piece["type"] == "pie":
        return judge.PieChart(segments=[judge.ChartSegment(**one) for one in piece["segments"]])
    made: Mapping[str, Callable[..., Any]] = {
        "bar": judge.BarChart,
        "line": judge.LineChart,
        "area": judge.AreaChart,
    }
    series = [
        judge.DataSeries(name=one["name"], data=[judge.DataPoint(**point) for point in one["data"]])
        for one in piece["series"]
    ]
    return made[piece["type"]](series=series, axis_config=judge.AxisConfig(**piece["axis_config"]))


def _blocks(pieces: Sequence[Piece]) -> list[Any]:
    return [_block(piece) for piece in pieces]


_BLOCKS: Mapping[str, Callable[[Piece], Any]] = {
    "actions": lambda one: judge.ActionsBlock(**_fields(one, elements=_elements)),
    "context": lambda one: judge.ContextBlock(**_fields(one, elements=_elements)),
    "context_actions": lambda one: ContextActionsBlock(**_fields(one, elements=_elements)),
    "divider": lambda one: judge.DividerBlock(**_fields(one)),
    "header": lambda one: judge.HeaderBlock(**_fields(one, text=_text)),
    "image": lambda one: judge.ImageBlock(**_pictured(_fields(one, title=_text))),
    "input": lambda one: judge.InputBlock(**_fields(one, label=_text, hint=_text, element=_element)),
    "markdown": lambda one: judge.MarkdownBlock(**_fields(one)),
    "section": lambda one: judge.SectionBlock(**_fields(one, text=_text, fields=_texts, accessory=_element)),
    "rich_text": _rich_text,
    "table": lambda one: judge.TableBlock(**_fields(one, rows=_rows)),
    "data_table": lambda one: DataTableBlock(**_fields(one, rows=_rows)),
    "data_visualization": lambda one: DataVisualizationBlock(**_fields(one, chart=_chart)),
    "alert": lambda one: AlertBlock(**_fields(one, text=_text)),
    "card": lambda one: CardBlock(
        **_fields(
            one,
            title=_text,
            subtitle=_text,
            body=_text,
            subtext=_text,
            actions=_elements,
            icon=_element,
            hero_image=_element,
        )
    ),
    "carousel": lambda one: CarouselBlock(**_fields(one, elements=_blocks)),
    "container": lambda one: ContainerBlock(
        **_fields(one, title=_text, subtitle=_text, child_blocks=_blocks, icon=_element, rich_text_title=_rich_text)
    ),
    "task_card": lambda one: TaskCardBlock(**_fields(one, details=_rich_text, output=_rich_text)),
    "plan": lambda one: PlanBlock(
        **_fields(one, tasks=lambda all: [TaskCardBlock(**_fields(task, details=_rich_text)) for task in all])
    ),
}


def _block(piece: Piece) -> Any:
    return _BLOCKS[piece["type"]](piece)
