"""Quotes that stand on the pages of an example's documents: ways of giving documents are compared by them, too."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from workflows.documents.documents import Documents
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.places import Standing
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.text.stated_values import is_nothing


def quotes_found(
    workflow: AnyWorkflow, input: BaseModel, proposal: Proposal[Any], documents: Documents
) -> Mapping[str, bool]:
    """Return output field -> True if its quote stands on a page, at a place that the author allows.

    Of the fields that need a quote, or of all where none does, those that have a value. Empty without documents.
    """
    pages = page_evidence(workflow, input, documents)
    if pages is None:
        return {}
    found = pages.of(proposal)
    fields = workflow.evidence or tuple(workflow.output.model_fields)
    return {
        name: name in found and found[name].standing is Standing.FOUND
        for name in fields
        if not is_nothing(getattr(proposal.output, name))
    }
