"""Candidates of a workflow in words: one group of near duplicates at a time, masked, with what was right."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from handlers.texts.pieces import Paragraph, Told, line, quote, words
from handlers.texts.plain import excerpt
from workflows.engine.text.sanitize import one_line
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Candidate, Group, Why

MOST = 3
"""Near duplicates of a group that are shown."""
_INPUT, _VALUE = 600, 200
WHY: Mapping[Why, str] = {
    Why.EDITED: "edited by a person",
    Why.ANSWERED: "answered by a person",
    Why.CORRECTED: "corrected after it was delivered",
    Why.REPORTED: "reported as wrong, and corrected",
    Why.SPOT_CHECK: "found wrong in a spot check",
    Why.SAMPLE: "approved, and drawn by chance",
}
HALVES: Mapping[Half, str] = {Half.LEARNING: "to learn from", Half.MEASURING: "to measure on"}


def group(workflow: str, shown: Group, *, waiting: int) -> Told:
    """Show the near duplicates of a group. `waiting`: candidates of the workflow, these among them."""
    number = len(shown.candidates)
    many = f", {number} near duplicates" if number > 1 else ""
    head = line(words(f"Examples of {workflow}", bold=True), words(f": {waiting:,} wait{many}."))
    parts: list[Sequence[Paragraph]] = [[head], *map(_candidate, shown.candidates[:MOST])]
    if number > MOST:
        parts.append([line(words(f"and {number - MOST} more like these"))])
    return Told(brief=f"Examples of {workflow}", parts=parts)


def none_waits(workflow: str) -> Told:
    """Say that no candidate waits."""
    said = f"No case of {workflow} waits to become an example. Edits, answers and corrections do, within seconds."
    return Told(brief=f"Examples of {workflow}", parts=[[line(words(said))]])


def _candidate(one: Candidate) -> Sequence[Paragraph]:
    about = f": {WHY[one.why]}, {HALVES[one.half]}. Personal fields are masked."
    return [
        line(words(one_line(one.key, _VALUE), bold=True), words(about)),
        quote(excerpt("\n".join(_values(one.input)), _INPUT)),
        line(words("Right: ", bold=True), words(one_line("; ".join(_values(one.output)), _INPUT))),
    ]


def _values(said: Mapping[str, JsonValue]) -> list[str]:
    return [f"{name}: {one_line(value, _VALUE)}" for name, value in said.items() if value not in (None, "", [])]
