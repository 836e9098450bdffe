"""Deployments as people read them."""

from collections.abc import Sequence
from difflib import unified_diff

from pydantic import JsonValue, ValidationError
from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.learning import deployments
from store.model import prompt_versions
from store.states import DeploymentState
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.excerpts import shortened
from workflows.quality.deployments.evidence import Evidence
from workflows.quality.deployments.parts import CODE, code_parts
from workflows.quality.deployments.views import (
    As,
    DeploymentLine,
    DeploymentView,
    PartChange,
    PromptDiff,
    RefusedFor,
    RolloutView,
    Signature,
)

MOST_LINES = 80
"""Lines of a prompt's difference that are shown."""
LONGEST_LINE = 300
"""Characters of one of them."""
LISTED = 50
_ON_ITS_WAY = (DeploymentState.TRYING, DeploymentState.PROPOSED, DeploymentState.SHADOW, DeploymentState.SHARING)


def deployment_view(context: Context, deployment: int) -> DeploymentView:
    """Return a deployment by its row. Raise `Unknown`."""
    with context.database.read() as session:
        row = deployments.get(session, deployment, team=context.team)
        if row is None:
            raise Unknown("there is no such deployment")
        return view_of(session, context, row)


def numbered_view(context: Context, workflow: str, number: int | None) -> DeploymentView:
    """Return a workflow's deployment by its number; None: the newest. Raise `Unknown`."""
    with context.database.read() as session:
        of = teams.find_workflow(session, team=context.team, name=workflow)
        row = None
        if of is not None and number is not None:
            row = deployments.numbered(session, of, number, team=context.team)
        elif of is not None:
            row = next(iter(deployments.of_workflow(session, of, team=context.team, limit=1)), None)
        if row is None:
            what = f"deployment {number}" if number is not None else "deployment"
            raise Unknown(f"{workflow} has no {what}; see countersign deployments list")
        return view_of(session, context, row)


def view_of(session: Session, context: Context, row: schema.Deployment) -> DeploymentView:
    """Return a deployment as people are shown it."""
    used = deployments.used(session, row.workflow_id, team=context.team)
    assert used is not None
    live = deployments.get(session, used.live, team=context.team) if used.live is not None else None
    is_on_its_way = row.state in _ON_ITS_WAY
    before_id = used.live if is_on_its_way else row.before_id
    before = deployments.get(session, before_id, team=context.team) if before_id is not None else None
    workflow = context.registry.get(used.name) if used.name in context.registry else None
    is_same = None
    if workflow is not None:
        is_same = code_parts(workflow) == {name: row.parts[name] for name in CODE if name in row.parts}
    return DeploymentView(
        id=row.id,
        number=row.number,
        name=row.name,
        state=row.state,
        change=row.change,
        workflow=used.name,
        workflow_id=row.workflow_id,
        owner=workflow.owner if workflow is not None else "",
        backup=workflow.backup if workflow is not None else None,
        note=row.note,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        model=row.model,
        prompt_version=row.prompt_version,
        recall=row.recall,
        live_number=live.number if live is not None else None,
        before_number=before.number if before is not None else None,
        is_code_same=is_same,
        prompt_diff=_diff(session, context, used.name, before, row),
        changes=changes_between(before.parts if before is not None else {}, row.parts),
        evidence=_evidence(row),
        refused_for=[RefusedFor(code) for code in row.refused_for],
        override_reason=row.override_reason,
        signatures_wanted=int(row.rollout.get("signatures", 1)),
        signatures=[
            Signature(by=one.by, how=As(one.how), at=one.at)
            for one in deployments.signatures(session, [row.id], team=context.team)
        ],
        rollout=RolloutView(
            way=row.rollout["way"],
            share=row.rollout["share"],
            margin=row.rollout["margin"],
            sure=row.rollout["sure"],
        ),
        live_at=row.live_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        ended_by=row.ended_by,
        ended_with=row.ended_with or {},
        improvement_id=row.improvement_id,
        generation=context.restores.number,
    )


def deployment_lines(context: Context, workflow: str | None, *, limit: int = LISTED) -> Sequence[DeploymentLine]:
    """Return the deployments of a workflow, or of all, the newest first.

    Raise `Unknown` for a workflow that is neither declared nor was ever deployed.
    """
    found = []
    with context.database.read() as session:
        for used in deployments.used_by(session, team=context.team):
            if workflow in (None, used.name):
                rows = deployments.of_workflow(session, used.id, team=context.team, limit=limit)
                found += [_line(used.name, row) for row in rows]
    if workflow is not None and not found:
        context.registry.get(workflow)
    return found


def changes_between(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> list[PartChange]:
    """Return the parts that differ, by name."""
    names = sorted({*before, *after})
    return [
        PartChange(part=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _line(workflow: str, row: schema.Deployment) -> DeploymentLine:
    return DeploymentLine(
        workflow=workflow,
        number=row.number,
        name=row.name,
        state=row.state,
        model=row.model,
        prompt_version=row.prompt_version,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        live_at=row.live_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )


def _evidence(row: schema.Deployment) -> Evidence | None:
    try:
        return Evidence.model_validate(row.evidence) if row.evidence is not None else None
    except ValidationError:  # another version of Countersign kept it
        return None


def _diff(
    session: Session, context: Context, workflow: str, before: schema.Deployment | None, row: schema.Deployment
) -> PromptDiff | None:
    old = before.prompt_version if before is not None else None
    if old == row.prompt_version:
        return None
    before_it = _source(session, context, workflow, old)
    after_it = _source(session, context, workflow, row.prompt_version)
    # The first two lines name the files.
    lines = [shortened(line, LONGEST_LINE) for line in unified_diff(before_it, after_it, lineterm="", n=2)][2:]
    return PromptDiff(lines=lines[:MOST_LINES], more=max(0, len(lines) - MOST_LINES))


def _source(session: Session, context: Context, workflow: str, version: str | None) -> list[str]:
    if version is None:
        return []
    found = prompt_versions.beginning_with(session, team=context.team, workflow=workflow, version=version)
    return found[0].source.splitlines() if found else []
