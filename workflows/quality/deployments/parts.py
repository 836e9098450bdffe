"""The parts of a version: all that changes what is proposed, what is checked of it, or what counts as an error. Pure.

What says who decides, what may be spent or how sure is sure enough is no part: it changes without a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import rfc8785
from pydantic import JsonValue

from workflows.engine.charters.function_code import code_hash
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.weighing import Weighing
from workflows.engine.propose.models import Models
from workflows.model.choice import LOCAL
from workflows.model.port import Prompt
from workflows.model.sample_answers import MODEL as SAMPLES
from workflows.quality.deployments.codes import DeploymentPart

LENGTH = 12
"""Hex digits of a version's name."""
_OF_TERMS = (
    "proposing",
    "nevers",
    "checks",
    "evidence",
    "scope",
    "input",
    "output",
    "values",
    "places",
    "second readings",
    "missing",
    "documents",
    "personal to model",
)
"""Parts that the terms have, too, by their names there: code and forms, which no process can keep back."""
CODE = (*_OF_TERMS, "text", "templates", DeploymentPart.SAMES.value)


@dataclass(frozen=True)
class Parts:
    """The parts of a version."""

    values: Mapping[str, JsonValue]
    """Part -> a plain value, or the hash of code or of a text. A part that is not declared is left out."""

    @cached_property
    def name(self) -> str:
        """The first digits of the SHA-256 over the parts in the form of RFC 8785."""
        return sha256(rfc8785.dumps(dict(self.values))).hexdigest()[:LENGTH]

    @property
    def code(self) -> Mapping[str, JsonValue]:
        """The parts that are code or a form."""
        return {name: self.values[name] for name in CODE if name in self.values}


def model_asked(workflow: AnyWorkflow, prompt: Prompt | None, models: Models) -> str:
    """Return the name of the model that is asked, as its vendor is told it."""
    if models.shows_samples(workflow):
        return SAMPLES
    if prompt is None or models.learns(workflow):
        return LOCAL
    return prompt.model or models.vendor.default_model


def parts_of(
    workflow: AnyWorkflow,
    prompt: Prompt | None,
    models: Models,
    *,
    training: str | None = None,
    is_frozen: bool = False,
    recalled: str | None = None,
    weighing: Weighing | None = None,
) -> Parts:
    """Return the parts of the version that a process would propose with.

    `training`: key of the model that was trained for it, to propose or to give a second opinion. `is_frozen`: it has
    no other one, even where there was nothing to learn. `recalled`: hash of the examples that are recalled. `weighing`:
    the numbers with which its confidence is weighed.
    """
    model = model_asked(workflow, prompt, models)
    values: dict[str, JsonValue] = dict(code_parts(workflow))
    values[DeploymentPart.MODEL.value] = model
    if model not in (LOCAL, SAMPLES):
        values["vendor"] = models.vendor.declared.name
        values[DeploymentPart.PROMPT.value] = prompt.version if prompt is not None else None
    if training is not None or is_frozen:
        values[DeploymentPart.TRAINING.value] = training
    if workflow.recall:
        values[DeploymentPart.RECALL.value] = [workflow.recall, recalled]
    if weighing is not None:
        values[DeploymentPart.WEIGHING.value] = weighing.kept()
    return Parts(values)


def code_parts(workflow: AnyWorkflow) -> Mapping[str, JsonValue]:
    """Return the parts of a workflow that are code or a form, as this process has them."""
    terms = terms_of(workflow, prompt=None, answering=Answering(models=())).parts
    folder = workflow.folder
    values = {name: terms[name] for name in _OF_TERMS if name in terms}
    if workflow.text is not None:
        values["text"] = code_hash(workflow.text, folder=folder)
    if workflow.templates:
        values["templates"] = {field: code_hash(of, folder=folder) for field, of in sorted(workflow.templates.items())}
    if workflow.sames:
        sames: dict[str, JsonValue] = {
            field: code_hash(same, folder=folder) for field, same in sorted(workflow.sames.items())
        }
        values[DeploymentPart.SAMES.value] = sames
    return values
