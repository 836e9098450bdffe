"""Scores that are known before an epoch's first label: its grid of floors is made from them.

Any grid is valid that is fixed before the first label. The nearer these scores are to those that will come, the better
its floors lie: a volume test of the version is best, then what it proposed in the shadow, then cases of the version
before, then its eval.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.learning import deployments, epochs, rollouts, volume_tests
from store.quality import evals
from workflows.engine.propose.scores import highest_floor_of
from workflows.quality.autonomy.certifying.certifier import SCORES
from workflows.quality.autonomy.prior import score_of_tried, tests_of

MOST = 2_000
"""Most scores that are read."""


def known_scores(session: Session, *, workflow: int, deployment: int, team: int) -> Sequence[float]:
    """Return scores of cases as a deployment would see them, best first; none where too few are known.

    `workflow`, `deployment`: their rows.
    """
    row = deployments.get(session, deployment, team=team)
    if row is None:
        return ()
    found = _of_volume_test(session, row, team=team)
    if len(found) < SCORES:
        found += rollouts.scores(session, row.id, team=team, limit=MOST)
    if len(found) < SCORES:
        found += epochs.newest_scores(session, workflow, team=team, like=row.id, limit=MOST)
    if len(found) < SCORES:
        found += _of_eval(session, row.eval_id, team=team)
    return found[:MOST] if len(found) >= SCORES else ()


def _of_volume_test(session: Session, deployment: schema.Deployment, *, team: int) -> list[float]:
    tests = tests_of(session, deployment, team=team, at=None)
    found = volume_tests.scores(session, tests[-1].id, team=team, limit=MOST) if tests else []
    return [score_of_tried(one) for one in found]


def _of_eval(session: Session, eval: int | None, *, team: int) -> list[float]:
    row = evals.get(session, eval, team=team) if eval is not None else None
    cases: list[dict[str, Any]] = (row.result or {}).get("cases", []) if row is not None else []
    return [_score(one) for one in cases if one.get("outcome") in ("proposed", "no_proposal", "out_of_scope")]


def _score(case: dict[str, Any]) -> float:
    kept = case.get("score")
    return float(kept) if kept is not None else highest_floor_of(case.get("lowest"), case.get("reasons", ()))
