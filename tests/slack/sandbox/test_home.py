"""The Home tab: one view for each person, published by the app, with buttons."""

from functools import partial

from slack_sdk import WebClient

from bot.sandbox.client import Person
from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import default_workspace
from tests.slack.sandbox.building import actions, button, grid, home, modal, overflow, section, text_field
from tests.slack.sandbox.conftest import App, dig, error_of, web_client


def test_a_person_who_opens_it_is_told_to_the_app_which_publishes_what_they_see(
    app: App, slack: WebClient, ana: Person, ben: Person
) -> None:
    """Nobody else sees it. The second time, the app is told what stands there."""
    assert ana.home() is None
    assert ana.open_home().acknowledged
    event = dig(app.last, "event")
    assert dig(event, "type") == "app_home_opened"
    assert (dig(event, "user"), dig(event, "tab"), dig(event, "channel")) == ("U0ANA", "home", "D0ANA")
    assert isinstance(event, dict)
    assert "view" not in event
    published = slack.views_publish(user_id="U0ANA", view=home(section("yours"), callback_id="queue"))["view"]
    assert (published["type"], published["callback_id"]) == ("home", "queue")
    seen = ana.home()
    assert seen is not None
    assert (seen.id, seen.hash, dig(seen.blocks[0], "text", "text")) == (published["id"], published["hash"], "yours")
    assert ben.home() is None
    ana.open_home()
    assert dig(app.last, "event", "view", "id") == seen.id


def test_it_is_drawn_anew_under_the_same_id_unless_another_stands_there(slack: WebClient, ana: Person) -> None:
    """The hash is that of the view that the caller saw."""
    first = slack.views_publish(user_id="U0ANA", view=home(section("one")))["view"]
    second = slack.views_publish(user_id="U0ANA", view=home(section("two")), hash=first["hash"])["view"]
    assert (second["id"], second["hash"] == first["hash"]) == (first["id"], False)
    late = partial(slack.views_publish, user_id="U0ANA", view=home(section("three")), hash=first["hash"])
    assert error_of(late) == "hash_conflict"
    seen = ana.home()
    assert seen is not None
    assert dig(seen.blocks[0], "text", "text") == "two"


def test_a_press_in_it_names_the_view_and_may_open_a_modal(app: App, slack: WebClient, ana: Person) -> None:
    """block_actions with a container of type view, and no message or response_url."""
    slack.views_publish(
        user_id="U0ANA",
        view=home(actions(button("start", value="7.1"), overflow(), block_id="top"), grid(button("row"))),
    )
    assert ana.press_in_home("start").acknowledged
    told = app.last
    assert told["type"] == "block_actions"
    assert dig(told, "view", "type") == "home"
    assert told["container"] == {"type": "view", "view_id": dig(told, "view", "id")}
    assert dig(told, "actions", 0, "value") == "7.1"
    assert "message" not in told
    assert "response_url" not in told
    slack.views_open(trigger_id=str(told["trigger_id"]), view=modal(text_field()))
    assert [view.type for view in ana.views()] == ["modal"]
    assert ana.press_in_home("more", selected="1").acknowledged
    assert dig(app.last, "actions", 0, "selected_option", "value") == "1"
    ana.press_in_home("row")
    assert dig(app.last, "actions", 0, "action_id") == "row"


def test_only_people_have_one(slack: WebClient) -> None:
    for user in ("U0BOT", "U0OLD", "U0NOBODY"):
        assert error_of(partial(slack.views_publish, user_id=user, view=home())) == "invalid_arguments"


def test_without_a_home_tab_in_the_manifest_nothing_is_published() -> None:
    workspace = default_workspace()
    workspace.app.home = False
    with serving(Sandbox(workspace)) as alone:
        slack = web_client(alone)
        assert error_of(lambda: slack.views_publish(user_id="U0ANA", view=home())) == "not_enabled"
