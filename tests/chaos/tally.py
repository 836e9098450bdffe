"""The tally: writes down the counts, for the table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.chaos.counting import Counts
from tests.chaos.settings import SEED, TALLY


def hold(faults: str, what: str, counts: Counts, **also: object) -> None:
    """Note the counts, and check the promise L = D = W = S = 0.

    `faults`: F-numbers. `also`: other figures of interest.
    """
    note(faults, what, counts, **also)
    assert counts.clean, f"{what} (seed {SEED}): {counts}"


def note(faults: str, what: str, counts: Counts, **also: object) -> None:
    """Note the counts."""
    if TALLY is not None:
        line = json.dumps({"faults": faults, "what": what, "also": also, **asdict(counts)}, default=str)
        with Path(TALLY).open("a") as file:
            file.write(f"{line}\n")


def table(lines: Iterable[Mapping[str, object]]) -> str:
    """Return the counts as Markdown, a row for each fault, in order."""
    rows: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for line in lines:
        rows.setdefault((str(line["faults"]), str(line["what"])), []).append(line)
    made = ["| Fault | What | Runs | L | D | W | S | C | |", "|---|---|--:|--:|--:|--:|--:|--:|---|"]
    for (faults, what), found in sorted(rows.items(), key=lambda row: (_number(row[0][0]), row[0])):
        counts = " | ".join(str(sum(len(list(_of(line, name))) for line in found)) for name in _COUNTED)
        calls = max(int(str(line["extra_calls"])) for line in found)
        also = "; ".join(dict.fromkeys(f"{k} {v}" for line in found for k, v in dict(_also(line)).items()))
        made.append(f"| {faults} | {what} | {len(found)} | {counts} | {calls} | {also} |")
    return "\n".join(made)


_COUNTED = ("lost", "doubled", "wrong", "silent")


def _of(line: Mapping[str, object], name: str) -> Iterable[object]:
    found = line[name]
    assert isinstance(found, list)
    return found


def _also(line: Mapping[str, object]) -> Mapping[str, object]:
    found = line["also"]
    assert isinstance(found, dict)
    return found


def _number(faults: str) -> int:
    digits = faults.removeprefix("F").split("-")[0].split(",")[0]
    return int(digits) if digits.isdigit() else 1_000
