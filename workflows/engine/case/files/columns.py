"""The columns of a file that a workflow needs: for its input, and for its output, which holds the right answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workflows.engine.case.files.rows import Reading, columns, header_of
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput
from workflows.engine.text.choices import choices
from workflows.engine.text.form_fields import Kind, form_of


def reading_for(
    workflow: AnyWorkflow, *, named: Mapping[str, str] | None = None, encoding: str | None = None
) -> Reading:
    """Return how a file for this workflow is read. `named`: field -> the column that holds it.

    Raise `InvalidInput` for a field that the workflow does not have.
    """
    fields = {field.name: field for form in (workflow.output, workflow.input) for field in form_of(form)}
    unknown = [name for name in named or {} if name not in fields]
    if unknown:
        raise InvalidInput(
            f"--map {unknown[0]}=...: there is no such field; there are: {choices(fields, typed=unknown[0])}"
        )
    floats = frozenset(name for name, field in fields.items() if field.kind is Kind.NUMBER)
    return Reading(fields=tuple(fields), named=dict(named or {}), encoding=encoding, floats=floats)


def refuse_without(workflow: AnyWorkflow, path: Path, reading: Reading) -> tuple[str, ...]:
    """Return the columns that are not used. Raise `InvalidInput` for a table without a column that the input needs."""
    header = header_of(path, reading)
    if header is None:
        return ()
    present = columns(path, reading)
    missing = [name for name, info in workflow.input.model_fields.items() if info.is_required() and name not in present]
    if missing and not any(header.names):
        raise InvalidInput(f"{path}: its first line, where the header has to stand, is empty")
    if missing:
        raise InvalidInput(
            f"{path}: no column {' or '.join(missing)}; it has: {', '.join(header.names)}. "
            f"If a column has another name, say --map '{missing[0]}=COLUMN'"
        )
    return tuple(name for name in header.unused if name.strip())


def read_named(assignments: Sequence[str]) -> dict[str, str]:
    """Return the assignments of FIELD=COLUMN arguments. Raise `InvalidInput` for one of another form."""
    named: dict[str, str] = {}
    for assignment in assignments:
        field, equals, column = (part.strip() for part in assignment.partition("="))
        if not equals or not field or not column or field in named:
            raise InvalidInput(f"--map {assignment}: has to be FIELD=COLUMN, once for each field")
        named[field] = column
    return named
