"""The lessons of a year's cases, for measurements: a label for each proposal, and versions that are watched."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import case, func, insert, literal, select, update
from sqlalchemy.orm import Session

from benchmarks.years.year import BEGAN, SECONDS, TEAM, WORKFLOWS
from store.learning import volume_tests
from store.quality import evals
from store.schema import (
    Decision,
    Deployment,
    ExampleRow,
    Label,
    LabelProgress,
    Probe,
    Proposal,
    Review,
    Run,
    ShadowProposal,
    Workflow,
)
from store.states import DeploymentState

LATEST = 2_000
"""The newest decisions, whose labels are still to be made."""
SHADOWED = 200
"""One of so many runs is asked of the watched version, too."""
LIVE, WATCHED, TEST = 1, 2, 1
"""Rows of the deployments of the first workflow, and of its volume test."""
OTHER = 4
"""Row of the watched deployment of the second workflow, which has most of the shadow."""
EXAMPLES = 4_000
TRIED = 5_000
"""Inputs of that test."""
_END = datetime.fromtimestamp(BEGAN + SECONDS, UTC)
_NOTHING = ("eval_id", "against_id", "evidence", "note", "override_reason", "ended_at", "ended_why", "ended_by")


def fill_learning(session: Session) -> None:
    """Make all labels but those of the newest decisions, two versions of each workflow, and a shadow of one."""
    last = session.scalar(select(func.max(Decision.id)))
    assert last is not None
    until = last - LATEST
    _versions(session)
    _labels(session, until)
    progress = {"team_id": TEAM, "decision_id": until, "spot_checks_until": _END, "revoked_until": _END, "label_id": 0}
    session.execute(insert(LabelProgress).values(**progress))
    session.execute(update(LabelProgress).values(label_id=select(func.max(Label.id)).scalar_subquery()))
    _shadow(session, WATCHED, workflow=1, every=SHADOWED)
    _shadow(session, OTHER, workflow=2, every=5)
    _probes_and_tests(session)


def fill_examples(session: Session) -> None:
    """Make examples of the first workflow's newest labels, one of four a candidate."""
    columns = ["team_id", "workflow_id", "case_id", "label_id", "half", "alike", "why", "state", "content_id"]
    half = case((Label.case_id % 2 == 0, literal("learning")), else_=literal("measuring"))
    state = case((Label.id % 4 == 0, literal("candidate")), else_=literal("taken"))
    found = (
        select(
            literal(TEAM), Label.workflow_id, Label.case_id, Label.id, half, literal("x"), Label.kind, state,
            Label.output_id, Label.at,
        )
        .where(Label.team_id == TEAM, Label.workflow_id == 1, Label.output_id.is_not(None))
        .order_by(Label.id.desc())
        .limit(EXAMPLES)
    )  # fmt: skip
    session.execute(insert(ExampleRow).from_select([*columns, "found_at"], found))


def _versions(session: Session) -> None:
    for workflow in (1, 2):
        for number, state in ((1, DeploymentState.LIVE), (2, DeploymentState.SHADOW)):
            session.add(
                Deployment(
                    team_id=TEAM,
                    workflow_id=workflow,
                    number=number,
                    state=state,
                    change=1,
                    name=f"version{number}",
                    parts={},
                    model="large",
                    recall=0,
                    refused_for=[],
                    rollout={"way": "shadow", "share": 0.2, "margin": 0.03, "sure": 0.9, "signatures": 1},
                    proposed_by="U01",
                    proposed_at=_END,
                    live_at=_END,
                    **dict.fromkeys(_NOTHING),
                )
            )
            session.flush()
    rows = session.scalars(select(Deployment).order_by(Deployment.id)).all()
    for live, beside in (rows[:2], rows[2:]):
        used = {"live_id": live.id, "beside_id": beside.id}
        session.execute(update(Workflow).where(Workflow.id == live.workflow_id).values(**used))


def _shadow(session: Session, deployment: int, *, workflow: int, every: int) -> None:
    """Ask a watched version in the shadow of one of so many runs of a workflow."""
    asked = select(
        literal(TEAM),
        literal(deployment),
        Run.id,
        Run.case_id,
        literal(0.9),
        literal(False),
        literal(0),
        literal(0),
        literal(5.0),
        Run.created_at,
    ).where(Run.team_id == TEAM, Run.workflow_id == workflow, Run.id % every == 1)
    columns = ["team_id", "deployment_id", "run_id", "case_id", "lowest", "alone", "nevers", "cost", "milliseconds"]
    session.execute(insert(ShadowProposal).from_select([*columns, "at"], asked))


def _labels(session: Session, until: int) -> None:
    """Make a label of each decision, and one, as of a spot check, of each proposal that nobody decided about."""
    columns = ["team_id", "decision_id", "workflow_id", "case_id", "run_id", "proposal_id", "deployment_id", "kind"]
    columns += ["saw", "by", "is_error", "wrong", "output_id", "at"]
    names = Label.wrong.type
    wrong = case((Decision.kind == "edited", literal(["queue"], names)), else_=literal([], names))
    decided = (
        select(
            literal(TEAM),
            Decision.id,
            Run.workflow_id,
            Run.case_id,
            Run.id,
            Proposal.id,
            literal(LIVE),
            Decision.kind,
            literal(True),
            Decision.by,
            Decision.kind != "approved",
            wrong,
            Decision.output_id,
            Decision.at,
        )
        .join(Review, Review.id == Decision.review_id)
        .join(Run, Run.id == Review.run_id)
        .join(Proposal, Proposal.run_id == Run.id)
        .where(Decision.team_id == TEAM, Decision.id <= until)
        .order_by(Decision.id)
    )
    session.execute(insert(Label).from_select(columns, decided))
    is_decided = select(Review.id).where(Review.run_id == Run.id).exists()
    alone = (
        select(
            literal(TEAM),
            literal(None),
            Run.workflow_id,
            Run.case_id,
            Run.id,
            Proposal.id,
            literal(LIVE),
            literal("spot_check"),
            literal(False),
            literal("U01"),
            literal(False),
            literal([], names),
            literal(None),
            Proposal.created_at,
        )
        .join(Proposal, Proposal.run_id == Run.id)
        .where(Run.team_id == TEAM, ~is_decided)
    )
    session.execute(insert(Label).from_select(columns, alone))


def _probes_and_tests(session: Session) -> None:
    for back in range(200):
        day = f"{_END - timedelta(days=back):%Y-%m-%d}"
        session.add(
            Probe(
                team_id=TEAM,
                deployment_id=LIVE,
                day=day,
                answers={},
                asked=10,
                changed=0,
                right=9,
                models=["large"],
                cost=0,
                at=_END,
            )
        )
    session.flush()
    eval = evals.begin(
        session, team=TEAM, workflow=WORKFLOWS[0], prompt_version="p1", model="large", examples="x", at=_END
    )
    cases = [
        {"place": place, "input_hash": "x", "packed": "random" if place % 10 == 0 else None, "body": "{}"}
        for place in range(1, TRIED + 1)
    ]
    test = volume_tests.begin(
        session,
        team=TEAM,
        workflow=1,
        cases=cases,
        by="U01",
        file="history.csv",
        eval_id=eval,
        seed=1,
        per_day=None,
        size=TRIED,
        rows=TRIED,
        version={},
        floor=0.85,
        began_at=_END,
    )
    assert test == TEST
