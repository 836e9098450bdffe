"""The transcript of a try: a line for each step, to be attached to a bug report.

Nothing that Slack or a person wrote comes into it but error codes, places in JSON, names of scopes, and numbers. So it
holds no token, no name or id, and no text of anybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_CODE = re.compile("[A-Za-z][A-Za-z0-9_]{0,99}")
_POINTER = re.compile(r"\[json-pointer:((?:/(?:[0-9]{1,4}|[a-z_]{1,40})){1,20})\]")
_SCOPE = re.compile("[a-z_.]{1,40}(?::[a-z_.]{1,40}){0,2}")


class Outcome(StrEnum):
    """The outcome of a step."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One call that Slack refused."""

    method: str
    code: str
    """Slack's error code."""
    about: str = ""
    """Name of the specimen."""
    places: Sequence[str] = ()
    """Places in what was sent that Slack named, as JSON pointers."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The outcome of a step, in our words."""

    step: str
    tests: str
    asked: str
    """The act that the person was asked for; empty where nobody was asked."""
    got: str
    outcome: Outcome
    faults: Sequence[Fault]
    calls: int
    slowest: int
    """Milliseconds of the slowest call to Slack."""
    waited: float
    """Seconds that Slack asked to wait."""
    took: int
    """Milliseconds from the beginning of the step to its end."""
    scopes: Sequence[str] = field(default_factory=list)
    """Scopes that Slack granted, in the line about them."""


def code_in(error: str) -> str:
    """Return an error code, or a word that says that there is none."""
    return error if _CODE.fullmatch(error) else "unreadable"


def places_in(messages: object) -> Sequence[str]:
    """Return the places that Slack's messages name; their words, which may quote what was sent, are left out."""
    some = messages if isinstance(messages, list) else []
    return [found[1] for message in some[:10] if (found := _POINTER.search(str(message)))]


def scopes_in(scopes: Sequence[str]) -> Sequence[str]:
    """Return those that look like scopes, in order."""
    return sorted(scope for scope in scopes if _SCOPE.fullmatch(scope))


def as_text(line: Line) -> str:
    """Return a line as text."""
    said = [f"{line.outcome:<7} {line.step}: {line.tests}"]
    said += [f"asked: {line.asked}"] if line.asked else []
    said += [f"got: {line.got}"] if line.got else []
    said += [_fault(fault) for fault in line.faults]
    said += [f"scopes: {' '.join(line.scopes)}"] if line.scopes else []
    waited = f", waited {line.waited:g} s for Slack" if line.waited else ""
    return "; ".join([*said, f"{line.took} ms, {line.calls} calls, the slowest {line.slowest} ms{waited}"])


def _fault(fault: Fault) -> str:
    about = f" ({fault.about})" if fault.about else ""
    return f"{fault.method}: {fault.code}{about}{''.join(f' at {place}' for place in fault.places)}"
