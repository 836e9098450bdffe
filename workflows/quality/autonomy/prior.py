"""Labels that are there before an epoch begins, with which its evidence starts.

They are the judged cases of volume tests of the same version. Past inputs are replays, so what the version learned
from, or the like of it, is left out; a note of that is kept with each case before anybody judges it. They count in the
order in which they were drawn, up to the first that still waits for a person: whoever goes through a pack cannot choose
which of it counts. The first tests of a version count, and an input once: nobody can draw again until one comes out
well. What was judged before a version was taken back, or was not used any more, counts no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.learning import deployments, epochs, volume_tests
from store.learning.volume_tests import KeptScore, LookedScore
from workflows.engine.context import Context
from workflows.engine.propose.scores import highest_floor_of
from workflows.quality.autonomy.certifying.earning import Looked

TESTS = 5
"""Most volume tests of a version that count: its first ones, which no later one pushes out."""
LOOKED_THROUGH = 200
"""Volume tests of a workflow among which they are looked for."""
MOST = 5_000
"""Most cases of a volume test that count."""


def prior(
    session: Session, context: Context, workflow: int, deployment: int, *, at: datetime | None = None
) -> Sequence[Looked]:
    """Return the judged cases with which the evidence of a deployment starts, in the order in which they count.

    `workflow`, `deployment`: their rows. `at`: when its epoch began; None: now. The same time gives the same cases.
    """
    team, at = context.team, at or context.clock()
    row = deployments.get(session, deployment, team=team)
    if row is None:
        return ()
    found: dict[str, Looked | None] = {}
    for test in tests_of(session, row, team=team, at=at):
        stream = _stream(session, test, team=team, at=at)
        for one in stream.cases:
            found.setdefault(one.input_hash, _looked(one, stream.least))
        if stream.is_waiting:
            break
    return [one for one in found.values() if one is not None]


def tests_of(
    session: Session, deployment: schema.Deployment, *, team: int, at: datetime | None
) -> list[schema.VolumeTest]:
    """Return the volume tests of a deployment's version that count, oldest first. `at`: None: now."""
    since = epochs.last_end(session, deployment, team=team, until=at)
    tests = volume_tests.ended_of(
        session, team=team, workflow=deployment.workflow_id, since=since, until=at, limit=LOOKED_THROUGH
    )
    return [one for one in tests if _is_of(one, deployment)][:TESTS]


def score_of_tried(case: KeptScore) -> float:
    """Return the highest floor at which a case of a volume test would go alone."""
    return case.score if case.score is not None else highest_floor_of(case.lowest, case.reasons)


def _is_of(test: schema.VolumeTest, deployment: schema.Deployment) -> bool:
    return test.version.get("deployment") == deployment.id or test.version.get("name") == deployment.name


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """The judged cases of a volume test, in their order."""

    cases: Sequence[LookedScore]
    least: float
    """Smallest probability with which any of its cases was to be looked at."""
    is_waiting: bool
    """True if a person has begun to judge it, and is not through."""


def _stream(session: Session, test: schema.VolumeTest, *, team: int, at: datetime) -> _Stream:
    least = volume_tests.least_probability(session, test.id, team=team)
    found = volume_tests.looked_at(session, test.id, team=team, limit=MOST)
    judged = [one.judged_at is not None and one.judged_at <= at and one.is_error is not None for one in found]
    first = judged.index(False) if False in judged else len(judged)
    # Where a case could not be drawn at all, the others do not speak for it.
    cases = found[:first] if least else []
    return _Stream(cases=cases, least=least or 1.0, is_waiting=any(judged) and first < len(judged))


def _looked(one: LookedScore, least: float) -> Looked | None:
    """Return the case as evidence; None where the version may have known it."""
    if one.learned is not False:
        return None
    score = score_of_tried(one)
    return Looked(score=score, is_error=bool(one.is_error), probability=one.probability, least=least)
