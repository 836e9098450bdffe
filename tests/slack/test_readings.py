"""Readings in Slack: `/countersign readings CASE`, and a look that could not be recorded."""

import pytest
from structlog.testing import capture_logs

from store import schema
from tests.slack.stage import ANA, EVE, KIM, MARIA, SUPPORT, Stage, words

pytestmark = pytest.mark.slow


def said(stage: Stage, user: str, text: str) -> str:
    """Return the answer to a person's command."""
    assert stage.person(user).command(SUPPORT, "/countersign", text).acknowledged
    return stage.told(user)


def test_the_owner_and_engineers_see_who_read_a_case_and_reviewers_do_not(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert said(stage, KIM, f"readings {case}").startswith("Case 1 was read by nobody.")
    stage.opened(ANA, "details")
    stage.opened(ANA, "edit")
    stage.work()
    told = said(stage, MARIA, f"readings {case}")
    assert told.startswith("Case 1 was read by 1 person.")
    assert [line for line in told.splitlines() if line.startswith("@U0ANA")] == [
        "@U0ANA, 2026-11-20 09:00 UTC: its form",
        "@U0ANA, 2026-11-20 09:00 UTC: its details",
    ]
    assert "Where is my money" not in told
    assert "Only engineers and the owner may see who read cases of sample." in said(stage, ANA, f"readings {case}")
    assert said(stage, EVE, f"readings {case}") == "There is no case '1' that you may see."
    wanted = [row.action for row in stage.world.case(case).audit if row.action.startswith("see_readings")]
    assert wanted == ["see_readings.refused"] * 2


def test_a_look_that_cannot_be_recorded_is_shown_and_the_log_says_who_looked(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    with stage.world.database.write() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.action = 'case.read'"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with capture_logs() as logs:
        shown = stage.opened(ANA, "details")
        stage.work()
    assert "Where is my money?" in words(shown.blocks)
    (failed,) = [line for line in logs if line["event"] == "reading.not_recorded"]
    assert (failed["cases"], failed["by"], failed["way"]) == ((case,), ANA, "details")
    assert [row for row in stage.world.rows(schema.AuditRow) if getattr(row, "action", "") == "case.read"] == []
