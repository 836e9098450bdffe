"""The demo's workflows as they were in the made-up past: with prompts for made-up models, and without channels."""

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from pathlib import Path

from bot.demo.places import INVOICES
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.declare.workflow import Budget

_FOLDER = Path(__file__).parent
_BUDGET = Budget(per_case="1", per_day="20")
"""Enough for the dear day: each request reserves the most that it may cost."""
_LOOKED_AT = 0.65
"""Share of what went alone that people looked at: a fortnight is short, and fewer looks say nothing of errors."""


def earlier(workflows: Iterable[AnyWorkflow]) -> Registry:
    """Return the workflows of the first days: with the first prompts, and a ledger that does not know our keys yet."""
    registry = Registry()
    for workflow in workflows:
        then = _with_prompt(workflow, 1)
        if then.name == INVOICES.workflow and then.effect is not None:
            then.effect = replace(then.effect, idempotent=False)
        registry.add(then)
    return registry


def later(workflows: Iterable[AnyWorkflow]) -> Registry:
    """Return the workflows of the last days, with the second prompts."""
    registry = Registry()
    for workflow in workflows:
        registry.add(_with_prompt(workflow, 2))
    return registry


def _with_prompt(workflow: AnyWorkflow, number: int) -> AnyWorkflow:
    assert workflow.prompt is not None
    then = copy(workflow)
    then.prompt, then.folder = f"{Path(workflow.prompt).stem}-{number}.md", _FOLDER
    # Without a channel no card of the past is wanted anywhere.
    then.review = replace(workflow.review, post_to=None, reviewers=None)
    then.budget = _BUDGET
    then.autonomy = replace(workflow.autonomy, spot_checks=_LOOKED_AT)
    return then
