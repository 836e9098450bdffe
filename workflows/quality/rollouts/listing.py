"""Versions that are watched, with what people's labels say so far. It reads and changes nothing."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from store import schema
from store.governance import teams
from store.learning import deployments, probes, rollouts
from store.states import DeploymentState
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.deployments.views import DeploymentView, Plan
from workflows.quality.rollouts.arithmetic import labels_each, plan
from workflows.quality.rollouts.sequential import more_pairs
from workflows.quality.rollouts.views import Probed, UnderWay
from workflows.quality.rollouts.watch import arms_of, margin_of, pairs_of, share_of, sure_of

LATELY = timedelta(days=14)
"""Time over which the labels of a workflow are counted."""
POINTS = 0.03
"""Share of errors more than the live version's that a share of the cases is to find."""
USUAL = 0.05
"""Share of errors of a live version that is reckoned with where too few labels are there."""
FEWEST = 50
"""Labels from which on the live version's own share of errors is taken."""
_BESIDE = (DeploymentState.SHADOW, DeploymentState.SHARING)


def under_way(context: Context, *, workflow: str | None = None) -> Sequence[UnderWay]:
    """Return the versions that are watched beside a live one, of one workflow or of all."""
    team = context.team
    with context.database.read() as session:
        used = {one.id: one for one in deployments.used_by(session, team=team)}
        found = deployments.under_way(session, team=team, states=_BESIDE)
    return [
        _line(context, one, name=used[one.workflow_id].name, live=used[one.workflow_id].live)
        for one in found
        if workflow is None or used[one.workflow_id].name == workflow
    ]


def probed(context: Context, *, workflow: str | None = None) -> Sequence[Probed]:
    """Return the last probe of each live version that has one, of one workflow or of all."""
    found, team = [], context.team
    with context.database.read() as session:
        names = {one.id: one.name for one in deployments.used_by(session, team=team)}
        for row in deployments.under_way(session, team=team, states=[DeploymentState.LIVE]):
            if workflow not in (None, names[row.workflow_id]):
                continue
            last = probes.days(session, row.id, team=team, limit=1)
            first = probes.first(session, row.id, team=team)
            if not last or first is None:
                continue
            found.append(
                Probed(
                    workflow=names[row.workflow_id],
                    number=row.number,
                    day=last[0].day,
                    is_first=last[0].day == first.day,
                    asked=last[0].asked,
                    changed=last[0].changed,
                    right=last[0].right,
                    vary=first.changed,
                    models=last[0].models,
                )
            )
    return found


def with_plan(context: Context, view: DeploymentView) -> DeploymentView:
    """Return a deployment with the way ahead, where it waits for signatures and is to be used for a share first."""
    waits = view.state is DeploymentState.PROPOSED and view.live_number is not None
    if not waits or view.rollout.way != "share" or view.workflow not in context.registry:
        return view
    return replace(view, plan=plan_of(context, context.registry.get(view.workflow), share=view.rollout.share))


def plan_of(context: Context, workflow: AnyWorkflow, *, share: float | None = None) -> Plan:
    """Return how many labels a version needs that is used for a share of the cases, and for how long that goes on.

    It is for a version that is worse by three points, held against the live one's share of errors so far. `share`: left
    out, as the workflow declares it.
    """
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow.name)
        used = deployments.used(session, row, team=context.team) if row is not None else None
        live = used.live if used is not None else None
        labels = rollouts.outcomes(session, live, team=context.team, limit=1_000) if live is not None else []
    errors = sum(one.is_error for one in labels) / len(labels) if len(labels) >= FEWEST else USUAL
    a_day = labels_a_day(context, row) if row is not None else 0.0
    return plan(live=max(errors, 0.01), more=POINTS, share=share or workflow.rollout.share, a_day=a_day)


def labels_a_day(context: Context, workflow: int) -> float:
    """Return how many labels of a workflow's row came a day lately."""
    now = context.clock()
    with context.database.read() as session:
        number = rollouts.labels_between(session, workflow, team=context.team, since=now - LATELY, until=now)
    return number / LATELY.days


def _line(context: Context, deployment: schema.Deployment, *, name: str, live: int | None) -> UnderWay:
    team, is_shadow = context.team, deployment.state is DeploymentState.SHADOW
    with context.database.read() as session:
        before = deployments.get(session, live, team=team) if live is not None else None
        asked = rollouts.asked(session, deployment.id, team=team)
        signed = deployments.signatures(session, [deployment.id], team=team)
    a_day = labels_a_day(context, deployment.workflow_id) * share_of(deployment)
    live_labels, more = 0, None
    if is_shadow:
        found = pairs_of(context, deployment)
        more = more_pairs(
            pairs=found.pairs,
            only_new_wrong=found.only_new_wrong,
            only_live_wrong=found.only_live_wrong,
            margin=margin_of(deployment),
            sure=sure_of(deployment),
        )
    elif live is not None:
        found = arms_of(context, deployment, live=live)
        live_labels = found.live_labels
        rate = found.only_live_wrong / live_labels if live_labels else USUAL
        more = max(1, labels_each(live=rate, more=margin_of(deployment)) - found.pairs)
    else:
        found = pairs_of(context, deployment)
    return UnderWay(
        workflow=name,
        number=deployment.number,
        is_shared=not is_shadow,
        share=share_of(deployment),
        margin=margin_of(deployment),
        sure=sure_of(deployment),
        since=max((one.at for one in signed), default=deployment.proposed_at),
        live_number=before.number if before is not None else None,
        asked=asked.asked,
        pairs=found.pairs,
        only_new_wrong=found.only_new_wrong,
        only_live_wrong=found.only_live_wrong,
        live_labels=live_labels,
        more=more,
        days=math.ceil(more / a_day) if more is not None and a_day > 0 else None,
        untold=asked.untold,
        cost=asked.cost,
    )
