"""The state machine of `tests/integration/engine`, for longer and from another seed: whatever happens, in any order."""

import pytest
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from store.db.database import Database
from tests.chaos.counting import Counts
from tests.chaos.settings import LONG, SEED
from tests.chaos.tally import hold
from tests.integration.engine.run import test_machine

pytestmark = pytest.mark.slow

EXAMPLES = 150 if LONG else 4


class Machine(test_machine.Machine):
    """The same, with a seed and a database of its own."""


@pytest.mark.timeout(900)
def test_people_workers_and_crashes_in_any_order_lose_double_and_falsify_nothing(migrated_sqlite_url: str) -> None:
    """It asserts for itself, after each move; what it found is in the failure."""
    database = Database(migrated_sqlite_url)
    Machine.database = database
    chosen = settings(
        test_machine.TestMachine.settings, max_examples=EXAMPLES, derandomize=False, database=None, print_blob=False
    )
    try:
        run_state_machine_as_test(seed(SEED)(Machine), settings=chosen)
    finally:
        database.close()
    what = f"a state machine of cases, revisions, reviews, reruns and crashes, {EXAMPLES} ways"
    hold("F1-F11, F22, F23, F53, F62", what, Counts())
