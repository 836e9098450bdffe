"""User groups that a right depends on: wrong, disabled, unreadable, or not answered for just now. F75"""

from datetime import timedelta
from functools import partial

import pytest

from bot.slack import wiring, workspace
from handlers.slack import limits
from handlers.slack.access import lookups
from handlers.slack.access.lookups import PATIENCE
from handlers.slack.access.user_groups import Groups
from handlers.slack.replies import DATABASE_SECONDS
from tests.slack.stage import ANA, BEN, FAILED, KIM, REVIEWERS, SUPPORT, Stage, words
from tests.slack.test_conflicts import decisions
from tests.waiting import LONGEST

NOT_THERE = "There is no user group {} in Slack, or it is disabled, so it gives nobody a right. Nothing was done."
NO_SCOPE = "Countersign may not read the user group S0SUPPORT: its scope usergroups:read is missing"


def with_real_groups(stage: Stage) -> None:
    """Have groups looked up as `serve` does, with what cannot be read told in the failures channel."""
    tell = partial(wiring.tell_unusable, stage.world.context)
    groups = Groups(stage.ears.workspace.looking_up, tell=tell)
    stage.ears.only_members(groups)


def notes(stage: Stage) -> list[str]:
    """Return the text of the failures channel, once there is something."""
    person = stage.person(KIM)

    def said() -> list[str]:
        stage.send()
        return [words(card.blocks) for card in stage.cards(channel=FAILED)]

    return person.wait_until(said)


def test_a_group_that_is_not_there_is_told_as_that_to_who_presses_and_once_to_who_can_mend_it(stage: Stage) -> None:
    with_real_groups(stage)
    stage.submit(stage.sample(reviewers="S0NOBODY"), id=1, text="Where is my money?")
    for _ in range(3):
        stage.press(ANA, "approve")
    assert stage.told(ANA) == f"{NOT_THERE.format('S0NOBODY')} Ask its owner, @U0MARIA."
    (note,) = notes(stage)
    assert "There is no user group S0NOBODY in Slack, or it is disabled." in note
    assert "It lets nobody decide sample." in note
    stage.world.clock.move(timedelta(hours=1))
    stage.press(BEN, "approve")
    stage.told(BEN)
    assert len(notes(stage)) == 1
    assert decisions(stage) == []


def test_a_group_that_was_disabled_gives_no_right(stage: Stage) -> None:
    with_real_groups(stage)
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.set_disabled(REVIEWERS)
    stage.press(ANA, "approve")
    assert NOT_THERE.format("S0SUPPORT") in stage.told(ANA)
    assert decisions(stage) == []


def test_a_scope_that_is_missing_is_named(stage: Stage) -> None:
    with_real_groups(stage)
    stage.running.administrator.set_scopes(["chat:write", "commands"])
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    assert NO_SCOPE in stage.told(ANA)
    assert NO_SCOPE in notes(stage)[0]


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "dropped", "ok_false_ratelimited"])
def test_what_may_pass_is_told_as_that_and_is_nobody_else_s_business(stage: Stage, kind: str) -> None:
    with_real_groups(stage)
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    seconds = 30 if kind == "rate_limited" else None
    stage.running.administrator.fault(kind, method="usergroups.users.list", seconds=seconds)  # type: ignore[arg-type]  # one of FaultKind
    stage.press(ANA, "approve")
    assert "Your right to this could not be checked just now. Nothing was done; try again." in stage.told(ANA)
    stage.send()
    assert stage.cards(channel=FAILED) == []
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]


def test_an_answer_that_comes_late_is_there_for_the_next_press(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """F33: the acknowledgement does not wait for Slack, which here does not answer at all."""
    assert PATIENCE + DATABASE_SECONDS < limits.ACK_SECONDS
    monkeypatch.setattr(lookups, "PATIENCE", 0.3)
    monkeypatch.setattr(workspace, "_LOOKUP_SECONDS", LONGEST)
    with_real_groups(stage)
    stage.submit(stage.sample(reviewers=[REVIEWERS, "S0ENG"]), id=1, text="Where is my money?")
    stage.running.administrator.fault("slow", method="usergroups.users.list", seconds=LONGEST, times=None)
    assert stage.press(ANA, "approve").acknowledged
    assert "could not be checked just now" in stage.told(ANA)
    stage.running.administrator.no_faults()

    def decided() -> bool:
        stage.press(ANA, "approve")
        return decisions(stage) == ["U0ANA approved"]

    stage.person(ANA).wait_until(decided)


def test_a_group_that_is_not_there_takes_no_right_from_who_has_it_by_another(stage: Stage) -> None:
    with_real_groups(stage)
    stage.submit(stage.sample(reviewers=["S0NOBODY", REVIEWERS]), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]


def test_a_command_tells_of_the_group_too_and_names_no_workflow(stage: Stage) -> None:
    with_real_groups(stage)
    stage.running.administrator.set_disabled("S0ENG")
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.person(KIM).command(SUPPORT, "/rerun", "1")
    assert stage.told(KIM) == NOT_THERE.format("S0ENG")
