"""A review pack as a CSV file: written for people, and read back with what they say. The file is untrusted.

The columns: `place`, `input`, `verdict` (to be filled in: `right`, `wrong`, or empty), and one for each field of the
output with the proposed value, in which the right one is written where the proposal is wrong.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, InvalidOutput, Refused
from workflows.engine.review.form.forms import read_form
from workflows.engine.text.form_fields import form_of
from workflows.engine.text.form_texts import text_of
from workflows.excerpts import shortened
from workflows.new_files import for_owner_alone
from workflows.quality.volume import judging
from workflows.quality.volume.views import BadRow, JudgedFile, PackCase

_PLACE, _INPUT, _VERDICT = "place", "input (as it came)", "verdict (right or wrong)"
_FIELD = "right: "
"""Beginning of the columns with the output's fields."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would take for a formula."""
MOST_BYTES = 64 * 1024 * 1024


def write_pack(workflow: AnyWorkflow, cases: Sequence[PackCase], file: Path) -> None:
    """Write cases to a new CSV file, for its owner alone. Raise `Refused` where that is not possible, or it exists."""
    fields = form_of(workflow.output)
    try:
        with open(file, "x", newline="", encoding="utf-8-sig", opener=for_owner_alone) as opened:
            writer = csv.writer(opened)
            writer.writerow([_PLACE, _INPUT, _VERDICT, *(f"{_FIELD}{field.name}" for field in fields)])
            for one in cases:
                values = one.output or {}
                cells = [text_of(field, values.get(field.name)) if one.output else "" for field in fields]
                said = json.dumps(one.input, ensure_ascii=False)
                writer.writerow([one.place, said, "", *map(_safe, cells)])
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror or error}") from error


def read_judged(context: Context, test: int, file: Path, *, by: str) -> JudgedFile:
    """Keep what people wrote into a pack. What is wrong with a row is told of that row, and the rest counts.

    Raise `InvalidInput` for a file that cannot be read.
    """
    workflow = judging.workflow_of(context, test)
    bad: list[BadRow] = []
    judged = blank = 0
    for line, row in _rows(file):
        verdict = (row.get(_VERDICT) or "").strip().lower()
        if not verdict:
            blank += 1
            continue
        try:
            place = _place(row.get(_PLACE))
            if verdict not in ("right", "wrong"):
                raise Refused(f"the verdict is right or wrong, not {verdict!r:.40}")
            typed = {name.removeprefix(_FIELD): _unsafe(value) for name, value in row.items() if _is_field(name, value)}
            right = read_form(workflow.output, typed, zone=workflow.timezone) if verdict == "wrong" else None
            judging.judge(context, test, place, by=by, right=right)
            judged += 1
        except InvalidOutput as error:
            bad.append(BadRow(line=line, why=shortened(str(error), 300)))
        except Refused as error:
            bad.append(BadRow(line=line, why=shortened(str(error), 300)))
    return JudgedFile(judged=judged, blank=blank, bad=bad)


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{file} is too large, the limit is {MOST_BYTES:,} bytes")
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, restkey="", restval="")
            found = [(reader.line_num, {key: value for key, value in row.items() if key}) for row in reader]
            names = reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(shortened(f"{file} cannot be read as a pack: {error}", 300)) from error
    if _PLACE not in names or _VERDICT not in names:
        raise InvalidInput(f"{file} is not a pack: it has no column {_PLACE!r} or no column {_VERDICT!r}")
    return found


def _place(text: str | None) -> int:
    said = (text or "").strip()
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Refused(f"{said!r:.40} is not the place of a case")
    return int(said)


def _is_field(name: str, value: object) -> bool:
    return name.startswith(_FIELD) and isinstance(value, str)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _unsafe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
