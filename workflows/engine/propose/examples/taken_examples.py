"""The examples that people took in from decisions, as far as the local model learns from them: those of the learning
half. Those of the other half are tried, and never learned from.
"""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from store.cases import contents
from store.learning import examples
from workflows.engine.declare.workflow import Example

LEARNING = "learning"
"""The name of the half, as it is kept."""


def marks_taken(session: Session, workflow: str, *, team: int) -> tuple[int, ...]:
    """Return the marks of a workflow's taken examples to learn from: other ones are others to learn from."""
    return tuple(examples.taken_contents(session, team=team, workflow=workflow, half=LEARNING))


def read_taken(session: Session, marks: Sequence[int], *, team: int) -> list[Example]:
    """Return the examples with these marks, without those whose content was removed."""
    bodies = contents.bodies(session, marks, team=team)
    found = [json.loads(body) for mark in marks if (body := bodies.get(mark)) is not None]
    return [Example(input=one["input"], output=one["output"]) for one in found]
