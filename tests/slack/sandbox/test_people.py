"""The app may know some things of people, by its scopes."""

from functools import partial

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Refused
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.conftest import MovableClock, error_of


@pytest.fixture
def slack(running: Running, slack: WebClient) -> WebClient:
    running.administrator.set_scopes(["users:read", "users.profile:read", "dnd:read"])
    return slack


def test_a_member_has_a_time_zone_and_is_neither_bot_nor_guest(slack: WebClient) -> None:
    user = slack.users_info(user="U0ANA")["user"]
    assert (user["tz"], user["tz_offset"]) == ("Europe/Berlin", 3_600)
    flags = [user[name] for name in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")]
    assert flags == [False, False, False, False]
    assert (user["team_id"], user["profile"]["display_name"]) == ("T0SANDBOX", "ana")


def test_somebody_becomes_a_guest_moves_and_leaves(slack: WebClient, running: Running) -> None:
    """Of somebody who is gone, Slack tells no time zone."""
    running.administrator.change_user("U0ANA", guest=True, single_channel=True, time_zone="Asia/Tokyo")
    user = slack.users_info(user="U0ANA")["user"]
    assert (user["is_restricted"], user["is_ultra_restricted"], user["tz_offset"]) == (True, True, 32_400)
    running.administrator.deactivate_user("U0ANA")
    gone = slack.users_info(user="U0ANA")["user"]
    assert gone["deleted"] is True
    assert "tz" not in gone
    with pytest.raises(Refused):
        running.administrator.change_user("U0ANA", guest=False)


def test_notifications_are_off_until_a_time(slack: WebClient, running: Running, clock: MovableClock) -> None:
    until = int(clock()) + 60
    running.administrator.change_user("U0BEN", snoozed_until=until, status_text="On holiday")
    snoozed = slack.dnd_info(user="U0BEN")
    assert (snoozed["snooze_enabled"], snoozed["snooze_endtime"]) == (True, until)
    assert slack.users_profile_get(user="U0BEN")["profile"]["status_text"] == "On holiday"
    clock.move(61)
    assert slack.dnd_info(user="U0BEN")["snooze_enabled"] is False


def test_a_stranger_is_not_found(slack: WebClient) -> None:
    for method in ("users.info", "users.profile.get", "dnd.info"):
        assert error_of(partial(slack.api_call, method, json={"user": "U0NOBODY"})) == "user_not_found"
