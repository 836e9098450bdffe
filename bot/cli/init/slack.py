"""The steps about Slack: the sandbox or a workspace, its tokens, the channel, and the people."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.cli.init import forms
from bot.cli.init.dialogue import Question, Wrong, say
from bot.cli.init.setup import Setup, trying
from bot.doctor.checks import about_slack
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.slack.places import Found, channel_found, reviewer_found
from bot.slack.workspace import Workspace, check_hearing, connect
from handlers.slack.error_codes import NOT_DONE, code_of
from handlers.slack.manifest import manifest_file
from handlers.who import named

SANDBOX, WORKSPACE, NONE = "sandbox", "workspace", "none"
SANDBOX_URL = "http://127.0.0.1:8470/api/"
_BOT, _APP, _URL = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"
_HTTP, _SIGNING = "COUNTERSIGN_SLACK_HTTP", "SLACK_SIGNING_SECRET"
_OVER_HTTP = "http"
"""Typed in place of the app token."""
_POST_TO, _REVIEWERS = "COUNTERSIGN_POST_TO", "COUNTERSIGN_REVIEWERS"


@dataclass(frozen=True, kw_only=True)
class People:
    """The people whom the automation's declaration names."""

    owner: str
    backup: str
    """Empty where nobody stands in."""


def slack(setup: Setup) -> str:
    """Ask which Slack, and for its tokens; returns sandbox, workspace or none."""
    if setup.known(_BOT) is not None:
        _tokens(setup)
        return SANDBOX if setup.known(_BOT) == BOT_TOKEN else WORKSPACE
    given = setup.given
    wanted = WORKSPACE if given.bot_token is not None else SANDBOX
    asks = f"Slack: {SANDBOX}, to try it on this machine; {WORKSPACE}, your own; or {NONE}"
    choice = Question(flag="--slack", asks=asks, default=wanted, check=forms.one_of(SANDBOX, WORKSPACE, NONE))
    which = setup.dialogue.answer(choice, given.slack)
    if which == SANDBOX:
        setup.file.add({_URL: given.slack_url or SANDBOX_URL, _BOT: BOT_TOKEN})
        if given.slack_http is not None:
            _address(setup)
            setup.file.add({_SIGNING: SIGNING_SECRET})
        else:
            setup.file.add({_APP: APP_TOKEN})
        return which
    if which == WORKSPACE:
        if given.slack_url is not None:
            setup.file.add({_URL: given.slack_url})
        say("  Make the app in Slack, once: open https://api.slack.com/apps, choose Create New App, From a manifest,")
        if given.slack_http is not None:
            say("  your workspace, and paste what countersign manifest --request-url https://HOST prints: HOST is the")
            say("  proxy before serve. Then install it, and /invite @Countersign to a channel.")
        else:
            say(f"  your workspace, and paste the content of {manifest_file()}")
            say("  (countersign manifest prints it). Then install it, and /invite @Countersign to a channel.")
        _tokens(setup)
    return which


def _tokens(setup: Setup) -> None:
    """Ask for the two tokens, each tried at Slack before the next is asked for; over HTTP the second is a secret."""

    def bot(text: str) -> str:
        found = forms.token("xoxb-")(text)
        with trying():
            workspace = connect(setup.with_more(**{_BOT: found}), hears=False)
        say(f"  ok    Slack knows it: the workspace {workspace.name} ({workspace.team})")
        return found

    def app(text: str) -> str:
        found = forms.token("xapp-")(text)
        with trying():
            heard = check_hearing(connect(setup.with_more(**{_APP: found})))
        say("  ok    Slack accepts it" if heard else "  note  Slack does not say just now whether it accepts it")
        return found

    asks = "Bot token (xoxb-..., Install App)"
    setup.take(_BOT, Question(flag=_BOT, asks=asks, check=bot, is_secret=True), setup.given.bot_token)
    if _hears_over_http(setup, app):
        _request_url(setup)


def _hears_over_http(setup: Setup, check: Callable[[str], str]) -> bool:
    """Ask for the app token, unless Slack is to reach the app over HTTP; returns whether it is."""
    given = setup.given
    if setup.known(_HTTP) is not None or (given.slack_http is not None and setup.known(_APP) is None):
        return True
    asks = f"App token (xapp-..., Basic Information, App-Level Tokens, with connections:write), or {_OVER_HTTP}"
    question = Question(
        flag=_APP, asks=asks, check=lambda text: text if text == _OVER_HTTP else check(text), is_secret=True
    )
    if setup.known(_APP) is None:
        answer = setup.dialogue.answer(question, given.app_token)
        if answer == _OVER_HTTP:
            return True
        setup.file.add({_APP: answer})
    else:
        setup.take(_APP, question, None)
    return False


def _request_url(setup: Setup) -> None:
    """Ask where Slack's requests come in, and for the secret that signs them."""
    _address(setup)
    asks = "Signing secret (Basic Information, App Credentials)"
    secret = Question(flag=_SIGNING, asks=asks, check=forms.signing_secret, is_secret=True)
    setup.take(_SIGNING, secret, setup.given.signing_secret)


def _address(setup: Setup) -> None:
    """Ask where Slack's requests come in."""

    def address(text: str) -> str:
        at = setup.with_more(**{_HTTP: text}).slack_http_address
        if at is None:
            raise Wrong("it has to be HOST:PORT, such as 127.0.0.1:8480")
        try:
            with socket.create_server((at.host, at.port)):
                pass
        except OSError as error:
            # The bare reason: Python's own text names the address once more.
            why = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else error.strerror
            raise Wrong(f"{text} cannot be listened at ({why}); name another one") from error
        return text

    asks = "Address where serve hears Slack over HTTP, behind your proxy: HOST:PORT"
    where = Question(flag="--slack-http", asks=asks, default="127.0.0.1:8480", check=address)
    setup.take(_HTTP, where, setup.given.slack_http)


def people(setup: Setup, *, which: str) -> People:
    """Ask who owns the automation and who stands in, for its declaration."""
    workspace = _workspace(setup, which)
    made_up = People(owner="U0MARIA", backup="U0LEE") if which == SANDBOX else People(owner="U0OWNER", backup="")

    def person(text: str) -> str:
        id = forms.person(text)
        if workspace is not None:
            try:
                workspace.looking_up.users_info(user=id)
            except NOT_DONE as error:
                if code_of(error) in ("user_not_found", "user_not_visible"):
                    raise Wrong(f"Slack knows nobody with the id {id}; see their profile, ⋮, Copy member ID") from error
        return id

    owner = Question(
        flag="--owner",
        asks="Owner of it, who answers for it: their Slack id (in the profile, ⋮, Copy member ID)",
        default=made_up.owner if which != WORKSPACE else None,
        check=person,
    )
    backup = Question(
        flag="--backup",
        asks="Who stands in for the owner: a Slack id (Enter alone: nobody yet; nothing goes alone before)",
        default=made_up.backup,
        check=lambda text: person(text) if text else "",
    )
    return People(
        owner=setup.dialogue.answer(owner, setup.given.owner), backup=setup.dialogue.answer(backup, setup.given.backup)
    )


def places(setup: Setup, name: str, *, which: str, owner: str) -> None:
    """Ask for the channel of the cards, and who may decide."""
    if which == NONE:
        return
    is_sandbox, workspace = which == SANDBOX, _workspace(setup, which)

    def looked(found: Found) -> None:
        if found.works is False:
            raise Wrong(f"{found.what}; {found.do}")
        if found.works is None:
            say(f"  note  {found.what}")

    def channel(text: str) -> str:
        id = forms.channel(text)
        if workspace is not None:
            looked(channel_found(workspace.looking_up, id, [f"the channel of {name}"]))
        return id

    def reviewers(text: str) -> str:
        ids = forms.people(text)
        if workspace is None:
            return ids
        for who in named(ids.split("+")):
            looked(reviewer_found(workspace.looking_up, workspace, who, [f"the reviewers of {name}"]))
        return ids

    asks = "Channel for its cards: its id, or a link to it"
    where = Question(flag="--channel", asks=asks, default="C0SUPPORT" if is_sandbox else None, check=channel)
    id = _of_workflow(setup, _POST_TO, name, where, setup.given.channel)
    asks = "Reviewers, who may decide: ids of people and user groups"
    default = "S0SUPPORT+U0MARIA" if is_sandbox else owner or None
    who = Question(flag="--reviewers", asks=asks, default=default, check=reviewers)
    _of_workflow(setup, _REVIEWERS, name, who, setup.given.reviewers)
    setup.file.add({"COUNTERSIGN_FAILURES_CHANNEL": id, **({"COUNTERSIGN_ENGINEERS": owner} if owner else {})})


def _of_workflow(setup: Setup, setting: str, name: str, question: Question, given: str | None) -> str:
    """Take a setting that is said of a workflow, `WORKFLOW=VALUE`; returns the value."""
    check: Callable[[str], str] = question.check
    told = Question(
        flag=question.flag,
        asks=question.asks,
        default=question.default,
        check=lambda text: f"{name}={check(text)}",
    )
    return setup.take(setting, told, given).partition(",")[0].partition("=")[2]


def tell(setup: Setup, which: str) -> None:
    """Say what doctor finds about Slack."""
    url = setup.known(_URL) or ""
    if which == SANDBOX and not _answers(url):
        say(f"  note  the sandbox does not answer at {url} yet; countersign doctor looks again once it runs")
    elif which != NONE:
        setup.tell(about_slack)


def _answers(url: str) -> bool:
    split = urlsplit(url)
    try:
        with socket.create_connection((split.hostname or "", split.port or 80), timeout=2):
            return True
    except OSError:
        return False


def _workspace(setup: Setup, which: str) -> Workspace | None:
    """Return the workspace, to look at what is typed; None where nobody can be asked now."""
    if which == NONE or (which == SANDBOX and not _answers(setup.known(_URL) or "")):
        return None
    try:
        with trying():
            return connect(setup.with_more(), hears=False)
    except Wrong as wrong:
        say(f"  bad   {wrong}")
        return None
