"""Read models of deployments, as specimens are drawn from."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from handlers.slack.blocks.learning.deployment import all_the_same, change, deployment, rolling_back
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.specimens.reviews import AT, OTHER, WHO
from store.states import DeploymentState
from workflows.quality.deployments.evidence import Evidence, Figures, GoneAlone, Measured, Pairs, Weighed
from workflows.quality.deployments.views import (
    As,
    DeploymentView,
    Ended,
    PartChange,
    Plan,
    PromptDiff,
    RefusedFor,
    RolloutView,
    Signature,
    Unweighed,
)
from workflows.quality.evals.mcnemar import Word

_NEVER = "answer a safety report alone"
NEW = Figures(
    eval=7,
    model="claude-sonnet-4-5",
    prompt_version="0a1b2c3d4e5f",
    examples=120,
    tried=120,
    whole=Measured(right=108, of=120, low=0.832, high=0.947),
    fields={
        "queue": Measured(right=114, of=120, low=0.894, high=0.981),
        "priority": Measured(right=110, of=120, low=0.852, high=0.959),
    },
    alone=GoneAlone(floor=0.85, of=120, alone=71, wrong=2, at_most=0.0862),
    nevers={_NEVER: 6},
    garbage=1,
    no_proposal=1,
    dollars=Decimal("0.0042"),
    milliseconds=1310.0,
    is_finished=True,
    right=12,
    wrong=[],
)
LIVE = NEW.model_copy(
    update={
        "eval": 8,
        "whole": Measured(right=97, of=120, low=0.726, high=0.875),
        "fields": {
            "queue": Measured(right=103, of=120, low=0.783, high=0.915),
            "priority": Measured(right=108, of=120, low=0.832, high=0.947),
        },
        "alone": GoneAlone(floor=0.85, of=120, alone=60, wrong=3, at_most=0.1238),
        "dollars": Decimal("0.0031"),
        "milliseconds": 980.0,
    }
)
EVIDENCE = Evidence(
    examples=120,
    of_measuring=80,
    critical=12,
    new=NEW,
    live=LIVE,
    pairs=Pairs(pairs=120, both_right=95, only_new=13, only_live=2, both_wrong=10, word=Word.BETTER, p=0.0074),
    weighed=Weighed(labels=1240, errors=96, before=0.8812, after=0.8946),
)
_WORSE = EVIDENCE.model_copy(
    update={
        "weighed": Weighed(labels=212, errors=12, why_not=Unweighed.FEW),
        "new": LIVE.model_copy(update={"right": 11, "wrong": ["a" * 64]}),
        "live": NEW,
        "pairs": Pairs(pairs=120, both_right=84, only_new=2, only_live=13, both_wrong=21, word=Word.WORSE, p=0.0074),
    }
)
_CANT_TELL = EVIDENCE.model_copy(
    update={"pairs": Pairs(pairs=9, both_right=6, only_new=2, only_live=1, both_wrong=0, word=Word.CANT_TELL, p=1.0)}
)
_NO_EXAMPLES = Evidence(examples=0, of_measuring=0, critical=0, new=None, live=None, pairs=None)
_FIRST = EVIDENCE.model_copy(update={"live": None, "pairs": None})
_DIFF = PromptDiff(
    lines=[
        "@@ -3,3 +3,4 @@",
        " Choose the queue.",
        "-Refunds go to billing.",
        "+Refunds of up to 500 go to billing.",
        "+",
    ],
    more=0,
)
DEPLOYMENT = DeploymentView(
    id=4,
    number=4,
    name="9f86d081884c",
    state=DeploymentState.PROPOSED,
    change=2,
    workflow="triage",
    workflow_id=1,
    owner=WHO,
    backup=OTHER,
    note="Refunds over 500 were corrected 14 times.",
    proposed_by=OTHER,
    proposed_at=AT,
    model="claude-sonnet-4-5",
    prompt_version="0a1b2c3d4e5f",
    recall=0,
    live_number=3,
    before_number=3,
    is_code_same=True,
    prompt_diff=_DIFF,
    changes=[
        PartChange(part="prompt", before="1111aaaa2222", after="0a1b2c3d4e5f"),
        PartChange(part="model", before="claude-haiku-4-5", after="claude-sonnet-4-5"),
    ],
    evidence=EVIDENCE,
    refused_for=[],
    override_reason=None,
    signatures_wanted=1,
    signatures=[],
    rollout=RolloutView(way="shadow", share=0.2, margin=0.03, sure=0.9),
    live_at=None,
    ended_at=None,
    ended_why=None,
    ended_by=None,
)
_SIGNED = [Signature(by=WHO, how=As.OWNER, at=AT + timedelta(hours=1))]
_ENDED = {"ended_at": AT + timedelta(days=2), "signatures": _SIGNED}
DEPLOYMENTS: Mapping[str, Mapping[str, Any]] = {
    "proposed": {},
    "can't tell": {"evidence": _CANT_TELL},
    "worse": {"evidence": _WORSE, "refused_for": [RefusedFor.WORSE, RefusedFor.REGRESSION]},
    "two sign, one has": {"signatures_wanted": 2, "signatures": _SIGNED},
    "two sign": {"signatures_wanted": 2},
    "for a share of the cases": {
        "rollout": RolloutView(way="share", share=0.2, margin=0.03, sure=0.9),
        "plan": Plan(labels=1060, days=133, a_day=40),
    },
    "the first": {"before_number": None, "live_number": None, "evidence": _FIRST, "prompt_diff": None, "changes": []},
    "without examples": {"evidence": _NO_EXAMPLES, "note": None},
    "being tried": {"state": DeploymentState.TRYING, "evidence": None},
    "in the shadow": {"state": DeploymentState.SHADOW, "signatures": _SIGNED},
    "sharing": {"state": DeploymentState.SHARING, "signatures": _SIGNED},
    "live": {"state": DeploymentState.LIVE, "signatures": _SIGNED, "live_at": AT + timedelta(days=3), "live_number": 4},
    "live, in spite of all": {
        "state": DeploymentState.LIVE,
        "evidence": _WORSE,
        "refused_for": [RefusedFor.WORSE],
        "override_reason": "The examples are of last year; *these* <!channel> rules changed.",
        "signatures": _SIGNED,
        "live_at": AT + timedelta(days=3),
        "live_number": 4,
    },
    "rejected": {"state": DeploymentState.REJECTED, "ended_why": Ended.REJECTED, **_ENDED},
    "replaced": {"state": DeploymentState.REPLACED, "ended_why": Ended.REPLACED, **_ENDED},
    "rolled back by itself": {"state": DeploymentState.ROLLED_BACK, "ended_why": Ended.WORSE, **_ENDED},
    "rolled back by hand": {
        "state": DeploymentState.ROLLED_BACK,
        "ended_why": Ended.BY_HAND,
        "ended_with": {"said": "It calls every refund urgent."},
        **_ENDED,
    },
}
"""States of a deployment -> what differs from the proposed one."""


def deployment_messages() -> Iterator[tuple[str, Drawn]]:
    """Yield each state's card, by name."""
    for name, other in DEPLOYMENTS.items():
        yield f"deployment, {name}", deployment(replace(DEPLOYMENT, **other))


def deployment_views() -> Mapping[str, View]:
    """Return the pages and forms of deployments, by name."""
    worse = replace(DEPLOYMENT, **DEPLOYMENTS["worse"])
    long = PromptDiff(lines=["+" + "rule " * 60] * 200, more=412)
    return {
        "what changes": change(DEPLOYMENT),
        "what changes, much": change(replace(DEPLOYMENT, prompt_diff=long)),
        "what changes, without a prompt": change(replace(DEPLOYMENT, prompt_diff=None)),
        "sign all the same": all_the_same(worse),
        "roll back": rolling_back(replace(DEPLOYMENT, **DEPLOYMENTS["live"])),
    }
