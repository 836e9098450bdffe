"""Scores: an output is compared with the right answer, or with the known part of it.

A field is right if its value equals the right one, as the output's own type reads both, or if the workflow's own rule
finds them the same. `12.50` and `12.5` are one
amount, and `2026-03-01` is one day in any format. A text has to be the same letter by letter, apart from blanks before
and after it; a list has to have the same values in the same order. A field without a known right value does not count.
The whole is right if each known field is.
"""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, JsonValue, ValidationError

from workflows.complaints import complaints
from workflows.engine.declare.sameness import adapter_of
from workflows.engine.errors import InvalidOutput
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Kind, form_of
from workflows.engine.text.form_texts import value_of

Truth = Mapping[str, object]
"""Output field -> its right value, in the output's type; only the known ones."""
Same = Callable[[str, object, object], bool]
"""A function of a field, what was proposed and what is right: whether the workflow's own rule finds them the same."""


def read_truth(output: type[BaseModel], values: Mapping[str, JsonValue]) -> Truth:
    """Read right answers by the output's types, each field by itself. Raise `InvalidOutput` with the fields' errors."""
    truth: dict[str, object] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        if name not in output.model_fields:
            errors[name] = f"is not a field of {output.__name__}; there are: {', '.join(output.model_fields)}"
            continue
        try:
            truth[name] = adapter_of(output, name).validate_json(canonical(value), by_alias=False, by_name=True)
        except ValidationError as error:
            errors[name] = next(iter(complaints(error).values()))
    if errors:
        raise InvalidOutput(errors)
    return truth


def read_cells(output: type[BaseModel], cells: Mapping[str, str]) -> dict[str, JsonValue]:
    """Return the values in the cells of a table, read like entries in the review's form. Raise `InvalidOutput`."""
    fields = {field.name: field for field in form_of(output)}
    values: dict[str, JsonValue] = {}
    errors: dict[str, str] = {}
    for name, cell in cells.items():
        try:
            values[name] = value_of(fields[name], cell if fields[name].kind is Kind.TEXT else cell.strip())
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise InvalidOutput(errors)
    return values


def score(output: BaseModel, truth: Truth, *, same: Same | None = None) -> dict[str, bool]:
    """Return, for each known field, whether it is right. `same`: the workflow's own rule, where it has one."""
    return {
        name: _is_right(output, name, right) or (same is not None and same(name, getattr(output, name), right))
        for name, right in truth.items()
    }


def _is_right(output: BaseModel, name: str, right: object) -> bool:
    proposed = getattr(output, name)
    return _same(proposed, right) or _same(proposed, _in_the_form(output, name, right))


def _same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return bool(one == other)


def _in_the_form(output: BaseModel, name: str, right: object) -> object:
    """Return the right value after the whole form has validated it: a validator may write a country in capitals."""
    try:
        taken = type(output).model_validate({**dict(output), name: right}, by_alias=False, by_name=True)
    except ValidationError:
        return right
    value: object = getattr(taken, name)
    return value
