"""`doctor` looks at each channel, group and person that is named, with the bot's token. F75"""

import json
from collections.abc import Mapping

import pytest

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

SCOPES = ["chat:write", "commands", "usergroups:read", "users:read", "channels:read"]


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


def test_where_digests_go_is_looked_at_and_each_is_about_a_workflow_that_there_is(doctor: CommandLine) -> None:
    told = found(doctor, COUNTERSIGN_DIGEST_TO="cost=C0NOWHERE,failures/triage=C0FAILURES")
    nowhere = "there is no channel C0NOWHERE that Countersign sees (channel_not_found)"
    assert told[f"{nowhere} (named as COUNTERSIGN_DIGEST_TO of cost)"][0] == "bad"
    assert told["COUNTERSIGN_DIGEST_TO names failures/triage, and there is no such workflow"] == (
        "bad",
        "correct the name, or name the file of that workflow in COUNTERSIGN_WORKFLOWS",
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


def test_slack_is_asked_about_each_message_and_form(doctor: CommandLine, running: Running) -> None:
    """Nothing is posted; a fault is named by its pointer; where Slack asks to wait, doctor waits."""
    running.administrator.fault("rate_limited", method="blocks.validate", seconds=0.01)
    told = doctor("doctor", "--blocks", "--json")
    answer = json.loads(told.out)
    assert (told.code, answer["asked"]) == (0, "slack")
    assert {one["taken"] for one in answer["specimens"]} == {True}
    asked = [call for call in running.administrator.calls() if call.method == "blocks.validate"]
    assert len(asked) == len(answer["specimens"]) + 1
    assert running.administrator.calls("chat.postMessage") == []


def test_a_message_that_slack_refuses_is_bad(doctor: CommandLine, running: Running) -> None:
    running.administrator.fault("refused", method="blocks.validate", error="invalid_blocks")
    told = doctor("doctor", "--blocks")
    assert told.code == 1
    assert told.out.startswith("bad   card, open\n      /: Slack gives no reason\nok ")
    assert told.out.rstrip().endswith("refused: 1")


def test_what_slack_does_not_answer_is_said(doctor: CommandLine, running: Running) -> None:
    running.administrator.fault("refused", method="blocks.validate", error="invalid_auth")
    told = doctor("doctor", "--blocks")
    assert told.code != 0
    assert "Slack does not say whether it takes blocks (invalid_auth)" in told.out + told.err


def test_without_a_token_our_own_checks_look_and_it_is_said_so(empty: CommandLine) -> None:
    told = empty("doctor", "--blocks")
    assert told.code == 0
    assert "Slack was not asked: SLACK_BOT_TOKEN is not set" in told.out


def test_a_scope_that_is_missing_is_named_with_what_does_not_work_without_it(
    doctor: CommandLine, running: Running
) -> None:
    """An optional one is a note; without one that all needs, nothing works."""
    running.administrator.set_scopes(["chat:write", "commands", "channels:read", "groups:read", "channels:history"])
    told = found(doctor)
    history = "the scope groups:history is not granted: a message to a private channel may be posted twice after a"
    assert [level for what, (level, _) in told.items() if what.startswith(history)] == ["note"]
    needed = "the scope usergroups:read is not granted: Countersign does not work without it"
    assert told[needed][0] == "bad"
    assert "install the app again" in told[needed][1]
