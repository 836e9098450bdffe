"""Candidates of a workflow in words: one group of near duplicates at a time, masked, with what was proposed beside what
is right.
"""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from handlers.texts.pieces import Line, Paragraph, Told, bullets, command, line, quote, words
from handlers.texts.plain import excerpt
from workflows.engine.read.home_views import MOST_CANDIDATES, Candidates
from workflows.engine.text.sanitize import one_line
from workflows.quality.examples.split import Half
from workflows.quality.examples.views import Candidate, Group, Why

MOST = 3
"""Near duplicates of a group that are shown."""
FIELDS = 10
"""Fields of an answer that are shown."""
HEADING = "Examples"
"""The name of this part of a Home, and of the modal that it opens."""
_INPUT, _VALUE, _NAME = 600, 120, 60
_EMPTY: tuple[JsonValue, ...] = (None, "", [])
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


def last_decided(workflow: str, *, is_any_taken: bool) -> Told:
    """Say that somebody decided the last candidate that waited, and what comes next where examples were taken."""
    done = line(words(f"That was the last one: no case of {workflow} waits to become an example.", bold=True))
    then = line(
        words("The next version learns from one half of what was taken, and is tried on the other: "),
        words(f"countersign deploy {workflow}", code=True),
    )
    return Told(brief=f"Examples of {workflow}", parts=[[done, *([then] if is_any_taken else [])]])


def at_home(one: Candidates) -> Line:
    """Say how many cases of a workflow wait."""
    number = f"{one.number:,} or more" if one.number >= MOST_CANDIDATES else f"{one.number:,}"
    cases = "decided case waits" if one.number == 1 else "decided cases wait"
    return line(
        words(one_line(one.workflow, _NAME), bold=True), words(f"\n{number} {cases} to become examples, or to be left")
    )


def more_at_home(number: int) -> Line:
    """Say of how many more workflows some wait. `number`: of the workflows."""
    named = "1 more workflow" if number == 1 else f"{number:,} more workflows"
    return line(words(f"and {named}: "), command("examples", "WORKFLOW"))


def changed(one: Candidate, *, most: int) -> list[tuple[str, str, str]]:
    """Return each field that was proposed otherwise: its name, what was proposed, and what is right.

    `most`: characters of a value.
    """
    return [
        (one_line(name, _NAME), _value(proposed, most), _value(one.output.get(name), most))
        for name, proposed in (one.otherwise or {}).items()
    ]


def _candidate(one: Candidate) -> Sequence[Paragraph]:
    about = f": {WHY[one.why]}, {HALVES[one.half]}. Personal fields are masked."
    return [
        line(words(one_line(one.key, _VALUE), bold=True), words(about)),
        quote(excerpt("\n".join(_said(name, value) for name, value in _filled(one.input)), _INPUT)),
        line(words(_compared(one), bold=True)),
        bullets(_answer(one)),
    ]


def _compared(one: Candidate) -> str:
    if one.otherwise is None:
        return "Right"
    return "Proposed → right" if one.otherwise else "Right as it was proposed"


def _answer(one: Candidate) -> list[Line]:
    """Say what is right, what was proposed otherwise first."""
    otherwise = one.otherwise or {}
    lines = [
        line(words(f"{name}: {proposed} → "), words(right, bold=True))
        for name, proposed, right in changed(one, most=_VALUE)
    ]
    lines += [line(words(_said(name, value))) for name, value in _filled(one.output) if name not in otherwise]
    if len(lines) > FIELDS:
        lines[FIELDS - 1 :] = [line(words(f"and {len(lines) - FIELDS + 1} more fields"))]
    return lines or [line(words("nothing"))]


def _filled(said: Mapping[str, JsonValue]) -> list[tuple[str, JsonValue]]:
    return [(name, value) for name, value in said.items() if value not in _EMPTY]


def _said(name: str, value: JsonValue) -> str:
    return f"{one_line(name, _NAME)}: {_value(value, _VALUE)}"


def _value(value: JsonValue, most: int) -> str:
    return "nothing" if value in _EMPTY else one_line(value, most)
