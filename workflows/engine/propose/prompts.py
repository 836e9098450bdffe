"""The prompt versions of the workflows: how they are kept and found again."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from store import schema
from store.db.database import Database
from store.model import prompt_versions
from workflows.engine.declare.registry import AnyWorkflow, Registry, form_asked, told
from workflows.engine.errors import Refused
from workflows.model.port import Prompt
from workflows.model.prompts import BadPrompt, parse_prompt, read_prompt


def keep_prompts(database: Database, registry: Registry, *, team: int, at: datetime) -> None:
    """Keep the prompt versions that this process knows, so that the version of a proposal can be looked up."""
    used = [(workflow, prompt) for workflow in registry if (prompt := registry.prompt(workflow.name)) is not None]
    with database.read() as session:
        new = [(workflow, prompt) for workflow, prompt in used if not _is_kept(session, team, workflow.name, prompt)]
    if not new:
        return
    with database.write() as session:
        for workflow, prompt in new:
            keep_prompt(session, workflow, prompt, team=team, at=at)


def keep_prompt(session: Session, workflow: AnyWorkflow, prompt: Prompt, *, team: int, at: datetime) -> None:
    """Keep one version of a workflow's prompt, if it is not kept already."""
    prompt_versions.keep(
        session,
        team=team,
        workflow=workflow.name,
        version=prompt.version,
        name=prompt.name,
        source=prompt.source,
        form=json.dumps(prompt.form),
        at=at,
    )


def prompt_in(file: Path, workflow: AnyWorkflow) -> Prompt:
    """Return the prompt in any file, as this workflow would use it. Raise `Refused` where it cannot."""
    try:
        return read_prompt(file, form=form_asked(workflow), declared=told(workflow))
    except BadPrompt as error:
        raise Refused(str(error)) from error


def prompt_of_version(session: Session, workflow: AnyWorkflow, version: str, *, team: int) -> Prompt:
    """Return a kept version of a workflow's prompt. `version`: its first digits. Raise `Refused` unless exactly one
    fits.

    It is filled with what the workflow declares now, but the form is the version's own.
    """
    kept = kept_version(session, workflow.name, version, team=team)
    try:
        prompt = parse_prompt(kept.source, kept.name, form=json.loads(kept.form), declared=told(workflow))
    except BadPrompt as error:
        raise Refused(f"version {kept.version} can no longer be used: {error}") from error
    if prompt.version != kept.version:
        raise Refused(
            f"version {kept.version} was made from an earlier declaration of {workflow.name}: with the present one it "
            f"is version {prompt.version}"
        )
    return prompt


def kept_version(session: Session, workflow: str, version: str, *, team: int) -> schema.PromptVersion:
    """Return the kept version that begins with these digits. Raise `Refused` unless there is exactly one."""
    found = prompt_versions.beginning_with(session, team=team, workflow=workflow, version=version)
    if len(found) != 1:
        many = f"{len(found)} versions" if found else "no version"
        raise Refused(f"{workflow} has {many} whose number begins with {version!r}: see countersign prompts list")
    return found[0]


def _is_kept(session: Session, team: int, workflow: str, prompt: Prompt) -> bool:
    found = prompt_versions.beginning_with(session, team=team, workflow=workflow, version=prompt.version)
    return bool(found)
