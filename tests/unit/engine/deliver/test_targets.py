"""A target is down once several cases failed in a row."""

from datetime import UTC, datetime, timedelta

from workflows.engine.deliver.targets import DOWN_AFTER, Failures

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DESK = "the help desk"


def test_what_fails_for_one_team_does_not_count_for_another() -> None:
    """Their systems may bear the same name, and cases of one team say nothing about the system of the other."""
    failures = Failures()

    def fails(case: int, team: int) -> bool:
        return failures.count(DESK, case, team=team, at=NOW + timedelta(seconds=case), since=None)

    assert not any(fails(case, team=1) for case in range(1, DOWN_AFTER))
    assert not fails(DOWN_AFTER, team=2)
    failures.took_one(DESK, team=2)
    assert fails(DOWN_AFTER, team=1)
