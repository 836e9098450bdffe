"""Guests and people who are gone have no right by a user group; and where Slack cannot tell, nobody has. A9"""

from dataclasses import replace

from bot.sandbox.state.workspace import User
from tests.slack.stage import ANA, Stage
from tests.slack.test_conflicts import decisions

NO_SCOPE = "Countersign may not ask Slack who is a guest (its scope users:read is missing), so a user group gives"


def ana(stage: Stage) -> User:
    return next(user for user in stage.running.sandbox.workspace.users if user.id == ANA)


def test_a_guest_of_the_group_is_refused_and_that_is_audited(stage: Stage) -> None:
    ana(stage).guest = True
    case = stage.submit(stage.sample(), id=1, text="charged twice")
    stage.press(ANA, "approve")
    assert "Guests may not do that here, unless they are named themselves. Ask its owner, @U0MARIA." in stage.told(ANA)
    assert decisions(stage) == []
    assert [line.details["why"] for line in stage.world.case(case).audit if line.action == "decide.refused"] == [
        "no_right"
    ]


def test_a_guest_whom_the_workflow_lets_in_decides(stage: Stage) -> None:
    ana(stage).guest = True
    workflow = stage.sample()
    workflow.review = replace(workflow.review, guests=True)
    stage.submit(workflow, id=1, text="charged twice")
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]


def test_a_guest_who_is_named_decides(stage: Stage) -> None:
    ana(stage).guest = True
    stage.submit(stage.sample(reviewers=[ANA]), id=1, text="charged twice")
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]


def test_without_the_scope_the_person_is_told_which_one_is_missing(stage: Stage) -> None:
    stage.running.administrator.set_scopes(["chat:write", "commands", "usergroups:read"])
    stage.submit(stage.sample(), id=1, text="charged twice")
    stage.press(ANA, "approve")
    assert NO_SCOPE in stage.told(ANA)
    assert decisions(stage) == []


def test_where_slack_does_not_answer_the_person_is_told_to_try_again(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="charged twice")
    stage.running.administrator.fault("server_error", method="users.info")
    stage.press(ANA, "approve")
    assert "could not be checked just now. Nothing was done; try again." in stage.told(ANA)
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]
