"""The workflows that this process knows, checked before the first case."""

from collections.abc import Iterator
from typing import Any

from pydantic import JsonValue
from pydantic.json_schema import JsonSchemaValue

from workflows.engine.declare.code_version import code_version_of
from workflows.engine.declare.incoming.follow_ups import circle_in
from workflows.engine.declare.reach import check_reach
from workflows.engine.declare.round_trip import never_kept
from workflows.engine.declare.workflow import Workflow
from workflows.engine.errors import BadDeclaration, Unknown
from workflows.engine.text.choices import choices
from workflows.model.envelope import form
from workflows.model.port import ModelUnavailable, Prompt
from workflows.model.prompts import BadPrompt, load_prompt

AnyWorkflow = Workflow[Any, Any]
"""A workflow whose input and output types are not known here."""


class Registry:
    """Workflows by name."""

    def __init__(self) -> None:
        self._workflows: dict[str, AnyWorkflow] = {}
        self._prompts: dict[str, Prompt | None] = {}
        self._plans: dict[str, str] = {}

    def add(self, workflow: AnyWorkflow) -> None:
        """Take in a workflow.

        Raise `BadDeclaration` where it delivers nothing, its prompt cannot be read, its name is taken, or a field of
        its input or output could never be delivered as it was, it does what it does not declare that it may, or it
        announces cases that nobody would see, or whose delivery cannot be put right.
        """
        if workflow.name in self._workflows:
            raise BadDeclaration(f"there are two workflows named {workflow.name}; rename one of them")
        if workflow.effect is None:
            raise BadDeclaration(f"workflow {workflow.name} delivers nothing: declare its effect with .deliver")
        for what, values in (("input", workflow.input), ("output", workflow.output)):
            for field, why in never_kept(values).items():
                raise BadDeclaration(
                    f"workflow {workflow.name}: the {what}'s {field} {why}; what is delivered is what was kept, so "
                    "leave it out and look it up in the delivery"
                )
        check_reach(workflow)
        _check_veto(workflow)
        self._prompts[workflow.name] = _prompt(workflow)
        self._workflows[workflow.name] = workflow

    def check_follow_ups(self) -> None:
        """Check what follows what, once all workflows are known.

        Raise `BadDeclaration` where a workflow that follows is not known or has another input, or where workflows
        follow each other in a circle.
        """
        for workflow in self:
            for then in workflow.follow_ups:
                if then.workflow not in self:
                    raise BadDeclaration(
                        f"workflow {workflow.name}: then {then.workflow}, which is not known here; name its file in "
                        "COUNTERSIGN_WORKFLOWS too"
                    )
                form = self.get(then.workflow).input
                if then.form is not None and then.form is not form:
                    raise BadDeclaration(
                        f"workflow {workflow.name}: then {then.workflow} was declared for another workflow of this "
                        "name; its file is loaded twice, so give its name in place of it"
                    )
        circle = circle_in({one.name: [then.workflow for then in one.follow_ups] for one in self})
        if circle:
            raise BadDeclaration(f"these workflows follow each other without an end: {' > '.join(circle)}")

    def get(self, name: str) -> AnyWorkflow:
        """Return a workflow by name. Raise `Unknown` where there is none."""
        try:
            return self._workflows[name]
        except KeyError:
            known = choices(sorted(self._workflows), typed=name)
            raise Unknown(f"there is no workflow {name!r}; known: {known}") from None

    def prompt(self, name: str) -> Prompt | None:
        """Return the prompt of a known workflow as it was when the process began; None where it has none."""
        return self._prompts[name]

    def code_version(self, workflow: AnyWorkflow) -> str:
        """Return the version of a workflow's code, as it was when it was first asked for."""
        if workflow.name not in self._plans:
            prompt = self._prompts.get(workflow.name)
            self._plans[workflow.name] = code_version_of(workflow, prompt.version if prompt is not None else None)
        return self._plans[workflow.name]

    def __contains__(self, name: str) -> bool:
        return name in self._workflows

    def __iter__(self) -> Iterator[AnyWorkflow]:
        return iter(self._workflows.values())


def _check_veto(workflow: AnyWorkflow) -> None:
    if workflow.autonomy.veto is None:
        return
    assert workflow.effect is not None
    if not workflow.effect.reversible:
        raise BadDeclaration(
            f"workflow {workflow.name} announces cases (veto), but does not say that its delivery can be put right: "
            "write .deliver(reversible=True) where a correction undoes it, or leave veto out"
        )
    if workflow.review.post_to is None:
        raise BadDeclaration(
            f"workflow {workflow.name} announces cases (veto), but nobody would see them: give its Review a post_to"
        )


def _prompt(workflow: AnyWorkflow) -> Prompt | None:
    if workflow.prompt is None:
        return None
    if workflow.folder is None:
        raise BadDeclaration(f"workflow {workflow.name} has a prompt but no folder to find it in")
    try:
        return load_prompt(
            workflow.folder / "prompts", workflow.prompt, form=form_asked(workflow), declared=told(workflow)
        )
    except BadPrompt as error:
        raise BadDeclaration(f"workflow {workflow.name}: {error}") from error


def form_asked(workflow: AnyWorkflow) -> JsonSchemaValue:
    """Return the JSON schema that a model is asked to fill in. Raise `BadDeclaration` for an output that has none."""
    try:
        return form(workflow.output, evidence=workflow.evidence)
    except ModelUnavailable as error:
        raise BadDeclaration(f"workflow {workflow.name}: {error}") from error


def told(workflow: AnyWorkflow) -> dict[str, JsonValue]:
    """Return the parts of a workflow's declaration that its prompt may use."""
    return {
        "workflow": workflow.name,
        "decision": workflow.decision,
        "may": list((workflow.may or {}).values()),
        "nevers": [never.sentence for never in workflow.nevers],
        "checks": [check.sentence for check in workflow.checks],
        "fields": list(workflow.output.model_fields),
    }
