"""Acting on what a message shows."""

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.building import (
    Object,
    actions,
    button,
    card,
    carousel,
    container,
    context_actions,
    feedback,
    field,
    grid,
    icon_button,
    option,
    overflow,
    section,
    select,
)
from tests.slack.sandbox.conftest import SUPPORT, App, dig


def post(slack: WebClient, *blocks: Object) -> str:
    return str(slack.chat_postMessage(channel=SUPPORT, text="card", blocks=[*blocks])["ts"])


def test_a_press_tells_the_app_who_pressed_what_where(app: App, slack: WebClient, ana: Person) -> None:
    """block_actions as Bolt reads them."""
    ts = post(slack, actions(button("approve", value="7:1", style="primary"), block_id="card-7"))
    done = ana.press(SUPPORT, ts, "approve")
    assert (done.acknowledged, done.outcome) == (True, "acknowledged")
    told = app.last
    assert app.received[-1].type == "interactive"
    assert told["type"] == "block_actions"
    assert told["user"] == {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0SANDBOX"}
    assert told["team"] == {"id": "T0SANDBOX", "domain": "sandbox"}
    assert told["channel"] == {"id": SUPPORT, "name": "support-review"}
    assert told["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": SUPPORT,
        "is_ephemeral": False,
    }
    assert dig(told, "message", "text") == "card"
    assert dig(told, "message", "ts") == ts
    [action] = [dig(told, "actions", 0)]
    assert isinstance(action, dict)
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "card-7", "7:1")
    assert (action["type"], dig(action, "text", "text")) == ("button", "text")
    assert "action_ts" in action
    assert str(told["response_url"]).startswith("http://127.0.0.1:")


def test_a_menu_tells_what_was_chosen(app: App, slack: WebClient, ana: Person, ben: Person) -> None:
    """Each kind in its own field; what one person chose is not what another sees."""
    blocks = [
        actions(
            select(),
            {"type": "overflow", "action_id": "more", "options": [option("link"), option("other")]},
            {"type": "radio_buttons", "action_id": "radio", "options": [option("yes"), option("no")]},
            {"type": "datepicker", "action_id": "day"},
            {"type": "users_select", "action_id": "who"},
            block_id="menus",
        )
    ]
    ts = post(slack, *blocks)
    for action_id, chosen, name, sent in (
        ("pick", "1", "selected_option", option("1")),
        ("more", "other", "selected_option", option("other")),
        ("radio", "no", "selected_option", option("no")),
        ("day", "2026-11-20", "selected_date", "2026-11-20"),
        ("who", "U0BEN", "selected_user", "U0BEN"),
    ):
        ana.press(SUPPORT, ts, action_id, selected=chosen)
        assert dig(app.last, "actions", 0, name) == sent
    assert dig(app.last, "state", "values", "menus", "pick", "selected_option") == option("1")
    ben.press(SUPPORT, ts, "day", selected="2026-11-21")
    assert dig(app.last, "state", "values", "menus", "pick", "selected_option") is None


def test_only_what_the_message_shows_can_be_pressed(slack: WebClient, ana: Person) -> None:
    """Not another element, not one of several without saying which, not what a menu does not offer."""
    ts = post(
        slack,
        actions(button("twice"), block_id="first"),
        actions(button("twice"), select(), block_id="second"),
        container(section(accessory=button("inside"))),
    )
    for action_id, selected, why in (
        ("nowhere", None, "no element"),
        ("twice", None, "several elements"),
        ("pick", "9", "no single option"),
        ("inside", "1", "no options"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            ana.press(SUPPORT, ts, action_id, selected=selected)
        assert refused.value.status == 409
    with pytest.raises(Refused, match="sees no message"):
        ana.press(SUPPORT, "1.000001", "twice")


def test_a_press_can_name_its_block_and_reaches_into_containers(app: App, slack: WebClient, ana: Person) -> None:
    """Buttons that differ by their block alone can be pressed."""
    ts = post(
        slack,
        actions(button("twice"), block_id="first"),
        actions(button("twice"), block_id="second"),
        container(section(accessory=button("inside"))),
    )
    ana.press(SUPPORT, ts, "twice", block_id="second")
    assert dig(app.last, "actions", 0, "block_id") == "second"
    assert ana.press(SUPPORT, ts, "inside").acknowledged


def test_what_asks_for_confirmation_is_not_pressed_without_it(app: App, slack: WebClient, ana: Person) -> None:
    """The app hears of it once it is confirmed."""
    asks: Object = {name: {"type": "plain_text", "text": "Sure?"} for name in ("title", "text", "confirm", "deny")}
    ts = post(slack, actions(button("reject", confirm=asks)))
    app.received.clear()
    with pytest.raises(Refused, match="confirmation"):
        ana.press(SUPPORT, ts, "reject")
    assert app.received == []
    assert ana.press(SUPPORT, ts, "reject", confirmed=True).acknowledged


def test_after_an_update_what_was_there_is_gone(app: App, slack: WebClient, ana: Person) -> None:
    """A decided card has no buttons to press."""
    ts = post(slack, actions(button("approve")))
    slack.chat_update(channel=SUPPORT, ts=ts, text="approved", blocks=[section("approved")])
    with pytest.raises(Refused, match="no element"):
        ana.press(SUPPORT, ts, "approve")


def test_an_ephemeral_message_is_pressed_by_the_person_who_sees_it(
    app: App, slack: WebClient, ana: Person, ben: Person
) -> None:
    """The app is told that it is ephemeral, and is not shown it again."""
    posted = slack.chat_postEphemeral(channel=SUPPORT, user="U0ANA", text="t", blocks=[actions(button())])
    ts = posted["message_ts"]
    assert ana.press(SUPPORT, ts, "go").acknowledged
    assert dig(app.last, "container", "is_ephemeral") is True
    assert "message" not in app.last
    with pytest.raises(Refused, match="sees no message"):
        ben.press(SUPPORT, ts, "go")


def test_nobody_presses_in_a_channel_that_they_are_not_in(slack: WebClient, running: Running) -> None:
    """Eve is no lead."""
    posted = slack.chat_postMessage(channel="C0LEADS", text="t", blocks=[actions(button())])
    with pytest.raises(Refused) as refused:
        running.person("U0EVE").press("C0LEADS", posted["ts"], "go")
    assert refused.value.status == 403


def test_an_input_in_a_message_is_kept_until_a_button_is_pressed(app: App, slack: WebClient, ana: Person) -> None:
    """Its value comes with the state of the next press."""
    ts = post(slack, field({"type": "plain_text_input"}, "why"), actions(button()))
    app.received.clear()
    assert ana.press(SUPPORT, ts, "value", selected="because").outcome == "kept"
    assert app.received == []
    ana.press(SUPPORT, ts, "go")
    assert dig(app.last, "state", "values", "why", "value", "value") == "because"


def test_two_people_press_at_their_own_names(app: App, slack: WebClient, ana: Person, ben: Person) -> None:
    """Each press carries who pressed, and a trigger of its own."""
    ts = post(slack, actions(button()))
    ana.press(SUPPORT, ts, "go")
    ben.press(SUPPORT, ts, "go")
    first, second = (request.payload for request in app.received)
    assert [first["user"]["id"], second["user"]["id"]] == ["U0ANA", "U0BEN"]
    assert first["trigger_id"] != second["trigger_id"]


def test_an_option_of_an_overflow_menu_is_told_as_the_option(app: App, slack: WebClient, ana: Person) -> None:
    """It holds nothing: the state of the message stays empty."""
    ts = post(slack, section(accessory=overflow(3)))
    assert ana.press(SUPPORT, ts, "more", selected="2").acknowledged
    assert dig(app.last, "actions", 0, "type") == "overflow"
    assert dig(app.last, "actions", 0, "selected_option", "value") == "2"
    assert dig(app.last, "state", "values") == {}
    with pytest.raises(Refused):
        ana.press(SUPPORT, ts, "more", selected="9")


def test_the_buttons_of_newer_blocks_are_pressed_like_others(
    app: App, slack: WebClient, ana: Person, ben: Person
) -> None:
    """Of cards, carousels, cells, containers, and of what stands small below a message."""
    ts = post(
        slack,
        card(actions=[button("of_card", value="1")]),
        carousel(card(actions=[button("of_carousel")], block_id="second")),
        grid(button("of_row_1", value="7.1"), button("of_row_2"), block_id="grid"),
        container(actions(button("of_container"))),
        context_actions(feedback(), icon_button(visible_to_user_ids=["U0ANA"])),
    )
    for action_id in ("of_card", "of_carousel", "of_row_1", "of_container", "bin"):
        assert ana.press(SUPPORT, ts, action_id).acknowledged
        assert dig(app.last, "actions", 0, "action_id") == action_id
    ana.press(SUPPORT, ts, "of_row_1")
    assert (dig(app.last, "actions", 0, "block_id"), dig(app.last, "actions", 0, "value")) == ("grid", "7.1")
    ana.press(SUPPORT, ts, "feedback", selected="bad")
    assert dig(app.last, "actions", 0, "type") == "feedback_buttons"
    assert (dig(app.last, "actions", 0, "value"), dig(app.last, "actions", 0, "text", "text")) == ("bad", "Bad")
    with pytest.raises(Refused):
        ana.press(SUPPORT, ts, "feedback", selected="so-so")
    with pytest.raises(Refused):
        ben.press(SUPPORT, ts, "bin")
