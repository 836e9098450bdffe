"""Second persons: whether another person has to approve the values to be delivered, and who may be that person.

The limits are the author's code. They are asked outside transactions, again for each person, with the same values.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import BaseModel

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.seconds import Second
from workflows.engine.errors import SamePerson
from workflows.engine.review.scrutiny import Basis
from workflows.engine.review.views import SecondView

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Need:
    """A further person that is needed."""

    place: int
    """Place among the declared ones, from 0."""
    error: str | None
    """Type of the error of its limit; None where it raised none."""


def needs(basis: Basis, output: BaseModel) -> Sequence[Need]:
    """Return the further persons that values need, in order. One whose limit cannot be asked is needed."""
    found = []
    for place, second in enumerate(basis.workflow.review.seconds):
        try:
            needed, error = _holds(basis.workflow, second, basis.input, output), None
        except Exception as failed:  # noqa: BLE001  # the author's code: where it says nothing, two decide
            needed, error = True, type(failed).__name__[:200]
            log.warning("second.limit_failed", workflow=basis.workflow.name, case=basis.case, error=error)
        if needed:
            found.append(Need(place=place, error=error))
    return found


def next_of(needed: Sequence[Need], people: Sequence[str]) -> Need | None:
    """Return the person that is still needed after these; None where nobody is."""
    return needed[len(people) - 1] if len(needed) >= len(people) else None


def refuse_same_person(basis: Basis, person: str) -> None:
    """Raise `SamePerson` where somebody who decided already wants to be the second person too."""
    if person in basis.people:
        raise SamePerson("you approved it already; now another person has to look at it")


def second_view(workflow: AnyWorkflow, place: int | None, error: str | None) -> SecondView | None:
    """Return the person that a review waits for; None where it waits for none."""
    if place is None:
        return None
    seconds = workflow.review.seconds
    return SecondView(sentence=seconds[place].sentence if place < len(seconds) else "", error=error)


def _holds(workflow: AnyWorkflow, second: "Second[BaseModel, BaseModel]", input: str, output: BaseModel) -> bool:
    when = second.when
    if when is None:
        return True
    form: type[BaseModel] = workflow.input
    return within(workflow, "the limit of a second person", lambda: bool(when(read(form, input), output)))
