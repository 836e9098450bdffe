"""A file of examples, to which one can be added. The lines in it are people's work, and stay as they are."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import JsonValue, ValidationError

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import Refused
from workflows.engine.propose.examples.example_inputs import input_of
from workflows.engine.text.canonical_json import canonical, to_body

_ENDINGS = (".jsonl", ".ndjson")


class Kept(StrEnum):
    """The result of adding an example."""

    ADDED = "added"
    REPLACED = "replaced"
    THERE_ALREADY = "there already"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The place of an example in the file."""

    kept: Kept
    line: int
    """From 1."""


def add(path: Path, workflow: AnyWorkflow, example: Example, *, replace: bool) -> Placed:
    """Add an example at the end of a file, whole or not at all. The file is made where it does not exist.

    Only one caller at a time: the caller holds a lock for the file. `replace`: where the file has this input with other
    values, replace them. Raise `Refused` where it has other values and `replace` is False, or where the file is not
    JSON Lines.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise Refused(f"{path}: examples are kept in a .jsonl file")
    path = path.resolve()  # the target of a link is replaced, and not the link
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from error
    if lines and not lines[-1]:
        lines.pop()
    said = json.dumps({"input": example.input, "output": example.output}, ensure_ascii=False).encode()
    mine, answer = _identity(workflow, example.input, path.parent), canonical(example.output)
    for place, line in enumerate(lines):
        there = _read(line)
        if there is None or _identity(workflow, there.input, path.parent) != mine:
            continue
        if canonical(there.output) == answer:
            return Placed(kept=Kept.THERE_ALREADY, line=place + 1)
        if not replace:
            raise Refused(
                f"line {place + 1} of {path} has this input with other values; --replace writes the new ones over them"
            )
        lines[place] = said
        _write(path, lines)
        return Placed(kept=Kept.REPLACED, line=place + 1)
    _write(path, [*lines, said])
    return Placed(kept=Kept.ADDED, line=len(lines) + 1)


def _read(line: bytes) -> Example | None:
    """Return the example on a line; None where it holds none."""
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    input, output = values.get("input"), values.get("output")
    return Example(input=input, output=output) if isinstance(input, dict) and isinstance(output, dict) else None


def _identity(workflow: AnyWorkflow, input: Mapping[str, JsonValue], folder: Path) -> str:
    """Return the kept form of an input, by which two inputs are the same."""
    with suppress(ValidationError, ValueError):
        return to_body(input_of(workflow, input, folder=folder))
    return canonical(input)


def _write(path: Path, lines: list[bytes]) -> None:
    """Write the whole file beside the old one, and put it in its place at once. Raise `Refused`."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(b"".join(line + b"\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
                if path.exists():
                    shutil.copymode(path, file.name)
                else:
                    os.chmod(file.name, 0o644 & ~_umask())
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from error


def _umask() -> int:
    # There is no other way to ask for it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
