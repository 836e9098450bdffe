"""The kept versions of prompts, and what a model was told of a case."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, JsonValue

from store.learning import deployments
from store.model import prompt_versions
from workflows.engine.case.intake import accept
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.context import Context
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK
from workflows.engine.errors import ContentRemoved, NoProposal, Refused
from workflows.engine.propose.prompts import kept_version, prompt_of_version
from workflows.engine.propose.told_documents import ToldDocuments
from workflows.engine.read.history import case_view, find_case
from workflows.engine.text.canonical_json import from_body
from workflows.model.port import Prompt


@dataclass(frozen=True, kw_only=True)
class PromptLine:
    """A version of a workflow's prompt."""

    workflow: str
    name: str
    version: str
    in_use: bool
    seen_at: datetime
    """The time at which a process first knew it."""


def prompt_lines(context: Context) -> Sequence[PromptLine]:
    """Return all kept versions of the known workflows' prompts; of each workflow the newest last."""
    lines = []
    for workflow in context.registry:
        present = context.registry.prompt(workflow.name)
        used_version = present.version if present is not None else None
        with context.database.read() as session:
            live = deployments.live_of(session, workflow.name, team=context.team)
            # None, too, where an operator has the files used.
            if live is not None and context.versions.pin(live=live.id, beside=None, case=0) is not None:
                used_version = live.prompt_version
            kept = prompt_versions.of_workflow(session, team=context.team, workflow=workflow.name)
        lines += [
            PromptLine(
                workflow=workflow.name,
                name=one.name,
                version=one.version,
                in_use=used_version == one.version,
                seen_at=one.seen_at,
            )
            for one in kept
        ]
    return lines


def present_prompt(context: Context, workflow: AnyWorkflow) -> Prompt:
    """Return the prompt in use. Raise `Refused` where there is none."""
    prompt = context.registry.prompt(workflow.name)
    if prompt is None:
        raise Refused(f"{workflow.name} has no prompt")
    return prompt


def prompt_at(context: Context, workflow: AnyWorkflow, version: str | None) -> Prompt:
    """Return a kept version as it would be used now, or the present one. Raise `Refused`."""
    if version is None:
        return present_prompt(context, workflow)
    with context.database.read() as session:
        return prompt_of_version(session, workflow, version, team=context.team)


def prompt_source(context: Context, workflow: AnyWorkflow, version: str | None) -> str:
    """Return the file of a kept version, or of the present one. Raise `Refused`."""
    if version is None:
        return present_prompt(context, workflow).source
    with context.database.read() as session:
        return kept_version(session, workflow.name, version, team=context.team).source


def version_before(context: Context, workflow: AnyWorkflow) -> str:
    """Return the version that was kept before the present one. Raise `Refused` where there is none."""
    present = present_prompt(context, workflow)
    with context.database.read() as session:
        kept = prompt_versions.of_workflow(session, team=context.team, workflow=workflow.name)
    others = [one.version for one in kept if one.version != present.version]
    if not others:
        raise Refused(f"{workflow.name} has only one version of its prompt, {present.version}")
    return others[-1]


def told_of(context: Context, reference: str) -> str | None:
    """Return what a paid model was told of a case last, word for word; None where none was asked.

    Raise `ContentRemoved`.
    """
    view = case_view(context, find_case(context, reference))
    told = [attempt.told for run in view.runs for attempt in run.asked if isinstance(attempt.told, str)]
    if told and told[-1] == REMOVED:
        raise ContentRemoved(case=view.id, at=view.erased_at)
    return told[-1] if told else None


def asked_with(context: Context, reference: str) -> Mapping[str, JsonValue]:
    """Return what the model was asked with last; the journal has its parts in the order of their names.

    Raise `ContentRemoved`, or `Refused` where no model was asked.
    """
    view = case_view(context, find_case(context, reference))
    asked = [step.input for run in view.runs for step in run.steps if step.name == ASK]
    last = asked[-1] if asked else None
    if last == REMOVED:
        raise ContentRemoved(case=view.id, at=view.erased_at)
    data = last.get("data") if isinstance(last, dict) else None
    if not isinstance(data, dict):
        raise Refused(f"no model was asked about case {view.id}")
    return data


def would_ask_with(workflow: AnyWorkflow, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Return what the model would be asked with about an input.

    Raise `InvalidInput`, or `Refused` where the workflow's own code asks: it may look up more.
    """
    if workflow.proposing is not None:
        raise Refused(f"{workflow.name} asks with more than its input: name a case that it asked about, with --case")
    accepted = accept(workflow, values)
    heard: dict[str, JsonValue] = {}

    def hear(**data: object) -> Proposal[BaseModel]:
        heard.update(ToldDocuments(data, way=workflow.documents_as).plain())
        raise NoProposal("it is only looked at")

    with suppress(NoProposal):
        workflow.make_proposal(from_body(workflow.input, accepted.body), hear)
    return heard
