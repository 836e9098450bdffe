"""The wiring of the parts that talk to Slack."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from slack_bolt import App as BoltApp

from bot.app import App
from bot.slack.circuit_breaker import Breaker
from bot.slack.installing.tokens import with_token
from bot.slack.request_url import RequestUrl
from bot.slack.sender import PACE, Sender
from bot.slack.socket import Hearing
from bot.slack.workspace import Workspace, adopt, check_hearing, connect
from handlers.slack import listeners
from handlers.slack.access.assignable import reviewers_of
from handlers.slack.access.channels import Channels
from handlers.slack.access.people import People
from handlers.slack.access.rights import Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.context import SlackContext
from handlers.slack.files import SlackFiles
from handlers.texts.operations.findings import Finding
from handlers.who import named
from store.faces import AUDIT, FAILURES, LEADS, SLACK, face_of
from store.states import InstallationEnd
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.review.assignment.upkeep import Reviewers
from workflows.engine.sources.heard.files import FaceFiles


@dataclass(frozen=True, kw_only=True)
class InWorkspace:
    """Countersign in a Slack workspace, put together and not yet started, however that is heard."""

    workspace: Workspace
    sender: Sender
    reviewers: Reviewers
    """The way to find out who may decide, for the upkeep of assignments."""
    files: FaceFiles
    """Files of the workspace."""
    register: Callable[[BoltApp], None]
    """Adds the listeners."""


@dataclass(frozen=True, kw_only=True)
class Slack(InWorkspace):
    """Countersign in the only workspace of a process."""

    hearing: Hearing | RequestUrl


def in_slack(app: App, *, checks: Callable[[], Iterable[Finding]], pace: float = PACE) -> Slack:
    """Wire the parts that talk to Slack. Raise `bot.slack.workspace.NoWorkspace`, also where nothing could be heard.

    `checks`: the checks of the set-up, for whoever asks for them there. `pace`: seconds between two messages to a
    channel.
    """
    workspace = connected(app)
    address = check_hearing(workspace) if workspace.http is None else None
    parts = in_workspace(app, workspace, checks=checks, pace=pace)
    hearing: Hearing | RequestUrl
    if workspace.http is None:
        hearing = Hearing(workspace, parts.register, address=address)
    else:
        hearing = RequestUrl(workspace, parts.register, at=workspace.http, context=lambda: app.context)
    return Slack(**vars(parts), hearing=hearing)


def in_workspace(
    app: App,
    workspace: Workspace,
    *,
    checks: Callable[[], Iterable[Finding]],
    pace: float = PACE,
    is_gone: Callable[[InstallationEnd], None] = lambda why: None,
) -> InWorkspace:
    """Wire what is of one workspace, however it is heard. `checks`, `pace`: as for `in_slack`.

    `is_gone`: called where Slack says that the app was uninstalled, or that its token was revoked.
    """
    slack = context_in(app, workspace, checks=checks, is_gone=is_gone)
    return InWorkspace(
        workspace=workspace,
        sender=sender_of(app, workspace, slack, pace=pace, is_gone=is_gone),
        reviewers=reviewers_of(slack.rights),
        files=slack.files,
        register=partial(listeners.register, slack=slack),
    )


def context_in(
    app: App,
    workspace: Workspace,
    *,
    checks: Callable[[], Iterable[Finding]] = tuple,
    is_gone: Callable[[InstallationEnd], None] = lambda why: None,
) -> SlackContext:
    """Return the context of what is done for people of a workspace. `checks`, `is_gone`: as for `in_workspace`."""
    groups = Groups(workspace.looking_up, team=workspace.named_team, tell=partial(tell_unusable, app.context))
    people = People(workspace.looking_up)
    return SlackContext(
        context=app.context,
        rights=Rights(
            members=groups, kind_of=people, engineers=named(app.settings.engineers), leads=named(app.settings.leads)
        ),
        zone_of=people.zone_of,
        is_in=Channels(workspace.looking_up).is_in,
        groups=groups,
        installed=workspace.installed,
        bot=workspace.bot_id,
        address=workspace.address,
        granted=workspace.granted,
        files=SlackFiles(workspace.looking_up),
        personal_figures=app.settings.personal_figures,
        checks=checks,
        bot_user=workspace.bot_user,
        is_gone=is_gone,
    )


def connected(app: App) -> Workspace:
    """Return the workspace of the settings, which this database is for. Raise `bot.slack.workspace.NoWorkspace`."""
    workspace = connect(with_token(app))
    adopt(app.context, workspace)
    return workspace


def sender_of(
    app: App,
    workspace: Workspace,
    slack: SlackContext,
    *,
    pace: float,
    is_gone: Callable[[InstallationEnd], None] = lambda why: None,
) -> Sender:
    """Return the sender to a workspace. `pace`: seconds between two messages to a channel.

    `is_gone`: as for `in_workspace`.
    """
    settings = app.settings
    named = {FAILURES: settings.failures_channel, LEADS: settings.leads_channel, AUDIT: settings.audit_channel}
    roles = {role: channel for role, channel in named.items() if channel is not None and face_of(channel) == SLACK}
    breaker = Breaker(workspace.trying)
    return Sender(
        app.context,
        workspace.sending,
        bot=workspace.bot_id,
        breaker=breaker,
        roles=roles,
        pace=pace,
        may=slack.may_decide,
        without_token=lambda: is_gone(InstallationEnd.REVOKED),
    )


def tell_unusable(context: Context, group: str, code: str) -> None:
    """Report in the failures channel that a user group cannot be read, once a day."""
    with context.database.write() as session:
        notices.unusable_group(session, team=context.team, group=group, code=code, at=context.clock())
