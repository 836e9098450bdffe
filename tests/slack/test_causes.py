"""The card of a cause of failures in Slack: one for all that are alike, with buttons for those who may press them."""

import json
import re
from datetime import timedelta

import pytest

from store import schema
from tests.slack.stage import ANA, FAILED, KIM, LEE, MARIA, Stage, buttons, dict_of, list_of, options, words
from tests.waiting import wait_until
from workflows import NotDone
from workflows.engine.review.rerun import mending

MEND = ["mend", "ignore_until", "resolve"]


def failing(stage: Stage, number: int = 1, *, first: int = 1) -> list[int]:
    """Cases whose step fails."""
    known = "sample" in stage.world.registry
    workflow = stage.world.registry.get("sample") if known else stage.sample()
    stage.desk.look_up_errors += [NotDone(f"ticket {one} is closed") for one in range(number)]
    cases = [stage.world.submit(workflow, id=first + one, text="Where is it?").case for one in range(number)]
    stage.world.work()
    stage.send()
    return cases


def card(stage: Stage) -> str:
    """The only card of a cause, in words."""
    (shown,) = stage.cards(channel=FAILED)
    return words(shown.blocks)


def press(stage: Stage, user: str, action: str, *, confirmed: bool = False) -> None:
    """Press a button of the card, and let everything come to rest."""
    (shown,) = stage.cards(channel=FAILED)
    assert stage.press_on(shown, user, action, channel=FAILED, confirmed=confirmed).acknowledged
    stage.work()


def state(stage: Stage) -> str:
    """The state of the only cause."""
    (cause,) = stage.world.rows(schema.Cause)
    assert isinstance(cause, schema.Cause)
    return cause.state


def test_failures_that_are_alike_are_one_card_and_its_owner_is_called_once(stage: Stage) -> None:
    cases = failing(stage, 2)
    stage.world.clock.move(timedelta(hours=1))
    failing(stage, 1, first=9)
    (shown,) = stage.cards(channel=FAILED)
    assert shown.text == "3 cases of sample failed at look_up: NotDone. Open"
    told = card(stage).splitlines()
    assert told[1:5] == [
        "Open since 2026-11-20 09:00 UTC. Nobody is on it yet.",
        "NotDone: ticket … is closed",
        "Workflow sample · step look_up",
        "Failed 3 times: first 2026-11-20 09:00 UTC, last 2026-11-20 10:00 UTC.",
    ]
    assert told[5].startswith("Most in an hour, of the last 24: 2, from 2026-11-20 09:00 UTC on. ▁▁")
    assert f"ticket-1: /countersign case {cases[0]}" in told
    assert buttons(shown) == ["rerun_one", "rerun_all", *MEND]
    (called,) = stage.thread(channel=FAILED, user=KIM)
    assert called.startswith(f"@{MARIA}, this is new, and you own sample.")


def test_a_case_that_failed_says_so_on_its_own_card_too(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is it?")
    stage.desk.errors.append(NotDone("closed"))
    stage.press(ANA, "approve")
    stage.work()
    assert "closed" in words(stage.cards()[0].blocks)
    assert "1 case of sample failed at the delivery" in card(stage)
    assert "needs the target of sample" in card(stage)


def test_somebody_takes_it_over_and_it_closes_when_its_rerun_is_through(stage: Stage) -> None:
    failing(stage, 2)
    press(stage, KIM, "mend")
    assert f"Being mended by @{KIM} since" in card(stage)
    press(stage, KIM, "rerun_one")
    assert "Run again: 1 of 2 are through, 1 still failed." in card(stage)
    press(stage, KIM, "rerun_one")
    assert card(stage).startswith("Resolved: sample failed at look_up")
    assert re.search(r"Resolved since \S+ \S+ UTC: no failed case of it is left[.]", card(stage))
    assert "Run again: 2 of 2 are through." in card(stage)
    assert buttons(stage.cards(channel=FAILED)[0]) == []


def test_it_is_resolved_comes_back_and_says_that_the_code_is_the_same(stage: Stage) -> None:
    failing(stage)
    press(stage, MARIA, "resolve")
    assert f"Resolved by @{MARIA}, in version" in card(stage)
    assert buttons(stage.cards(channel=FAILED)[0]) == ["rerun_one", "open_again"]
    stage.world.clock.move(timedelta(hours=1))
    failing(stage, first=2)
    assert f"Back again since 2026-11-20 10:00 UTC; it was resolved by @{MARIA}. The code is the same as then" in card(
        stage
    )
    assert stage.thread(channel=FAILED, user=KIM)[-1].startswith(f"@{MARIA}, it is back.")


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("time.4", f"Ignored by @{KIM} until 2026-11-20 13:00 UTC. Then it opens again by itself."),
        ("count.10", f"Ignored by @{KIM} until it fails 11 times more. Then"),
        ("rate.100", f"Ignored by @{KIM} until it fails more than 100 times in an hour. Then"),
    ],
)
def test_it_is_left_alone_until_what_was_chosen(stage: Stage, choice: str, told: str) -> None:
    failing(stage)
    press(stage, KIM, "ignore_until")
    stage.view(KIM)
    assert stage.person(KIM).submit({"until": choice}).outcome == "closed"
    stage.work()
    assert told in card(stage)
    press(stage, KIM, "open_again")
    assert "Open since" in card(stage)


@pytest.mark.parametrize("action", ["rerun_one", *MEND])
def test_who_may_not_is_told_so_privately_and_that_is_audited(stage: Stage, action: str) -> None:
    failing(stage)
    press(stage, ANA, action)
    assert "Only engineers and the owner may run cases of sample again." in stage.told(ANA, FAILED)
    assert state(stage) == "open"
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)][-1]
    assert (refused.actor, refused.subject_kind, refused.details["why"]) == (ANA, "cause", "no_right")


def test_who_presses_what_has_changed_meanwhile_is_told_so_and_sees_it(stage: Stage) -> None:
    failing(stage)
    (shown,) = stage.cards(channel=FAILED)
    (cause,) = stage.world.rows(schema.Cause)
    mending.resolve(stage.world.context, cause.id, 1, by=LEE)
    assert stage.person(KIM).press(FAILED, shown.ts, "mend").acknowledged
    assert "has changed since it was shown" in stage.told(KIM, FAILED).lower()
    wait_until(lambda: f"Resolved by @{LEE}" in card(stage))
    assert state(stage) == "resolved"


def test_a_form_that_is_older_than_the_cause_changes_nothing(stage: Stage) -> None:
    failing(stage)
    press(stage, KIM, "ignore_until")
    stage.view(KIM)
    (cause,) = stage.world.rows(schema.Cause)
    mending.take_over(stage.world.context, cause.id, 1, by=LEE)
    assert stage.person(KIM).submit({"until": "time.1"}).outcome == "updated"
    assert "has changed since it was shown" in words(stage.view(KIM).blocks)
    assert state(stage) == "mending"


def test_nothing_of_a_case_is_in_a_button(stage: Stage) -> None:
    failing(stage)
    (shown,) = stage.cards(channel=FAILED)
    rows = [list_of(block["elements"]) for block in shown.blocks if block["type"] == "actions"]
    *pressed, menu = [dict_of(element) for row in rows for element in row]
    assert [one["value"] for one in pressed] == ["1.1", "1.1"]
    assert options(menu) == ["ignore_until:1.1", "resolve:1.1"]
    assert "Where is it?" not in json.dumps(shown.blocks)


@pytest.mark.slow
def test_a_flood_is_one_message_and_some_updates(stage: Stage) -> None:
    """Twenty at a time, with a sender that looks in between."""
    for first in range(1, 201, 20):
        failing(stage, 20, first=first)
    calls = stage.running.administrator.calls
    assert len(stage.cards(channel=FAILED)) == 1
    assert "200 cases of sample failed" in card(stage)
    posts = [call for call in calls("chat.postMessage") if call.channel == FAILED]
    updates = [call for call in calls("chat.update") if call.channel == FAILED]
    assert (len(posts), len(updates)) == (2, 9), "its card, the call to its owner, and an update for each look"


def test_what_is_ignored_calls_nobody_when_it_comes_to_its_first_card(stage: Stage) -> None:
    stage.sender = stage.new_sender(roles={})
    failing(stage)
    (cause,) = stage.world.rows(schema.Cause)
    mending.resolve(stage.world.context, cause.id, 1, by="cli:kim")
    stage.sender = stage.new_sender()
    stage.send()
    assert stage.thread(channel=FAILED, user=KIM) == []
