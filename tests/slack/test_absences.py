"""A person says on their Home that they are away, in their own days, and comes back early."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.client import ShownHome
from store import schema
from tests.slack.stage import ANA, BEN, EVE, KIM, Stage, inputs, words
from tests.slack.test_assignments import account, assign, case, look_after
from tests.slack.test_home import drawn_after, home, presses
from tests.slack.test_reminders import HOUR, direct

pytestmark = pytest.mark.slow

BACK = "2026-12-04"


def go_away(stage: Stage, user: str, **typed: str) -> ShownHome:
    """Open the form on one's Home, fill it in, and return the Home that is drawn then."""
    person, seen = stage.person(user), home(stage, user)
    assert person.press_in_home("away").acknowledged
    stage.view(user)
    outcome = person.submit(dict(typed))
    assert outcome.errors == {}
    return drawn_after(person, seen)


def wrong(stage: Stage, user: str, **typed: str) -> str:
    """Return what is said beside the fields."""
    return str(stage.person(user).submit(dict(typed)).errors)


def absence(stage: Stage, user: str) -> schema.PersonRow:
    """Return what is kept of a person."""
    found = [row for row in stage.world.rows(schema.PersonRow) if isinstance(row, schema.PersonRow)]
    return next(row for row in found if row.person == user)


def test_what_is_mine_goes_to_my_delegate_and_my_home_says_so(stage: Stage) -> None:
    case(stage)
    assign(stage, BEN, ANA)
    assert "assigned to you" in words(home(stage, ANA).blocks)
    shown = go_away(stage, ANA, until=BACK, delegate=BEN)
    assert "You are away until " in words(shown.blocks)
    assert f"@{BEN} takes what is yours, where they may decide it." in words(shown.blocks)
    assert "assigned to you" not in words(shown.blocks)
    stage.work()
    assert look_after(stage) == 0
    assert f"for @{BEN}" in words(stage.cards()[0].blocks)
    said = stage.thread()[-1]
    assert said.startswith("Whoever it was for is away until ")
    assert said.endswith(f"For @{BEN} now.")
    assert len(direct(stage, BEN)) == 1


def test_days_begin_at_midnight_where_the_person_is(stage: Stage) -> None:
    """Ana is in New York, five hours behind UTC in December; Slack does not say where Ben is, so his days are UTC's."""
    case(stage, reviewers=(ANA, BEN))
    account(stage, ANA).time_zone = "America/New_York"
    go_away(stage, ANA, since="2026-12-01", until=BACK)
    stage.running.administrator.fault("server_error", method="users.info", times=None)
    home(stage, BEN)
    assert stage.person(BEN).press_in_home("away").acknowledged
    assert "Days begin at midnight, UTC time." in str(stage.view(BEN).blocks)
    assert stage.person(BEN).submit({"until": BACK}).errors == {}
    ana, ben = absence(stage, ANA), absence(stage, BEN)
    assert ana.away_from == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert ana.away_until == datetime(2026, 12, 4, 5, tzinfo=UTC)
    assert (ben.away_from, ben.away_until) == (stage.world.clock(), datetime(2026, 12, 4, tzinfo=UTC))
    assert stage.person(ANA).press_in_home("away").acknowledged
    shown = inputs(stage.view(ANA))
    assert (shown["since"]["initial_date"], shown["until"]["initial_date"]) == ("2026-12-01", BACK)
    assert "Days begin at midnight, America/New_York time." in str(stage.view(ANA).blocks)


def test_who_comes_back_early_is_reminded_again(stage: Stage) -> None:
    case(stage, reviewers=(ANA,), answer_within=2 * HOUR)
    shown = go_away(stage, ANA, until=BACK)
    stage.world.clock.move(HOUR)
    stage.work()
    assert direct(stage, ANA) == []
    assert stage.person(ANA).press_in_home("back_early").acknowledged
    back = drawn_after(stage.person(ANA), shown)
    assert "You are away" not in words(back.blocks)
    assert "back_early" not in presses(back.blocks)
    stage.world.clock.move(HOUR)
    stage.work()
    assert len(direct(stage, ANA)) == 1


def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_kept(stage: Stage) -> None:
    case(stage)
    home(stage, ANA)
    assert stage.person(ANA).press_in_home("away").acknowledged
    stage.view(ANA)
    assert "Choose a day after today" in wrong(stage, ANA, until="2026-11-20")
    assert "somebody else than yourself" in wrong(stage, ANA, until=BACK, delegate=ANA)
    assert "none of your workflows" in wrong(stage, ANA, until=BACK, delegate=EVE)
    assert "within a year" in wrong(stage, ANA, since="2028-01-01", until="2028-01-02", delegate=BEN)
    assert stage.world.rows(schema.PersonRow) == []


def test_nobody_is_assigned_by_hand_who_is_away_and_the_form_says_who_is(stage: Stage) -> None:
    case(stage, reviewers=(ANA, BEN))
    go_away(stage, BEN, until=BACK)
    shown = stage.opened(ANA, "assign")
    assert f"Away: @{BEN} until " in words(shown.blocks)
    outcome = stage.person(ANA).submit({"person": BEN})
    assert outcome.errors == {
        "person": "This person is away until 2026-12-04 00:00 (Europe/Berlin). Choose somebody else."
    }


def test_who_decides_nothing_is_not_asked(stage: Stage) -> None:
    case(stage)
    assert "away" not in presses(home(stage, EVE).blocks)
    assert "away" not in presses(home(stage, KIM).blocks)
