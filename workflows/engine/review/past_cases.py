"""The past cases that a model was told of, as people are shown them beside a proposal."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from store.learning import recalled_examples
from store.learning.recalled_examples import RecalledLine
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.past_cases import decided_in, name_for_all
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.views import PastView
from workflows.labels import label_of

Marks = Sequence[Mapping[str, Any]]
"""Parts that are kept with a proposal. Any: each has a type of its own."""


def kept_of(session: Session, marks: Marks, *, team: int) -> dict[int, RecalledLine]:
    """Return those past cases whose content is still kept, by the ids of their examples."""
    return recalled_examples.present(session, [int(one["example"]) for one in marks], team=team) if marks else {}


def past_views(workflow: AnyWorkflow, marks: Marks, kept: Mapping[int, RecalledLine]) -> list[PastView]:
    """Return past cases as people are shown them, nearest first. The author's code is called, so outside transactions.

    `kept`: those whose content is still kept; the others are left out.
    """
    found: list[PastView] = []
    for mark in marks:
        line = kept.get(int(mark["example"]))
        if line is None:
            continue
        values = decided_in(workflow, line.body)
        entries = entries_of(workflow.output, values)
        found.append(
            PastView(
                case=line.case,
                name=name_for_all(workflow, case=line.case, key=line.key),
                values={label_of(workflow.output, name): entries[name] for name in values if entries.get(name)},
                similarity=float(mark["similarity"]),
            )
        )
    return found
