"""Enterprise Grid: people of the organisation act wherever their home is, and Slack Connect's outsiders do not.

D1, A9
"""

from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.slack.socket import Hearing
from bot.slack.workspace import connect
from handlers.slack.access.people import People
from handlers.slack.access.rights import Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.context import SlackContext
from handlers.slack.listeners import register
from handlers.who import named
from store.db.database import Database
from tests.slack.conftest import settings_for
from tests.slack.stage import ANA, BEN, ENGINEERS, EVE, KIM, LEE, SUPPORT, Ears, Stage, words
from tests.slack.test_conflicts import decisions
from tests.world import World, sure
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow

ORG, HOME, ELSEWHERE, ANOTHER_ORG = "E0OURS", "T0HOME", "T0ELSE", "E0ELSE"
REVIEWERS = [ANA, BEN, EVE, LEE]
"""All of them are named, so that it is only where they come from that tells them apart."""


def of_an_organisation(*, org_wide: bool) -> Sandbox:
    """A workspace of an organisation; its people have their homes elsewhere in it, and outsiders are in a channel."""
    workspace = default_workspace()
    workspace.team.enterprise = ORG
    workspace.app.org_wide = org_wide
    workspace.app.scopes = [*workspace.app.scopes, "users:read"]
    people = {user.id: user for user in workspace.users}
    people[ANA].home, people[BEN].home, people[KIM].home = HOME, ORG, HOME
    people[EVE].acts_in = people[EVE].home = ELSEWHERE
    people[LEE].acts_in, people[LEE].acts_in_enterprise, people[LEE].home = ELSEWHERE, ANOTHER_ORG, ANOTHER_ORG
    return Sandbox(workspace, rate_limited=False)


@pytest.fixture(params=[False, True], ids=["workspace", "org-wide"])
def grid(request: pytest.FixtureRequest, migrated_sqlite_url: str) -> Iterator[Stage]:
    """Countersign installed in a workspace of an organisation, or in the organisation as a whole."""
    with serving(of_an_organisation(org_wide=request.param)) as running:
        workspace = connect(settings_for(running))
        assert (workspace.enterprise, workspace.whole) == (ORG, request.param)
        database = Database(migrated_sqlite_url)
        world = World(database=database, model=ScriptedModel(sure(0.6, queue="billing", reply="We look into it.")))
        groups = Groups(workspace.looking_up, team=workspace.named_team)
        rights = Rights(members=groups, kind_of=People(workspace.looking_up), engineers=named([ENGINEERS]))
        slack_context = SlackContext(context=world.context, rights=rights, groups=groups, installed=workspace.installed)
        hearing = Hearing(workspace, partial(register, slack=slack_context))
        hearing.connect(Event())
        stage = Stage(
            running=running, ears=Ears(workspace=workspace, hearing=hearing, slack_context=slack_context), world=world
        )
        object.__setattr__(slack_context, "groups", groups)
        object.__setattr__(slack_context, "rights", rights)
        yield stage
        hearing.close()
        database.close()


def test_people_of_the_organisation_press_submit_and_say_and_outsiders_do_not(grid: Stage) -> None:
    sample = grid.sample(reviewers=REVIEWERS)
    for number in (1, 2, 3):
        grid.submit(sample, id=number, text=f"Question {number}")
    for outsider in (EVE, LEE):
        grid.press(outsider, "approve", card=0)
        assert grid.told(outsider) == "Only members of this workspace can do that."
        grid.person(outsider).command(SUPPORT, "/countersign", "case 1")
        grid.person(outsider).command(SUPPORT, "/countersign", "queue")
    assert decisions(grid) == []
    assert grid.person(EVE).views() == grid.person(LEE).views() == []
    # A press on a card, a submitted form, a press in a modal, a command; with either home.
    grid.press(ANA, "approve", card=0)
    grid.opened(BEN, "edit", card=1)
    assert grid.person(BEN).submit({"reply.0.0": "Mine"}).outcome == "closed"
    grid.person(ANA).command(SUPPORT, "/countersign", "queue")
    grid.view(ANA)
    grid.person(ANA).press_in_view("review")
    grid.view(ANA, deep=2)
    grid.person(ANA).press_in_view("approve")
    assert decisions(grid) == ["U0ANA approved", "U0BEN edited", "U0ANA approved"]
    # An engineer, by a group that Slack only finds where it is told the workspace.
    grid.person(KIM).command(SUPPORT, "/countersign", "case 1")
    assert grid.told(KIM).startswith("Case 1 sample · ticket-1")
    # What happens in the organisation's workspace is heard.
    assert grid.running.administrator.send_event("tokens_revoked").acknowledged


def test_an_outsider_is_told_the_same_of_what_is_there_and_of_what_is_not(grid: Stage) -> None:
    """A10"""
    grid.submit(grid.sample(reviewers=REVIEWERS), id=1, text="Question 1")
    for text in ("case 1", "case 99", "review", "queue", "hello"):
        grid.person(EVE).command(SUPPORT, "/countersign", text)
    told = {words(one.blocks) for one in grid.person(EVE).messages(SUPPORT) if one.ephemeral}
    assert told == {"Only members of this workspace can do that."}
