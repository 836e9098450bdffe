"""Pairs: people's labels judge what a watched version proposed beside the live one.

A label judges both versions by the right output. A rejection without values says that the live one is wrong, and so is
a watched version that proposed the same; where it proposed something else, nobody knows, and the case is left out. A
version that gave no usable answer is wrong. What was answered on an empty form judges no live proposal: it is no pair.
"""

import json

from store import schema
from store.learning import rollouts
from store.learning.rollouts import ToJudge
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.sameness import differing
from workflows.quality.rollouts.shadow import NOT_RECALLED

AT_ONCE = 200
"""Most pairs that are judged in one look."""


def judge(context: Context, deployment: schema.Deployment, workflow: AnyWorkflow) -> int:
    """Judge what a version proposed for cases that have a label now; return how many were judged.

    What was said by decisions that were taken back is forgotten first.
    """
    team = context.team
    with context.database.write() as session:
        rollouts.take_back(session, deployment.id, team=team)
        found = rollouts.to_judge(session, deployment.id, team=team, limit=AT_ONCE)
    # The author's code is asked outside the transaction.
    judged = [(one, difference_of(workflow, one)) for one in found]
    seen = set[int]()
    with context.database.write() as session:
        for one, difference in judged:
            if one.id not in seen:  # the first label of a case counts
                seen.add(one.id)
                rollouts.judge(session, one.id, team=team, label=one.label, difference=difference)
    return len(seen)


def difference_of(workflow: AnyWorkflow, one: ToJudge) -> int | None:
    """Return 1 where only the watched version is wrong, -1 where only the live one is, 0 where both are alike; None
    where the label does not tell.
    """
    wrong = _is_wrong(workflow, one)
    return None if wrong is None else int(wrong) - int(one.live_is_wrong)


def _is_wrong(workflow: AnyWorkflow, one: ToJudge) -> bool | None:
    if one.code is not None:
        # Steps that could not be recalled say nothing about the version.
        return None if one.code == NOT_RECALLED else True
    if one.body is None:
        return None
    watched = json.loads(one.body)
    if one.right is not None:
        return bool(differing(workflow, watched, json.loads(one.right)))
    if one.live is None:
        return None
    is_same = not differing(workflow, watched, json.loads(one.live)["output"])
    # Without the right values it is only known of the one that the person saw.
    return one.live_is_wrong if is_same else None
