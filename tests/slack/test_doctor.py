"""`doctor` looks at each channel, group and person that is named, with the bot's token. F75"""

import json
from collections.abc import Mapping

import pytest

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN
from tests.integration.bot.commandline import CommandLine

SCOPES = ["chat:write", "commands", "usergroups:read", "channels:read"]


@pytest.fixture
def doctor(running: Running, empty: CommandLine) -> CommandLine:
    """A command line beside the sandbox, whose bot may look at channels too."""
    running.reset()
    running.administrator.set_scopes(SCOPES)
    empty.settings.update(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, SLACK_API_URL=running.api_url)
    return empty


def found(doctor: CommandLine, **settings: str) -> Mapping[str, tuple[str, str]]:
    """Return the findings: subject -> its level, and what to do."""
    findings = json.loads(doctor("doctor", "--json", **settings).out)
    return {one["what"]: (one["level"], one["do"]) for one in findings}


def test_what_is_well_is_counted(doctor: CommandLine) -> None:
    told = found(
        doctor,
        COUNTERSIGN_POST_TO="support-triage=C0SUPPORT",
        COUNTERSIGN_REVIEWERS="support-triage=S0SUPPORT+U0EVE",
        COUNTERSIGN_ENGINEERS="S0ENG",
        COUNTERSIGN_FAILURES_CHANNEL="C0FAILURES",
    )
    assert told["5 of 5 channels, groups and people that are named look right"] == ("ok", "")


def test_each_that_is_wrong_is_named_with_where_it_stands_and_what_to_do(doctor: CommandLine, running: Running) -> None:
    running.administrator.set_disabled("S0ENG")
    running.administrator.remove_bot("C0LEADS")
    told = found(
        doctor,
        COUNTERSIGN_POST_TO="support-triage=C0NOWHERE,invoice-intake=C0ARCHIVE",
        COUNTERSIGN_REVIEWERS="support-triage=S0NOBODY+@ana+support",
        COUNTERSIGN_ENGINEERS="S0ENG",
        COUNTERSIGN_LEADS_CHANNEL="C0LEADS",
    )
    bad = [what for what, (level, do) in told.items() if level == "bad" and do]
    reviewers, engineers = "the reviewers of support-triage", "COUNTERSIGN_ENGINEERS"
    assert sorted(bad) == sorted(
        [
            f"There is no user group S0ENG in Slack, or it is disabled (named as {engineers})",
            f"There is no user group S0NOBODY in Slack, or it is disabled (named as {reviewers})",
            f"@ana is neither a person's id nor a user group's (named as {reviewers})",
            f"support is neither a person's id nor a user group's (named as {reviewers})",
            "Countersign is not in the channel C0LEADS (named as COUNTERSIGN_LEADS_CHANNEL)",
            "there is no channel C0NOWHERE that Countersign sees (channel_not_found) "
            "(named as the channel of support-triage)",
            "the channel C0ARCHIVE is archived (named as the channel of invoice-intake)",
        ]
    )


def test_a_scope_that_is_missing_is_bad_for_groups_and_a_note_for_channels(
    doctor: CommandLine, running: Running
) -> None:
    running.administrator.set_scopes(["chat:write", "commands"])
    told = found(
        doctor,
        COUNTERSIGN_POST_TO="support-triage=C0SUPPORT",
        COUNTERSIGN_REVIEWERS="support-triage=S0SUPPORT",
    )
    scope = "Countersign may not read the user group S0SUPPORT: its scope usergroups:read is missing"
    assert told[f"{scope} (named as the reviewers of support-triage)"][0] == "bad"
    assert told["the channel C0SUPPORT may not be looked at (named as the channel of support-triage)"][0] == "note"


def test_what_may_pass_is_a_note(doctor: CommandLine, running: Running) -> None:
    running.administrator.fault("server_error", method="usergroups.users.list", times=None)
    told = found(doctor, COUNTERSIGN_REVIEWERS="support-triage=S0SUPPORT")
    said = "the user group S0SUPPORT could not be looked at just now (http_500)"
    assert told[f"{said} (named as the reviewers of support-triage)"][0] == "note"
    running.administrator.no_faults()
