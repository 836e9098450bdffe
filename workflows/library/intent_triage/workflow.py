"""Intent triage: one label for each message, learned from labelled examples in a CSV.

A workflow is made for each label column. The column is part of its identity, because another column is another
decision.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from countersign import Autonomy, BadDeclaration, Example, InvalidInput, Reading, Run, Workflow, columns, read_rows
from pydantic import BaseModel, Field, StringConstraints, create_model

from workflows.library.intent_triage import routes

_COLUMN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
DEFAULT_FLOOR = 0.85


class Message(BaseModel):
    """A row of the CSV, with the columns that are read."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def intent_triage(
    *, label: str, labels: Sequence[str], examples: str, floor: float = DEFAULT_FLOOR
) -> Workflow[Message, BaseModel]:
    """Return the workflow that proposes the values of the column `label`.

    `labels`: all possible values. `examples`: a CSV to learn from, with the columns text and `label`. `floor`: the
    lowest confidence at which it resolves a message alone. Raise `BadDeclaration` for an unusable column or labels.
    """
    if not _COLUMN.fullmatch(label) or label in Message.model_fields:
        raise BadDeclaration(f"{label!r} cannot be a label column: lower-case words joined by _, not id or text")
    if len(labels) < 2:
        raise BadDeclaration(f"{examples}: the column {label} has {len(labels)} values; a decision needs two or more")
    # The labels are data, so the form is made here; its field is Any to a type checker, which cannot know it.
    field: Any = (Literal[tuple(labels)], Field())
    output: type[BaseModel] = create_model("Routing", **{label: field})
    workflow: Workflow[Message, BaseModel] = Workflow(
        name=f"intent-triage-{label.replace('_', '-')}",
        decision=f"What is the {label.replace('_', ' ')} of this message?",
        owner="U0MARIA",
        backup="U0JONAS",
        told=("whoever answers the message, by its route",),
        no_nevers="it only sorts messages, and every message reaches a person",
        is_sample=True,
        input=Message,
        output=output,
        key=lambda message: message.id,
        may={"route": f"choose the {label.replace('_', ' ')}"},
        autonomy=Autonomy.floor(floor),
        text=lambda message: message.text,
        examples=lambda: read_examples(Path(examples), label),
    )

    @workflow.deliver(idempotent=True, does="route")
    def deliver(routing: BaseModel, run: Run[Message]) -> str:
        return routes.route(run.input.id, getattr(routing, label), by=run.by, key=run.key)

    return workflow


def read_labels(examples: Path, label: str) -> list[str]:
    """Return the values of a label column, sorted. Raise `InvalidInput` where the CSV has no such column."""
    return sorted({str(example.output[label]) for example in read_examples(examples, label)})


def read_examples(path: Path, label: str) -> Iterator[Example]:
    """Yield the labelled examples of a CSV. Rows without a text or a label teach nothing and are left out.

    Raise `InvalidInput` where a column is missing or a row cannot be read.
    """
    reading = Reading(fields=("text", label))
    present = columns(path, reading)
    missing = [column for column in ("text", label) if column not in present]
    if missing:
        raise InvalidInput(f"{path}: no column {' or '.join(missing)}; it has: {', '.join(present)}")
    for row in read_rows(path, reading):
        if row.problem is not None:
            raise InvalidInput(f"{path}, row {row.number} (line {row.line}): {row.problem}")
        text, value = str(row.values["text"]).strip(), str(row.values[label]).strip()
        if text and value:
            yield Example(input={"id": f"row-{row.number}", "text": text}, output={label: value})
