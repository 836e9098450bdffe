"""The comparison of two answers to a case, and whether a grade counts as an error.

Which differences need no grade, the workflow's own rule says: `declare/sameness.py`.
"""

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.spot_checks.views import Difference, Grade, Origin, Right
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Kind, form_of
from workflows.engine.text.form_texts import text_of


def differences(workflow: AnyWorkflow, one: str, other: str) -> Sequence[Difference]:
    """Return the fields in which two answers differ, as they are kept: both are JSON.

    A field that one of them does not have, since the form changed in between, differs where the other has a value.
    """
    left, right = json.loads(one), json.loads(other)
    return [
        Difference(
            name=field.name,
            label=field.label,
            one=text_of(field, left.get(field.name)),
            other=text_of(field, right.get(field.name)),
            columns=field.columns if field.kind is Kind.ROWS else (),
        )
        for field in form_of(workflow.output)
        if canonical(left.get(field.name)) != canonical(right.get(field.name))
    ]


def is_error(grade: Grade) -> bool:
    """Tell whether what was delivered counts as an error, if this is the grade of the difference."""
    return grade is not Grade.SAME


def origin_of(right: Right, *, seed: str, check: int) -> Origin:
    """Return where the answer comes from that a second person finds right. They saw both without being told."""
    if right is Right.NEITHER:
        return Origin.NEITHER
    is_first = right is Right.ONE
    return Origin.DELIVERED if is_first is is_delivered_first(seed, check) else Origin.BLIND


def outcome_of(given: Grade, right: Origin | None) -> Grade:
    """Return the outcome that follows from a second person's grade: what was right was no error, however far the other
    answer is from it.
    """
    return Grade.SAME if right is Origin.DELIVERED else given


def is_delivered_first(seed: str, check: int) -> bool:
    """Tell whether what was delivered stands first where a second person is shown both answers. It is always the same
    for a spot check, and nobody can know it.
    """
    return hmac.digest(seed.encode(), f"order/{check}".encode(), sha256)[0] % 2 == 0
