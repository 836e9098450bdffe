"""The review form as inputs of a modal, and the values read back from them. The form itself is the output schema.

An input's block_id is `FIELD.PART.GENERATION`. A long text is split over several parts. Slack keeps what was typed
under an old block_id, so a form that is drawn anew needs new ones.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal, InvalidOperation

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import label, option
from handlers.slack.blocks.parts.rich_text import bullets, line, rich, words
from handlers.slack.blocks.parts.row_list import Page, row_list
from handlers.slack.blocks.parts.rows import rows_table
from handlers.slack.blocks.parts.text import parts
from handlers.slack.ids import FILE_ID
from handlers.texts.documents import files
from handlers.texts.review import forms
from handlers.texts.values import CHECK
from workflows.complaints import WHOLE
from workflows.documents.document import LONGEST_NAME
from workflows.engine.sources.heard.views import Attached
from workflows.engine.text.form_fields import OF_FILES, Field, Kind
from workflows.engine.text.form_records import parts_of, rows_in, spread_out
from workflows.engine.text.form_texts import chosen_in, value_of
from workflows.engine.text.sanitize import one_line

State = Mapping[str, Mapping[str, Mapping[str, object]]]
"""Values of a submitted form: block_id -> action_id -> Slack's value of the input."""
ELEMENT = "value"
"""action_id of every input."""
NOTHING = "-"
"""Value of the option for no value. A choice's value begins with an equals sign, so that none can be mistaken for it.
"""
CHOSEN = "="
FILE_INPUT = "file_input"
ENDINGS = ("pdf", "png", "jpg", "jpeg", "tif", "tiff", "eml")
"""Endings of the names of files that can be chosen."""
CONFIRM = "confirm!"
"""Beginning of the block_id of the question whether to pass over a rule."""
_NUMBER = re.compile("[0-9]{1,6}")
_PART = re.compile(r" \([0-9]+ of [0-9]+\)$")
_TIME = re.compile("[0-2][0-9]:[0-5][0-9]")
_MULTILINE = frozenset({Kind.TEXT, Kind.ROWS, Kind.JSON, Kind.LIST, Kind.CHOICES})
_FORMS = {Kind.DATE: "YYYY-MM-DD", Kind.TIME: "HH:MM", Kind.MOMENT: "YYYY-MM-DD HH:MM"}
_LONGEST_CHOICE = min(limits.OPTION_TEXT + limits.OPTION_DESCRIPTION - 3, limits.OPTION_VALUE - len(CHOSEN))
"""Most characters of a choice: its line, its description, and the dots between."""
_LINE = 100
"""Most characters of a text that is typed on one line."""
_TABLE = 1_500
"""Characters of rows in a table above their input."""
_DIGITS = 20
"""Most digits before and after the point of a number that fits into a number input."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The words beside the inputs of a form."""

    hints: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Name of a field, or of a part of a nested record -> what is said below it."""
    notes: Mapping[str, Sequence[Block]] = dataclass_field(default_factory=dict)
    """The same -> blocks that stand directly below it."""
    proposed: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Field -> the text of its proposed value."""
    first_rows: Mapping[str, int] = dataclass_field(default_factory=dict)
    """List of rows -> the place of a row that is shown."""
    page: int = 0
    """Most rows on a page; 0: rows are typed as text."""
    files: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Field for files -> what is said of those that it has where none is chosen."""
    tables: bool = False
    """True if a table stands above rows that are typed, to be read: an input's letters keep no columns."""


def inputs(
    fields: Sequence[Field], typed: Mapping[str, str], *, generation: int, beside: Beside | None = None
) -> list[Block]:
    """Make an input for each field, prefilled; several for a nested record, and for a text that is too long for one.

    The rows of a list are no input: each is a line with its buttons.
    """
    beside = beside or Beside()
    texts = spread_out(fields, typed)
    made: list[Block] = []
    for field in fields:
        rows = rows_in(field, texts.get(field.name, "")) if beside.page else None
        parts = parts_of(field) if field.kind is Kind.ROW and field.name not in texts else ()
        if rows is not None:
            heading, *below = row_list(
                field,
                rows,
                proposed=rows_in(field, beside.proposed[field.name]) if field.name in beside.proposed else None,
                page=Page(first=beside.first_rows.get(field.name, 0), size=beside.page),
                hint=beside.hints.get(field.name, ""),
            )
            # Below all its rows, a note could be a long way down.
            made += [heading, *beside.notes.get(field.name, ()), *below]
            continue
        if beside.tables:
            made += _table(field, texts.get(field.name, ""))
        if field.kind in OF_FILES:
            made += [_files(field, beside, generation), *beside.notes.get(field.name, ())]
            continue
        for one in parts or (field,):
            hint = " ".join(filter(None, [beside.hints.get(one.name), one.help]))
            made += _inputs(replace(one, help=hint or None), texts.get(one.name, ""), generation)
            made += beside.notes.get(one.name, ()) if one is not field else ()
        made += beside.notes.get(field.name, ())
    return made


def _files(field: Field, beside: Beside, generation: int) -> Block:
    """Make an input for files. Slack cannot fill it in: what a field has is said below it."""
    has = beside.files.get(field.name)
    most = 1 if field.kind is Kind.DOCUMENT else min(field.most or limits.FILE_INPUT_FILES, limits.FILE_INPUT_FILES)
    element: Block = {"type": FILE_INPUT, "filetypes": list(ENDINGS), "max_files": max(1, most)}
    said = " ".join(filter(None, [has, beside.hints.get(field.name), field.help, None if has else files.CHOOSE]))
    asked = replace(field, help=said, required=field.required and not has)
    return _input(asked, element, field.label, part=0, generation=generation)


def _table(field: Field, text: str) -> list[Block]:
    rows = rows_table(field.columns, text, most=_TABLE) if field.kind is Kind.ROWS else None
    return [rich(line(words(forms.before(field.label), bold=True)), rows)] if rows is not None else []


def marked(fields: Sequence[Field], doubts: Collection[str]) -> list[Field]:
    """Return the fields, with a sign and a word at those that are to be looked at first, which `doubts` names."""
    return [replace(field, label=f"{CHECK}{field.label}") if field.name in doubts else field for field in fields]


def read(state: State) -> dict[str, str]:
    """Return the typed values: field -> text, the parts of a long text joined in order, a time put behind its date."""
    found: dict[str, list[tuple[int, str]]] = {}
    for block_id, elements in state.items():
        name, part, _ = _ids(block_id)
        if name and ELEMENT in elements and elements[ELEMENT].get("type") != FILE_INPUT:
            text = _typed(elements[ELEMENT])
            is_second_half = part > 0 and text and "selected_time" in elements[ELEMENT]
            found.setdefault(name, []).append((part, f" {text}" if is_second_half else text))
    return {name: "".join(text for _, text in sorted(pieces)) for name, pieces in found.items()}


def read_files(state: State) -> dict[str, Sequence[Attached]]:
    """Return the files that were chosen: field -> the files, for each field with any."""
    found: dict[str, Sequence[Attached]] = {}
    for block_id, elements in state.items():
        name, _, _ = _ids(block_id)
        element = elements.get(ELEMENT, {})
        listed = element.get("files")
        if name and element.get("type") == FILE_INPUT and isinstance(listed, Sequence) and listed:
            named = [one for one in listed if isinstance(one, Mapping) and FILE_ID.fullmatch(str(one.get("id")))]
            found[name] = [
                Attached(id=str(one["id"]), name=one_line(str(one.get("name") or ""), LONGEST_NAME)) for one in named
            ]
    return found


def read_labelled(state: State, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the typed values: label above the input -> text. `labels`: those of the form, by block_id."""
    firsts = {name: block_id for block_id in sorted(state, key=_order, reverse=True) if (name := _ids(block_id)[0])}
    names = {name: _PART.sub("", labels.get(block_id, name)).removeprefix(CHECK) for name, block_id in firsts.items()}
    return {names[name]: text for name, text in read(state).items()}


def read_plainly(state: State) -> dict[str, str]:
    """Return what was typed or chosen in a form of our own: block_id -> text."""
    return {block_id: _typed(element) for block_id, elements in state.items() for element in elements.values()}


def is_of_field(block_id: str) -> bool:
    """Tell whether an input belongs to a field of a form."""
    return bool(_ids(block_id)[0])


def generation_of(state: Mapping[str, object]) -> int:
    """Return the generation of the form that was submitted."""
    return max((_ids(block_id)[2] for block_id in state), default=0)


def confirmed(state: State) -> str | None:
    """Return the mark of the rules that the person ticked to pass over; None where they did not."""
    for block_id, elements in state.items():
        chosen = elements.get(ELEMENT, {}).get("selected_options")
        if block_id.startswith(CONFIRM) and isinstance(chosen, list) and chosen:
            return str(chosen[0].get("value"))
    return None


def confirmation(
    sentences: Sequence[str], mark: str, *, generation: int, optional: bool = False, ticked: bool = False
) -> list[Block]:
    """Make the question whether to pass over these rules, naming each. `mark`: the rules' common name.

    `optional`: the tick may be left out, since what is typed may break none of them.
    """
    rules = [line(words(forms.never(sentence))) for sentence in sentences]
    yes = option(forms.BREAK_ALL_THE_SAME, mark)
    question: Block = {
        "type": "input",
        "block_id": f"{CONFIRM}{generation}",
        "label": label(forms.BREAK_RULES, limits.INPUT_LABEL),
        "optional": optional,
        "element": {"type": "checkboxes", "action_id": ELEMENT, "options": [yes]}
        | ({"initial_options": [yes]} if ticked else {}),
    }
    return [rich(line(words(forms.RULE_BROKEN, bold=True)), bullets(rules)), question]


def errors(complaints: Mapping[str, str], state: Mapping[str, object], order: Sequence[str] = ()) -> dict[str, str]:
    """Return the complaints by block_id of the submitted form. One that belongs to no input goes to the last input.

    `order`: the block_ids of the form as they stand in it, where that is known.
    """
    in_order = [block_id for block_id in order if block_id in state] or sorted(state, key=_order)
    last = {name: block_id for block_id in in_order if (name := _ids(block_id)[0])}
    found: dict[str, str] = {}
    for field, complaint in complaints.items():
        name = field.split(".")[0]
        block_id = last.get(name) or next(reversed(last.values()), name)
        text = complaint if field in last or field in ("", WHOLE) else f"{_place(field, name in last)}: {complaint}"
        found[block_id] = f"{found[block_id]}; {text}" if block_id in found else text
    return {block_id: one_line(text, 300) or forms.NOT_POSSIBLE for block_id, text in found.items()}


def _place(field: str, is_input: bool) -> str:
    """Return the place of a fault within a value, in words. `is_input`: True if it begins with the input's own name."""
    parts = field.split(".")[1 if is_input else 0 :]
    return ", ".join(f"item {int(part) + 1}" if _NUMBER.fullmatch(part) else part.replace("_", " ") for part in parts)


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
        name = forms.part(field.label, part + 1, len(pieces))
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
    """Return the help for filling in a field; with its choices, where they are typed."""
    typed = field.choices and element == "plain_text_input"
    named = forms.choices(field.choices, several=field.kind is Kind.CHOICES) if typed else ""
    return " ".join(filter(None, [field.help, named]))


def _text(field: Field, text: str) -> Block:
    made: Block = {
        "type": "plain_text_input",
        "multiline": field.kind in _MULTILINE and not _is_short(field, text),
        "max_length": limits.TEXT_INPUT,
    }
    form = _FORMS.get(field.kind)
    if form is not None:
        needs_zone = field.kind is Kind.MOMENT and field.zoned and field.zone is None
        form = forms.format_of(form, zoned=needs_zone, required=field.required)
        made["placeholder"] = label(form, limits.PLACEHOLDER)
    return made | ({"initial_value": text} if text else {})


def _is_short(field: Field, text: str) -> bool:
    """Tell whether a text can only be short, and is. An input of one line would drop a line break."""
    may_be_long = not field.is_line and (field.max_length is None or field.max_length > _LINE)
    return field.kind is Kind.TEXT and not may_be_long and len(text) <= _LINE and "\n" not in text


def _chosen(field: Field, text: str) -> Block | None:
    """Make an input for one choice; None where Slack could not show it, and it is typed instead."""
    choices = ("yes", "no") if field.kind is Kind.YES_NO else field.choices
    if field.kind is Kind.CHOICES or not choices or not all(_fits(choice) for choice in choices):
        return None
    options = [_option(choice) for choice in choices]
    if not field.required and "" not in choices:
        options.append(option(forms.NO_VALUE, NOTHING))
    kind = "radio_buttons" if field.kind is Kind.YES_NO else "static_select"
    made: Block = {"type": kind, "options": options} if len(options) <= limits.OPTIONS else _searched("external_select")
    initial = next((choice for choice in options if choice["value"] == f"{CHOSEN}{text}"), None)
    if initial is None and options[-1]["value"] == NOTHING:
        initial = options[-1]
    return made | ({"initial_option": initial} if initial is not None else {})


def _several(field: Field, text: str) -> Block | None:
    """Make an input for several choices; None where Slack could not show or keep them, and they are typed instead."""
    if field.kind is not Kind.CHOICES or not all(choice and _fits(choice) for choice in field.choices):
        return None
    chosen = chosen_in(field, text)
    unset_is_none = field.nullable and text.strip() and not chosen
    if chosen is None or unset_is_none or len(set(chosen)) < len(chosen):
        return None
    options = [_option(choice) for choice in field.choices]
    if not options or len(chosen) > limits.OPTIONS:
        return None
    # Checkboxes are read in the order in which they are shown, which is not always the order of the list.
    in_order = chosen == [choice for choice in field.choices if choice in chosen]
    if len(options) <= limits.CHECKBOXES and in_order:
        made: Block = {"type": "checkboxes", "options": options}
    else:
        many = len(options) > limits.OPTIONS
        made = _searched("multi_external_select") if many else {"type": "multi_static_select", "options": options}
        if field.most is not None and len(chosen) <= field.most:
            made["max_selected_items"] = max(1, min(field.most, limits.OPTIONS))
    initial = [_option(choice) for choice in chosen]
    return made | ({"initial_options": initial} if initial else {})


def _searched(kind: str) -> Block:
    """Make a menu whose options are asked for while the person types: there are too many for one list."""
    return {"type": kind, "min_query_length": 0, "placeholder": label(forms.SEARCH, limits.PLACEHOLDER)}


def suggestions(fields: Sequence[Field], block_id: str, typed: str) -> list[Block]:
    """Return the options of a field that hold all the words that a person typed, as many as Slack takes.

    Those that begin with the text come first. None for an input that is no field, or has no choices.
    """
    name, _, _ = _ids(block_id)
    parts = [part for field in fields if field.kind is Kind.ROW for part in parts_of(field)]
    field = next((field for field in (*fields, *parts) if field.name == name), None)
    if field is None:
        return []
    whole = typed.strip().casefold()
    found = [one for one in field.choices if _fits(one) and all(word in one.casefold() for word in whole.split())]
    found.sort(key=lambda choice: not choice.casefold().startswith(whole))
    options = [_option(choice) for choice in found]
    if field.kind is Kind.CHOICE and not field.required and "" not in field.choices and not whole:
        options.insert(0, option(forms.NO_VALUE, NOTHING))
    return options[: limits.OPTIONS]


def _option(choice: str) -> Block:
    """Make the option of a choice; a text too long for its line continues in the description."""
    text = choice or forms.EMPTY
    if len(text) <= limits.OPTION_TEXT:
        return option(text, f"{CHOSEN}{choice}")
    first = text[: limits.OPTION_TEXT - 1].rsplit(" ", 1)[0]
    if len(text) - len(first) > limits.OPTION_DESCRIPTION - 1:
        first = text[: limits.OPTION_TEXT - 1]
    rest = text[len(first) :].strip()
    return option(f"{first}…", f"{CHOSEN}{choice}") | {"description": label(f"…{rest}", limits.OPTION_DESCRIPTION)}


def _fits(choice: str) -> bool:
    """Tell whether Slack can show a choice whole, and give it back."""
    return not choice or (choice != forms.EMPTY and choice == one_line(choice, _LONGEST_CHOICE))


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
    # Slack accepts no exponents.
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
    # Like a date picker, this picker cannot be emptied again.
    if field.kind is not Kind.TIME or not field.required or (text and not _TIME.fullmatch(text)):
        return None
    made: Block = {"type": "timepicker"}
    return made | ({"initial_time": text} if text else {})


def _moment(field: Field, text: str) -> tuple[Block, Block] | None:
    """Make a date and a time input, in the default zone; None where they would lose a part of the value."""
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
