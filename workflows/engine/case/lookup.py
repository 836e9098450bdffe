"""Lookup of a case by its number or key, and its text."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store.cases import cases, runs
from store.cases.review import reviews
from store.governance import teams
from workflows.engine.case.idempotency_keys import case_key
from workflows.engine.case.kept_content import kept_body
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.personal import MASK, has_personal, hiding, personal_values
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError, Unknown
from workflows.engine.text.canonical_json import canonical


def cases_meant(context: Context, reference: str, *, workflows: Collection[str] | None = None) -> Sequence[int]:
    """Return the ids of all cases that a person may mean. `workflows`: as for `find_case`."""
    with context.database.read() as session:
        found = {}
        number = reference.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 19:
            numbered = cases.get(session, int(number), team=context.team)
            if numbered is not None:
                found[numbered.id] = numbered
        with suppress(ValueError):
            found |= {case.id: case for case in cases.with_key(session, team=context.team, key=case_key(reference))}
        names = {
            case.workflow_id: teams.workflow_name(session, case.workflow_id, team=context.team)
            for case in found.values()
        }
    return [case.id for case in found.values() if workflows is None or names[case.workflow_id] in workflows]


def input_of(context: Context, review: int) -> str:
    """Return the kept input of a review's case, as JSON. Raise `Unknown`."""
    with context.database.read() as session:
        row = reviews.get(session, review, team=context.team)
        run = runs.get(session, row.run_id, team=context.team) if row is not None else None
        if run is None:
            raise Unknown(f"there is no review {review}")
        return kept_body(session, run.input_id, team=context.team)


def kept_json(session: Session, content: int | None, *, team: int) -> Any:  # Any: each content has a form of its own
    """Return what is kept as JSON, read; None where nothing is. Raise `ContentRemoved`."""
    return None if content is None else json.loads(kept_body(session, content, team=team))


def known_workflow(context: Context, name: str) -> AnyWorkflow:
    """Return the workflow of something that is shown. Raise `Unknown` where this process does not know it."""
    if name not in context.registry:
        raise Unknown(f"the workflow {name} is not known to this Countersign any more")
    return context.registry.get(name)


def case_text(workflow: AnyWorkflow, body: str) -> str:
    """Return the case as plain text; as JSON where it no longer fits the workflow, or has no text."""
    form: type[BaseModel] = workflow.input
    try:
        text: object = within(workflow, "its text", lambda: workflow.text_of(read(form, body)))
    except Exception:  # noqa: BLE001  # the author's code; the card is shown all the same
        text = ""
    return text if isinstance(text, str) and text.strip() else canonical(json.loads(body))


def key_in_channel(workflow: AnyWorkflow | None, body: str | None, key: str) -> str:
    """Return a case's key as a channel may be shown it.

    `workflow`: None where it is not known here. `body`: None where the input was removed.
    """
    if workflow is None or not has_personal(workflow.input):
        return key
    if body is None:
        return MASK
    try:
        return hiding(personal_values(read(workflow.input, body)))(key)
    except CountersignError:
        return MASK


def one_line_of(text: str, key: str) -> str:
    """Return the first line of a case's text that says something, else one that is not blank, else its key.

    A line of signs alone, as above quoted code, says nothing.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    return next((line for line in lines if any(sign.isalnum() for sign in line)), lines[0] if lines else key)
