"""Conditions about each row are looked up for it, also while PostgreSQL has no figures of its tables yet."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from store.cases.review import spot_checks
from store.cases.review.spot_checks import Looks
from store.db.database import Database
from store.quality import failures
from tests.heard import heard

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LOOKS = Looks(
    by="U0ANA",
    workflows=["sample"],
    at=NOW,
    lasts=timedelta(minutes=30),
    grade_within=timedelta(days=1),
)


def plan(session: Session, database: Database, name: str) -> str:
    """Return how PostgreSQL is to answer a query."""
    with heard(database.engine) as said:
        if name == "reports":
            failures.reported(session, team=1)
        else:
            spot_checks.count(session, LOOKS, team=1, at_most=100)
    ((statement, values),) = said
    rows = session.connection().exec_driver_sql(f"EXPLAIN {statement}", values)
    return "\n".join(str(row[0]) for row in rows)


@pytest.mark.parametrize("name", ["spot checks", "reports"])
def test_no_query_multiplies_decisions_by_runs_of_the_same_revision(migrated_postgres_url: str, name: str) -> None:
    """It did where the server thought that there were few: with 2,500 cases it took three seconds, and ever more."""
    database = Database(migrated_postgres_url)
    with database.read() as session:
        found = plan(session, database, name)
    database.close()
    assert "revision = " in found
    assert not re.search(r"(case_id|review_id) = \(hashed", found)
