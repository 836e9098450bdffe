"""F54, F67: a case that ends or freezes every worker is set aside, and its neighbours come to their end."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import update

from store.schema import Run
from tests.chaos.outside import outside
from tests.chaos.tally import hold
from tests.integration.bot.commandline import LONGEST, CommandLine
from workflows.engine.run.recovery import MAX_LOSSES

pytestmark = pytest.mark.slow

PATIENCE = 40
"""Starts after which something that ends every process would be a dead letter, if it ever were."""


@pytest.mark.parametrize(("text", "before"), [("poison", 0), ("frozen", MAX_LOSSES - 2)])
def test_a_case_that_ends_its_worker_is_set_aside_and_its_neighbours_finish(
    countersign: CommandLine, text: str, before: int
) -> None:
    """A supervisor starts the process again each time; the neighbours need longer than the poison lets them.

    `before`: how often it ended one before, where each time takes long.
    """
    with outside(countersign) as around:
        around.bring("parcels", range(1, 3))
        around.bring("parcels", range(3, 4), text)
        around.bring("parcels", range(4, 9))
        with around.context.database.write() as session:
            session.execute(update(Run).where(Run.case_id == 3).values(losses=before))
        ended = subprocess.run(
            [sys.executable, "-m", "tests.chaos.supervisor", str(PATIENCE)],
            env={
                **os.environ,
                **countersign.settings,
                "COUNTERSIGN_THREADS": "4",
                "COUNTERSIGN_FROZEN_SECONDS": "4",
                "DEPOT_SECONDS": "0.15",
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            cwd=countersign.folder,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        assert ended.returncode == 0, ended.stderr
        starts = int(ended.stdout)
        assert starts <= PATIENCE, "it is never set aside"
        hold("F54" if text == "poison" else "F67", "a case ends every worker", around.counts(), starts=starts)
        listed = countersign.done("cases", "--limit", "100", "--json").json()
        assert Counter(case["state"] for case in listed) == {"delivered": 7, "failed": 1}
