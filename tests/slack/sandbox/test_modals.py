"""views.*, and a person filling in, submitting and closing modals."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running
from handlers.slack import limits
from tests.slack.sandbox.building import (
    Object,
    actions,
    button,
    divider,
    field,
    modal,
    option,
    section,
    select,
    text_field,
)
from tests.slack.sandbox.conftest import SUPPORT, App, MovableClock, dig, error_of
from tests.waiting import LONGEST

Trigger = Callable[[], str]

_FORM = modal(
    text_field("reason", min_length=2, max_length=5),
    field({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, "count"),
    field({"type": "static_select", "options": [option("a"), option("b")]}, "queue"),
    field({"type": "checkboxes", "options": [option("x"), option("y")]}, "flags", optional=True),
    field({"type": "datepicker", "initial_date": "2026-11-20"}, "day"),
    callback_id="form",
    private_metadata="case 7",
    notify_on_close=True,
)
_FILLED: Object = {"reason": "abc", "count": "3", "queue": "b", "flags": ["x"], "day": "2026-12-24"}


@pytest.fixture
def form(slack: WebClient, trigger: Trigger) -> Object:
    """A form that Ana has open."""
    view: Object = slack.views_open(trigger_id=trigger(), view=_FORM)["view"]
    return view


def test_a_trigger_opens_one_modal(slack: WebClient, trigger: Trigger, ana: Person, ben: Person) -> None:
    """For the person who pressed, once: a second use is exchanged_trigger_id, another id invalid_trigger_id."""
    given = trigger()
    opened = slack.views_open(trigger_id=given, view=modal())["view"]
    assert opened["root_view_id"] == opened["id"]
    assert opened["previous_view_id"] is None
    assert [view.id for view in ana.views()] == [opened["id"]]
    assert ben.views() == []
    assert error_of(lambda: slack.views_open(trigger_id=given, view=modal())) == "exchanged_trigger_id"
    assert error_of(lambda: slack.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


def test_a_trigger_lasts_three_seconds(slack: WebClient, trigger: Trigger, clock: MovableClock) -> None:
    """At three seconds it opens a modal, later it is expired_trigger_id."""
    given = trigger()
    clock.move(limits.TRIGGER_SECONDS)
    slack.views_open(trigger_id=given, view=modal())
    given = trigger()
    clock.move(limits.TRIGGER_SECONDS + 0.001)
    assert error_of(lambda: slack.views_open(trigger_id=given, view=modal())) == "expired_trigger_id"


def test_three_modals_can_lie_on_each_other(slack: WebClient, trigger: Trigger, ana: Person) -> None:
    """A fourth is push_limit_reached; closed from the top, each shows the one below it."""
    triggers = [trigger() for _ in range(limits.VIEW_STACK + 1)]
    assert error_of(lambda: slack.views_push(trigger_id=triggers[0], view=modal())) == "not_found"
    triggers[0] = trigger()
    first = slack.views_open(trigger_id=triggers[0], view=modal())["view"]
    second = slack.views_push(trigger_id=triggers[1], view=modal())["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    slack.views_push(trigger_id=triggers[2], view=modal())
    assert error_of(lambda: slack.views_push(trigger_id=triggers[3], view=modal())) == "push_limit_reached"
    ana.close()
    assert [view.id for view in ana.views()] == [first["id"], second["id"]]
    ana.close(all=True)
    assert ana.views() == []


def test_an_update_names_the_view_that_was_seen(slack: WebClient, form: Object, ana: Person) -> None:
    """An old hash is hash_conflict, an unknown view not_found; what was typed stays where its field stays."""
    ana.type({"reason": "kept"})
    changed = modal(text_field("reason"), divider())
    new = slack.views_update(view_id=str(form["id"]), hash=str(form["hash"]), view=changed)["view"]
    assert new["hash"] != form["hash"]
    assert dig(new, "state", "values", "reason", "value", "value") == "kept"
    for call, code in (
        (lambda: slack.views_update(view_id=str(form["id"]), hash=str(form["hash"]), view=changed), "hash_conflict"),
        (lambda: slack.views_update(view_id="V0NONE", view=changed), "not_found"),
        (lambda: slack.api_call("views.update", json={"view": changed}), "invalid_arguments"),
    ):
        assert error_of(call) == code


def test_a_submission_carries_what_was_filled_in(form: Object, app: App, ana: Person) -> None:
    """In Slack's shape for each kind of element; an empty acknowledgement closes the modal."""
    done = ana.submit(_FILLED)
    assert (done.outcome, done.acknowledged) == ("closed", True)
    assert ana.views() == []
    assert app.last["type"] == "view_submission"
    assert dig(app.last, "view", "id") == form["id"]
    assert dig(app.last, "view", "private_metadata") == "case 7"
    assert dig(app.last, "view", "callback_id") == "form"
    values = dig(app.last, "view", "state", "values")
    assert dig(values, "reason", "value") == {"type": "plain_text_input", "value": "abc"}
    assert dig(values, "count", "value") == {"type": "number_input", "value": "3"}
    assert dig(values, "queue", "value") == {"type": "static_select", "selected_option": option("b")}
    assert dig(values, "flags", "value") == {"type": "checkboxes", "selected_options": [option("x")]}
    assert dig(values, "day", "value") == {"type": "datepicker", "selected_date": "2026-12-24"}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "a"}, "reason"),
        ({"reason": "abcdef"}, "reason"),
        ({"count": "many"}, "count"),
        ({"count": "1.5"}, "count"),
        ({"count": "0"}, "count"),
        ({"queue": None}, "queue"),
        ({"day": None}, "day"),
    ],
)
def test_slack_itself_sends_back_what_is_incomplete(
    changed: Object, wrong: str, form: Object, app: App, ana: Person
) -> None:
    """Nothing reaches the app, and the field says why."""
    app.received.clear()
    done = ana.submit(_FILLED | changed)
    assert (done.outcome, done.sent, list(done.errors)) == ("incomplete", False, [wrong])
    assert app.received == []
    assert list(ana.views()[0].errors) == [wrong]


def test_nobody_picks_what_is_not_there(form: Object, ana: Person) -> None:
    """Another option, another field, text in place of a list, a day that is none: 409."""
    impossible: list[Object] = [
        {"queue": "c"},
        {"elsewhere": "text"},
        {"flags": "x"},
        {"flags": ["x", "x"]},
        {"day": "2026-02-30"},
        {"reason": 5},
    ]
    for values in impossible:
        with pytest.raises(Refused) as refused:
            ana.type(values)
        assert refused.value.status == 409


def test_the_app_can_send_back_a_field(form: Object, app: App, ana: Person) -> None:
    """The modal stays open, with what was typed and what is wrong with it."""
    app.answers({"response_action": "errors", "errors": {"reason": "Say more."}})
    done = ana.submit(_FILLED)
    assert (done.outcome, done.errors) == ("errors", {"reason": "Say more."})
    [view] = ana.views()
    assert view.errors == {"reason": "Say more."}
    assert view.values["reason"]["value"]["value"] == "abc"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "Say more."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors"},
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "update"},
        {"text": "thanks"},
    ],
)
def test_slack_does_not_understand_every_acknowledgement(answer: Object, form: Object, app: App, ana: Person) -> None:
    """The modal stays as it was, and the outcome says why."""
    app.answers(answer)
    done = ana.submit(_FILLED)
    assert done.outcome == "bad_response"
    assert done.why
    assert [view.id for view in ana.views()] == [form["id"]]


def test_an_acknowledgement_can_show_something_else(form: Object, app: App, ana: Person) -> None:
    """Another content in its place, a modal above it, or nothing any more."""
    app.answers({"response_action": "push", "view": modal(callback_id="second")})
    assert ana.submit(_FILLED).outcome == "pushed"
    assert [view.callback_id for view in ana.views()] == ["form", "second"]
    app.answers({"response_action": "update", "view": modal(section(), callback_id="third")})
    assert ana.submit().outcome == "updated"
    assert [view.callback_id for view in ana.views()] == ["form", "third"]
    app.answers({"response_action": "clear"})
    assert ana.submit().outcome == "cleared"
    assert ana.views() == []


def test_without_an_acknowledgement_the_modal_stays(
    form: Object, app: App, ana: Person, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three seconds, here fewer, the person is told that it did not work."""
    monkeypatch.setattr(running.sandbox.sockets, "_ack_seconds", 0.3)
    app.silent = True
    done = ana.submit(_FILLED)
    assert (done.outcome, done.acknowledged) == ("not_acknowledged", False)
    assert done.milliseconds >= 300 - 20
    [view] = ana.views()
    assert view.values["reason"]["value"]["value"] == "abc"


def test_a_modal_is_not_submitted_twice_at_once(form: Object, app: App, ana: Person) -> None:
    """While the first submission waits for its acknowledgement there is nothing to press."""
    heard, go = threading.Event(), threading.Event()

    def wait(request: SocketModeRequest) -> None:
        heard.set()
        go.wait(LONGEST)

    app.answer = wait
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ana.submit, _FILLED)
        assert heard.wait(LONGEST)
        with pytest.raises(Refused, match="being submitted"):
            ana.submit()
        with pytest.raises(Refused, match="being submitted"):
            ana.type({"reason": "other"})
        go.set()
        assert first.result().outcome == "closed"


def test_closing_is_told_to_an_app_that_asked_for_it(
    form: Object, slack: WebClient, trigger: Trigger, app: App, ana: Person
) -> None:
    """notify_on_close brings view_closed; a modal without it closes silently."""
    assert ana.close().sent
    assert (app.last["type"], app.last["is_cleared"], dig(app.last, "view", "id")) == ("view_closed", False, form["id"])
    slack.views_open(trigger_id=trigger(), view=modal())
    assert not ana.close().sent
    with pytest.raises(Refused):
        ana.close()


def test_acting_within_a_modal_tells_the_app_what_is_filled_in(
    slack: WebClient, trigger: Trigger, app: App, ana: Person
) -> None:
    """A button, a menu and a dispatching input send block_actions with the view's present state."""
    blocks = [
        text_field("reason"),
        text_field("at once") | {"dispatch_action": True},
        actions(button("help"), select(), block_id="acts"),
    ]
    slack.views_open(trigger_id=trigger(), view=modal(*blocks))
    app.received.clear()
    assert ana.type({"reason": "abc"}).outcome == "kept"
    assert app.received == []
    assert ana.press_in_view("help").acknowledged
    assert (app.last["type"], dig(app.last, "container", "type")) == ("block_actions", "view")
    assert dig(app.last, "view", "state", "values", "reason", "value", "value") == "abc"
    assert "channel" not in app.last
    ana.press_in_view("pick", selected="1")
    assert dig(app.last, "actions", 0, "selected_option", "value") == "1"
    ana.type({"at once": "now"})
    assert dig(app.last, "actions", 0, "value") == "now"
    assert dig(app.last, "view", "state", "values", "acts", "pick", "selected_option", "value") == "1"


def test_a_modal_without_a_submit_button_cannot_be_submitted(slack: WebClient, trigger: Trigger, ana: Person) -> None:
    """There is nothing to press."""
    view = {name: value for name, value in modal().items() if name != "submit"}
    slack.views_open(trigger_id=trigger(), view=view)
    with pytest.raises(Refused, match="no submit button"):
        ana.submit()


def test_those_who_are_deactivated_have_nothing_open(running: Running, form: Object, slack: WebClient) -> None:
    """Nor can they act any more, nor are they in groups and channels."""
    running.administrator.deactivate_user("U0ANA")
    assert error_of(lambda: slack.views_update(view_id=str(form["id"]), view=modal())) == "not_found"
    assert slack.usergroups_users_list(usergroup="S0SUPPORT")["users"] == ["U0BEN"]
    with pytest.raises(Refused, match="cannot sign in"):
        running.person("U0ANA").messages(SUPPORT)
