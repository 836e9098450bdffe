"""The steps of a try, in order. Each is a function; what it returns goes into the transcript, so it names nobody."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Timer

from slack_sdk.webhook import WebhookClient

from bot.slack.live.heard import Kind
from bot.slack.live.transcript import Line
from bot.slack.live.trial import NotWell, Refused, Skipped, Step, Trial
from bot.slack.request_url import RequestUrl
from bot.slack.socket import Hearing
from bot.slack.workspace import NoWorkspace, check_hearing
from handlers.slack.access.people import kind_of
from handlers.slack.access.scopes import asked_for
from handlers.slack.blocks.live import FIELD, form, home, marked_message, marked_view, page, request
from handlers.slack.blocks.parts.pages import View
from handlers.slack.payloads import HOME
from handlers.slack.specimens import specimens
from handlers.slack.specimens.specimen import Specimen
from handlers.texts.operations import live
from handlers.who import WhoKind

_CONNECTING = 30.0
"""Seconds for a connection."""
_UPDATES = 120
"""Most changes of a message with which a rate limit is looked for."""
_NAMED = 20
"""Most people and groups that are looked at."""


def scopes(trial: Trial) -> str:
    """Compare the scopes that Slack granted with those of the manifest."""
    granted, asked = trial.workspace.granted, asked_for()
    if granted.scopes is None:
        raise Skipped("Slack did not name them")
    missing, optional = granted.missing(asked.required), granted.missing(asked.optional)
    without = f"; without the optional {' '.join(optional)}" if optional else ""
    if missing:
        raise NotWell(f"missing: {' '.join(missing)}{without}")
    return f"all that are needed{without}"


def socket(trial: Trial) -> str:
    """Connect, and count the connections of this app; over HTTP, answer at the request URL."""
    http = trial.workspace.http
    if http is not None:
        trial.hearing = RequestUrl(trial.workspace, trial.heard.register, at=http, context=None)
        trial.hearing.connect(Event())
        return f"answering over HTTP at {http.address}"
    try:
        address = check_hearing(trial.workspace)
    except NoWorkspace as error:
        raise trial.refused("apps.connections.open", error.__cause__ or error) from error
    hearing = Hearing(trial.workspace, trial.heard.register, address=address)
    trial.hearing, stop = hearing, Event()
    timer = Timer(_CONNECTING, stop.set)
    timer.start()
    try:
        hearing.connect(stop)
        while hearing.connections is None and not stop.wait(0.05):
            pass
    finally:
        timer.cancel()
    if not hearing.is_connected:
        raise NotWell(f"not connected in {_CONNECTING:g} s")
    number = hearing.connections or 1
    if number > 1:
        trial.say(live.OTHERS)
        raise NotWell(f"{number} connections of this app; some presses go to the others")
    return "connected, the only connection of this app"


def channel(trial: Trial) -> str:
    """Look at the channel, which needs an optional scope, and post the first message."""
    try:
        found = trial.call("conversations.info", channel=trial.channel)["channel"]
    except Refused as refused:
        trial.begin_thread()  # whether one can post there needs no such scope
        raise refused
    if found.get("is_archived"):
        raise NotWell("it is archived")
    if found.get("is_member") is False:
        raise NotWell("the app is not in it: /invite it there")
    trial.begin_thread()
    return "private" if found.get("is_private") else "public"


def press(trial: Trial) -> str:
    """Have a button pressed."""
    trial.ask(live.PRESSED, {"press": live.PRESS})
    act = trial.pressed("press")
    if act.channel != trial.channel or not act.trigger or not act.reply_url:
        raise NotWell("a press without its channel, trigger_id or response_url")
    return "pressed by somebody of this workspace, with trigger_id and response_url"


def update(trial: Trial) -> str:
    """Change a message."""
    ts = trial.post(request(trial.mark, live.UPDATE_FIRST, {}, can_be_skipped=False), passing=True)
    drawn = request(trial.mark, live.UPDATE.asks, {"changed": live.CHANGED})
    trial.call(
        "chat.update", channel=trial.channel, ts=ts, text=drawn.text, blocks=list(drawn.blocks), attachments=list[str]()
    )
    trial.ask_here(live.UPDATE)
    act = trial.pressed("changed")
    if act.message != ts:
        raise NotWell("the press names another message")
    return "changed, and pressed after that"


def ephemeral(trial: Trial) -> str:
    """Answer so that only one person sees it, and take that away through the response_url."""
    drawn = request(trial.mark, live.EPHEMERAL.asks, {"private": live.PRIVATE})
    person = trial.person
    trial.call("chat.postEphemeral", channel=trial.channel, user=person, text=drawn.text, blocks=list(drawn.blocks))
    trial.ask_here(live.EPHEMERAL)
    act = trial.pressed("private")
    if not act.only_for_one:
        raise NotWell("the press does not say that only one person sees the message")
    status = WebhookClient(act.reply_url, timeout=10, retry_handlers=[]).send(delete_original=True).status_code
    if status != 200:
        raise NotWell(f"pressed, and not deleted through its response_url: http {status}")
    return "pressed, and deleted through its response_url"


def thread(trial: Trial) -> str:
    """Reply in a thread, and read it back where a scope allows that."""
    drawn = request(trial.mark, live.BELOW, {}, can_be_skipped=False)
    ts = trial.post(drawn, thread=trial.begin_thread())
    try:
        answer = trial.call("conversations.replies", channel=trial.channel, ts=trial.begin_thread())
    except Refused as refused:
        if refused.fault.code != "missing_scope":
            raise
        return f"posted; reading it {live.needs(refused.needs)}"
    if ts not in [reply.get("ts") for reply in answer["messages"]]:
        raise NotWell("posted, and not in the thread")
    return "posted, and read in the thread"


def messages(trial: Trial) -> str:
    """Post each kind of message, and have somebody look."""
    some = [one for one in specimens() if one.message is not None]
    root, bot = trial.begin_thread(), trial.workspace.bot_user
    for one in some:
        drawn = marked_message(one, trial.mark, person=bot, channel=trial.channel)
        try:
            trial.post(drawn, thread=root, about=one.name)
        except Refused as refused:
            trial.faults.append(refused.fault)
        trial.breathe()
    taken = f"{len(some) - len(trial.faults)} of {len(some)} posted"
    trial.ask(live.MESSAGES, {"drawn": live.DRAWN, "wrong": live.WRONG})
    if trial.pressed("drawn", "wrong").name == "wrong":
        raise NotWell(f"{taken}; to a person one of them looks wrong")
    return f"{taken}; to a person all look right"


def open_form(trial: Trial) -> str:
    """Open a form at a press."""
    trial.ask(live.FORM, {"open": live.OPEN})
    act = trial.pressed("open")
    trial.heard.answers = [
        {"response_action": "errors", "errors": {FIELD: live.FORM_ERROR}},
        {"response_action": "update", "view": page(trial.mark, live.NEXT_PAGE, {"page": live.PAGE})},
    ]
    answer = trial.call("views.open", trigger_id=act.trigger, view=form(trial.mark))
    trial.window = str(answer["view"]["id"])
    return "opened"


def errors(trial: Trial) -> str:
    """Answer a submission with an error at its field."""
    _submitted(trial, live.ERRORS)
    return "sent, and answered with an error"


def answered(trial: Trial) -> str:
    """Answer a submission with another page, and have a button of that pressed."""
    _submitted(trial, live.ANSWERED)
    if trial.pressed("page").view != trial.window:
        raise NotWell("the press names another view")
    return "sent once more, answered with a page, and that pressed"


def _submitted(trial: Trial, words: live.StepWords) -> None:
    if trial.window is None:
        raise Skipped("no form is open")
    trial.ask_here(words)
    trial.act(lambda act: act.kind is Kind.SUBMIT and act.view == trial.window)


def views(trial: Trial) -> str:
    """Draw each kind of form in the open window."""
    some = [one for one in specimens() if one.view is not None and one.view["type"] != HOME]
    drawn = 0
    for one in some:
        drawn += trial.show(_marked(trial, one), about=one.name)
        trial.breathe()
    trial.show(page(trial.mark, live.SHOWN, {}))
    return f"{drawn} of {len(some)} drawn"


def home_tab(trial: Trial) -> str:
    """Draw the Home tab when it is opened, have a button of it pressed, and draw each kind of Home."""
    trial.ask(live.HOME_TAB, {}, Kind.HOME)
    user = trial.act(lambda act: act.kind is Kind.HOME).user
    trial.homes.add(user)
    trial.call("views.publish", user_id=user, view=home(trial.mark, live.TRY, {"home": live.HOME}))
    trial.pressed("home")
    some = [one for one in specimens() if one.view is not None and one.view["type"] == HOME]
    drawn = 0
    for one in some:
        drawn += trial.collected("views.publish", about=one.name, user_id=user, view=_marked(trial, one))
        trial.breathe()
    return f"opened, drawn and pressed; {drawn} of {len(some)} kinds drawn"


def _marked(trial: Trial, one: Specimen) -> View:
    return marked_view(one, trial.mark, person=trial.workspace.bot_user, channel=trial.channel)


def command(trial: Trial) -> str:
    """Have a slash command typed."""
    trial.ask(live.COMMAND, {}, Kind.COMMAND)
    trial.act(lambda act: act.kind is Kind.COMMAND)
    return "typed, and answered"


def shortcut(trial: Trial) -> str:
    """Have a shortcut chosen in the menu of a message."""
    ts = trial.ask(live.MENU, {}, Kind.SHORTCUT)
    if trial.act(lambda act: act.kind is Kind.SHORTCUT).message != ts:
        raise NotWell("chosen on another message")
    return "chosen on the message"


def rights(trial: Trial) -> str:
    """Read who is in the user groups that workflows name, and of what kind people are."""
    groups = [one.id for one in trial.named if one.kind is WhoKind.GROUP][:_NAMED]
    people = [one.id for one in trial.named if one.kind is WhoKind.PERSON][:_NAMED]
    team = {"team_id": trial.workspace.named_team} if trial.workspace.named_team else {}
    read = sum(trial.collected("usergroups.users.list", usergroup=one, **team) for one in groups)
    known = sum(trial.collected("users.info", user=one) for one in people)
    kind = kind_of(trial.call("users.info", user=trial.person)["user"])
    counted = f"{read} of {len(groups)} groups and {known} of {len(people)} people read"
    return f"{counted}; whoever pressed last is a {kind}"


def limits(trial: Trial) -> str:
    """Change a message as often as Slack lets us, until it asks to wait; then wait, and change it once more."""
    drawn, ts = request(trial.mark, live.BELOW, {}, can_be_skipped=False), trial.begin_thread()
    for number in range(_UPDATES):
        trial.call("chat.update", channel=trial.channel, ts=ts, text=drawn.text, blocks=list(drawn.blocks))
        if trial.waited:
            return f"after {number} changes; waited as long as Slack said, and the next was taken"
        if trial.heard.is_skipped:
            raise Skipped("skipped by the person")
    raise Skipped(f"no limit was met in {_UPDATES} changes")


def clean_up(trial: Trial) -> str:
    """Delete what was posted, and take the try out of forms and Home tabs."""
    for user in trial.homes:
        trial.collected("views.publish", user_id=user, view=home(trial.mark, live.HOME_OVER, {}))
    with suppress(Skipped):  # where no form is open
        trial.show(page(trial.mark, live.OVER, {}))
    number, left = len(trial.posted), list[str]()
    for ts in reversed(trial.posted):
        if not trial.collected("chat.delete", channel=trial.channel, ts=ts):
            if trial.faults[-1].code == "message_not_found":
                trial.faults.pop()  # somebody else deleted it
            else:
                left.append(ts)
    over = request(trial.mark, live.OVER_HERE, {}, can_be_skipped=False)
    for ts in left:
        trial.collected("chat.update", channel=trial.channel, ts=ts, text=over.text, blocks=list(over.blocks))
    trial.posted = left
    return f"{number - len(left)} of {number} messages deleted"


STEPS: Sequence[Step] = (
    Step(name="scopes", words=live.SCOPES, run=scopes),
    Step(name="socket", words=live.SOCKET, run=socket),
    Step(name="channel", words=live.CHANNEL, run=channel),
    Step(name="press", words=live.PRESSED, run=press),
    Step(name="update", words=live.UPDATE, run=update),
    Step(name="ephemeral", words=live.EPHEMERAL, run=ephemeral),
    Step(name="thread", words=live.THREAD, run=thread),
    Step(name="form", words=live.FORM, run=open_form),
    Step(name="errors", words=live.ERRORS, run=errors),
    Step(name="page", words=live.ANSWERED, run=answered),
    Step(name="views", words=live.VIEWS, run=views),
    Step(name="home", words=live.HOME_TAB, run=home_tab),
    Step(name="command", words=live.COMMAND, run=command),
    Step(name="shortcut", words=live.MENU, run=shortcut),
    Step(name="messages", words=live.MESSAGES, run=messages),
    Step(name="rights", words=live.RIGHTS, run=rights),
    Step(name="limits", words=live.LIMITS, run=limits),
)
_CLEAN_UP = Step(name="clean up", words=live.CLEANUP, run=clean_up)


def run(trial: Trial, steps: Sequence[Step], *, begin: Callable[[Step], None], report: Callable[[Line], None]) -> None:
    """Do the steps, and clean up whatever happens. `begin` and `report` are called before and after each."""
    try:
        for step in steps:
            begin(step)
            report(trial.take(step))
            if trial.is_ended:
                break
    finally:
        begin(_CLEAN_UP)
        report(trial.take(_CLEAN_UP))
        trial.close()
