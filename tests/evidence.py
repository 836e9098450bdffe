"""Evidence that a workflow has to have before it goes alone: a volume test that says go, and a baseline."""

from decimal import Decimal
from typing import Any

from handlers.slack.specimens.learning.volume_tests import VOLUME_REPORT
from store.governance import teams
from store.learning import volume_tests
from store.quality import baselines, evals
from workflows.engine.context import Context


def have_evidence(context: Context, workflow: str = "sample", *, minutes: float | None = 6.0) -> None:
    """Keep both for a workflow. `minutes`: of a case by hand; None: the baseline says only what an hour costs."""
    team, at = context.team, context.clock()
    with context.database.write() as session:
        row = teams.workflow_id(session, team=team, name=workflow, options=None, at=at)
        of: dict[str, Any] = {"prompt_version": None, "model": "one", "examples": "0", "at": at}
        account = evals.begin(session, team=team, workflow=workflow, **of)
        tested = {"by": "U0BEN", "file": "past.csv", "eval_id": account, "seed": 1, "size": 0, "rows": 0, "version": {}}
        test = volume_tests.begin(session, team=team, workflow=row, cases=[], began_at=at, **tested)
        volume_tests.report(session, test, team=team, report=VOLUME_REPORT.model_dump(mode="json"), at=at)
        figure: dict[str, Any] = {"source": "stated", "by": "U0BEN", "at": at}
        figure |= {"cost_per_hour": Decimal(40)} if minutes is None else {"minutes": minutes}
        baselines.add(session, team=team, workflow_id=row, **figure)
