"""The review form as inputs of a modal, and what was typed read back from them. The form itself is the output schema.

An input's block_id is `FIELD.PART.GENERATION`: a long text stands in several parts, and Slack keeps what was typed
under an old block_id, so that a form drawn anew needs new ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from handlers.slack import limits
from handlers.slack.blocks.drawing import Block
from handlers.slack.blocks.elements import label, option
from handlers.slack.blocks.rich_text import bullets, line, rich, words
from handlers.slack.blocks.rows import rows_table
from handlers.slack.blocks.text import parts
from handlers.texts.card import CHECK
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.form_texts import chosen_in, value_of
from workflows.engine.text.sanitize import one_line

State = Mapping[str, Mapping[str, Mapping[str, object]]]
"""What stands in a form when it is submitted: block_id -> action_id -> what Slack says of the input."""
ELEMENT = "value"
"""The action_id of every input."""
NOTHING = "-"
"""The option for no value. That of a choice is the choice behind an equals sign, so that none can pass for it."""
CHOSEN = "="
CONFIRM = "confirm!"
"""How the block_id begins of the question whether a rule is to be passed over."""
_NUMBER = re.compile("[0-9]{1,6}")
_PART = re.compile(r" \([0-9]+ of [0-9]+\)$")
_EMPTY = "(empty)"
"""How a choice is shown that is the empty text."""
_TIME = re.compile("[0-2][0-9]:[0-5][0-9]")
_MULTILINE = frozenset({Kind.TEXT, Kind.ROWS, Kind.JSON, Kind.LIST, Kind.CHOICES})
_FORMS = {Kind.DATE: "YYYY-MM-DD", Kind.TIME: "HH:MM", Kind.MOMENT: "YYYY-MM-DD HH:MM"}
_LONGEST_CHOICE = min(limits.OPTION_TEXT + limits.OPTION_DESCRIPTION - 3, limits.OPTION_VALUE - len(CHOSEN))
"""Characters of a choice: its line, what goes on below it, and the dots between."""
_TABLE = 1_500
"""Characters of rows in a table above their input."""
_DIGITS = 20
"""Digits before and after the point of a number that still goes into a number's input."""


def inputs(fields: Sequence[Field], typed: Mapping[str, str], *, generation: int, tables: bool = False) -> list[Block]:
    """An input for each field, prefilled; several for a text that is too long for one.

    `tables`: does a table stand above the rows of a list, to be read? An input's letters keep no columns.
    """
    return [
        block
        for field in fields
        for block in (
            *(_table(field, typed.get(field.name, "")) if tables else ()),
            *_inputs(field, typed.get(field.name, ""), generation),
        )
    ]


def _table(field: Field, text: str) -> list[Block]:
    rows = rows_table(field.columns, text, most=_TABLE) if field.kind is Kind.ROWS else None
    return [rich(line(words(f"{field.label}, before your changes", bold=True)), rows)] if rows is not None else []


def marked(fields: Sequence[Field], doubts: Mapping[str, str]) -> list[Field]:
    """The fields, with a sign and a word at those that are to be looked at first.

    `doubts`: the name of each of these -> how sure the model is of it, as a sentence.
    """
    return [
        replace(field, label=f"{CHECK}{field.label}", help=" ".join(filter(None, [doubts[field.name], field.help])))
        if field.name in doubts
        else field
        for field in fields
    ]


def read(state: State) -> dict[str, str]:
    """What was typed: field -> text, the parts of a long one joined in their order, a time behind its date."""
    found: dict[str, list[tuple[int, str]]] = {}
    for block_id, elements in state.items():
        name, part, _ = _ids(block_id)
        if name and ELEMENT in elements:
            text = _typed(elements[ELEMENT])
            is_second_half = part > 0 and text and "selected_time" in elements[ELEMENT]
            found.setdefault(name, []).append((part, f" {text}" if is_second_half else text))
    return {name: "".join(text for _, text in sorted(pieces)) for name, pieces in found.items()}


def read_labelled(state: State, labels: Mapping[str, str]) -> dict[str, str]:
    """What was typed: the label above it -> text. `labels`: those of the form, by block_id."""
    firsts = {name: block_id for block_id in sorted(state, key=_order, reverse=True) if (name := _ids(block_id)[0])}
    names = {name: _PART.sub("", labels.get(block_id, name)).removeprefix(CHECK) for name, block_id in firsts.items()}
    return {names[name]: text for name, text in read(state).items()}


def read_plainly(state: State) -> dict[str, str]:
    """What was typed or chosen in a form of our own: block_id -> text."""
    return {block_id: _typed(element) for block_id, elements in state.items() for element in elements.values()}


def generation_of(state: Mapping[str, object]) -> int:
    """Which drawing of the form was submitted."""
    return max((_ids(block_id)[2] for block_id in state), default=0)


def confirmed(state: State) -> str | None:
    """Which rules the person ticked to be passed over, by their mark; None where they did not."""
    for block_id, elements in state.items():
        chosen = elements.get(ELEMENT, {}).get("selected_options")
        if block_id.startswith(CONFIRM) and isinstance(chosen, list) and chosen:
            return str(chosen[0].get("value"))
    return None


def confirmation(
    sentences: Sequence[str], mark: str, *, generation: int, optional: bool = False, ticked: bool = False
) -> list[Block]:
    """The question whether these rules are to be passed over, with every one of them. `mark`: their name.

    `optional`: what is typed may turn out to run into none of them.
    """
    rules = [line(words(f"never {sentence}")) for sentence in sentences]
    yes = option("Yes, decide it so all the same", mark)
    question: Block = {
        "type": "input",
        "block_id": f"{CONFIRM}{generation}",
        "label": label("Pass over these rules?", limits.INPUT_LABEL),
        "optional": optional,
        "element": {"type": "checkboxes", "action_id": ELEMENT, "options": [yes]}
        | ({"initial_options": [yes]} if ticked else {}),
    }
    return [rich(line(words("This runs into a rule:", bold=True)), bullets(rules)), question]


def errors(complaints: Mapping[str, str], state: Mapping[str, object]) -> dict[str, str]:
    """What is wrong, by block_id of the form that was submitted. What belongs to no input stands at the last one."""
    last = {name: block_id for block_id in sorted(state, key=_order) if (name := _ids(block_id)[0])}
    found: dict[str, str] = {}
    for field, complaint in complaints.items():
        name = field.split(".")[0]
        block_id = last.get(name) or next(reversed(last.values()), name)
        text = (
            complaint if field in last or field in ("", "the whole") else f"{_place(field, name in last)}: {complaint}"
        )
        found[block_id] = f"{found[block_id]}; {text}" if block_id in found else text
    return {block_id: one_line(text, 300) or "this cannot be so" for block_id, text in found.items()}


def _place(field: str, is_input: bool) -> str:
    """Where in a value something is wrong, in words. `is_input`: is its beginning the input that it stands at?"""
    parts = field.split(".")[1 if is_input else 0 :]
    return ", ".join(f"item {int(part) + 1}" if part.isdigit() else part.replace("_", " ") for part in parts)


def _inputs(field: Field, text: str, generation: int) -> list[Block]:
    element = (
        _chosen(field, text)
        or _several(field, text)
        or _number(field, text)
        or _date(field, text)
        or _clock(field, text)
    )
    if element is not None:
        return [_input(field, element, field.label, part=0, generation=generation)]
    halves = _moment(field, text)
    if halves is not None:
        return [
            _input(field, half, f"{field.label}, {what}", part=part, generation=generation) | {"optional": False}
            for part, (what, half) in enumerate(zip(("date", "time"), halves, strict=True))
        ]
    pieces = parts(text, limits.TEXT_INPUT)
    made = []
    for part, piece in enumerate(pieces):
        name = field.label if len(pieces) == 1 else f"{field.label} ({part + 1} of {len(pieces)})"
        made.append(_input(field, _text(field, piece), name, part=part, generation=generation))
    return made


def _input(field: Field, element: Block, name: str, *, part: int, generation: int) -> Block:
    made: Block = {
        "type": "input",
        "block_id": f"{field.name}.{part}.{generation}",
        "label": label(name, limits.INPUT_LABEL),
        "optional": not field.required or part > 0,
        "element": {"action_id": ELEMENT} | element,
    }
    hint = _hint(field, str(element["type"])) if part == 0 else ""
    return made | ({"hint": label(hint, limits.INPUT_HINT)} if hint else {})


def _hint(field: Field, element: str) -> str:
    """What helps to fill it in; the choices, where they are typed."""
    typed = field.choices and element == "plain_text_input"
    of = "Any of" if field.kind is Kind.CHOICES else "One of"
    return " ".join(filter(None, [field.help, f"{of}: {', '.join(field.choices)}" if typed else ""]))


def _text(field: Field, text: str) -> Block:
    short = field.kind is Kind.TEXT and field.max_length is not None and field.max_length <= 100
    made: Block = {
        "type": "plain_text_input",
        "multiline": field.kind in _MULTILINE and not short,
        "max_length": limits.TEXT_INPUT,
    }
    form = _FORMS.get(field.kind)
    if form is not None:
        needs_zone = field.kind is Kind.MOMENT and field.zoned and field.zone is None
        form = f"{form}{' +HH:MM' if needs_zone else ''}{'' if field.required else ', or empty'}"
        made["placeholder"] = label(form, limits.PLACEHOLDER)
    return made | ({"initial_value": text} if text else {})


def _chosen(field: Field, text: str) -> Block | None:
    """A choice; None where Slack could not show it, and it is typed instead."""
    choices = ("yes", "no") if field.kind is Kind.YES_NO else field.choices
    if field.kind is Kind.CHOICES or not choices or not all(_fits(choice) for choice in choices):
        return None
    options = [_option(choice) for choice in choices]
    if not field.required and "" not in choices:
        options.append(option("No value", NOTHING))
    if len(options) > limits.OPTIONS * limits.OPTION_GROUPS:
        return None
    made: Block = {"type": "radio_buttons" if field.kind is Kind.YES_NO else "static_select"} | _offered(options)
    initial = next((choice for choice in options if choice["value"] == f"{CHOSEN}{text}"), None)
    if initial is None and options[-1]["value"] == NOTHING:
        initial = options[-1]
    return made | ({"initial_option": initial} if initial is not None else {})


def _several(field: Field, text: str) -> Block | None:
    """Choices of which there may be several; None where Slack could not show or keep them, and they are typed."""
    if field.kind is not Kind.CHOICES or not all(choice and _fits(choice) for choice in field.choices):
        return None
    chosen = chosen_in(field, text)
    unset_is_none = field.nullable and text.strip() and not chosen
    if chosen is None or unset_is_none or len(set(chosen)) < len(chosen):
        return None
    options = [_option(choice) for choice in field.choices]
    if not 0 < len(options) <= limits.OPTIONS * limits.OPTION_GROUPS or len(chosen) > limits.OPTIONS:
        return None
    # Checkboxes are read in the order in which they stand, which is not always that of the list.
    in_order = chosen == [choice for choice in field.choices if choice in chosen]
    if len(options) <= limits.CHECKBOXES and in_order:
        made: Block = {"type": "checkboxes", "options": options}
    else:
        made = {"type": "multi_static_select"} | _offered(options)
        if field.most is not None and len(chosen) <= field.most:
            made["max_selected_items"] = max(1, min(field.most, limits.OPTIONS))
    initial = [_option(choice) for choice in chosen]
    return made | ({"initial_options": initial} if initial else {})


def _offered(options: Sequence[Block]) -> Block:
    """The options, in groups where there are more than one group holds."""
    most = limits.OPTIONS
    if len(options) <= most:
        return {"options": [*options]}
    groups = [options[start : start + most] for start in range(0, len(options), most)]
    return {
        "option_groups": [
            {"label": label(f"{start * most + 1} to {start * most + len(group)}", limits.OPTION_GROUP_LABEL)}
            | {"options": [*group]}
            for start, group in enumerate(groups)
        ]
    }


def _option(choice: str) -> Block:
    """A choice; what is too long for its line goes on below it."""
    text = choice or _EMPTY
    if len(text) <= limits.OPTION_TEXT:
        return option(text, f"{CHOSEN}{choice}")
    first = text[: limits.OPTION_TEXT - 1].rsplit(" ", 1)[0]
    if len(text) - len(first) > limits.OPTION_DESCRIPTION - 1:
        first = text[: limits.OPTION_TEXT - 1]
    rest = text[len(first) :].strip()
    return option(f"{first}…", f"{CHOSEN}{choice}") | {"description": label(f"…{rest}", limits.OPTION_DESCRIPTION)}


def _fits(choice: str) -> bool:
    """Can Slack show a choice whole, and give it back?"""
    return not choice or (choice != _EMPTY and choice == one_line(choice, _LONGEST_CHOICE))


def _number(field: Field, text: str) -> Block | None:
    if field.kind not in (Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT):
        return None
    made: Block = {"type": "number_input", "is_decimal_allowed": field.kind is not Kind.WHOLE}
    if not text.strip():
        return made
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_DIGITS or exponent > _DIGITS or number.adjusted() > _DIGITS:
        return None
    if field.kind is Kind.WHOLE and number != number.to_integral_value():
        return None
    # Slack knows no exponents.
    return made | {"initial_value": f"{number:f}"}


def _date(field: Field, text: str) -> Block | None:
    # Slack's picker cannot be emptied again, so a date that may be missing is typed.
    if field.kind is not Kind.DATE or not field.required:
        return None
    made: Block = {"type": "datepicker"}
    if not text:
        return made
    try:
        return made | {"initial_date": date.fromisoformat(text).isoformat()}
    except ValueError:
        return None


def _clock(field: Field, text: str) -> Block | None:
    # As a date's, its picker cannot be emptied again.
    if field.kind is not Kind.TIME or not field.required or (text and not _TIME.fullmatch(text)):
        return None
    made: Block = {"type": "timepicker"}
    return made | ({"initial_time": text} if text else {})


def _moment(field: Field, text: str) -> tuple[Block, Block] | None:
    """A date and a time of day, in the zone that is meant where none is said; None where they would lose something."""
    if field.kind is not Kind.MOMENT or not field.required:
        return None
    if not text:
        return {"type": "datepicker"}, {"type": "timepicker"}
    day, _, rest = text.partition(" ")
    clock = rest.split(" ", 1)[0]
    try:
        kept = value_of(field, f"{day} {clock}") == value_of(field, text)
    except ValueError:
        return None
    if not kept or not _TIME.fullmatch(clock):
        return None
    return {"type": "datepicker", "initial_date": day}, {"type": "timepicker", "initial_time": clock}


def _typed(element: Mapping[str, object]) -> str:
    several = element.get("selected_options")
    if isinstance(several, Sequence):
        return "\n".join(str(one.get("value", "")).removeprefix(CHOSEN) for one in several if isinstance(one, Mapping))
    chosen = element.get("selected_option")
    if isinstance(chosen, Mapping):
        value = str(chosen.get("value", NOTHING))
        return "" if value == NOTHING else value.removeprefix(CHOSEN)
    return str(element.get("value") or element.get("selected_date") or element.get("selected_time") or "")


def _ids(block_id: str) -> tuple[str, int, int]:
    name, part, generation = (*block_id.rsplit(".", 2), "", "")[:3]
    if not (_NUMBER.fullmatch(part) and _NUMBER.fullmatch(generation)):
        return "", 0, 0
    return name, int(part), int(generation)


def _order(block_id: str) -> tuple[str, int]:
    name, part, _ = _ids(block_id)
    return name, part
