"""The workspace: its team, the installed app, people, channels and groups."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
UserId = Annotated[str, StringConstraints(pattern=r"^U[A-Z0-9]{2,20}$")]


EnterpriseId = Annotated[str, StringConstraints(pattern=r"^E[A-Z0-9]{2,20}$")]
TeamId = Annotated[str, StringConstraints(pattern=r"^[TE][A-Z0-9]{2,20}$")]


class WorkspaceUnusable(ValueError):
    """The file does not describe a workspace."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Team(_Model):
    """The workspace itself."""

    id: Annotated[str, StringConstraints(pattern=r"^T[A-Z0-9]{2,20}$")] = "T0SANDBOX"
    name: str = "Sandbox"
    domain: Name = "sandbox"
    enterprise: EnterpriseId | None = None
    """Organisation on Enterprise Grid that it belongs to."""


class SlashCommand(_Model):
    """A command that the app brings."""

    name: Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_-]{1,31}$")]
    usage: str = ""
    description: str = ""


class Shortcut(_Model):
    """An entry that the app adds to the menu of each message."""

    callback_id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    description: str = ""


class App(_Model):
    """The app that is installed in it."""

    id: Annotated[str, StringConstraints(pattern=r"^A[A-Z0-9]{2,20}$")] = "A0SANDBOX"
    user: UserId = "U0BOT"
    bot_id: Annotated[str, StringConstraints(pattern=r"^B[A-Z0-9]{2,20}$")] = "B0BOT"
    scopes: list[str] = ["chat:write", "commands", "usergroups:read", "channels:history"]
    """Scopes of the bot."""
    commands: list[SlashCommand] = []
    """Commands offered to a person who types a slash; others are sent to the app all the same."""
    shortcuts: list[Shortcut] = []
    """Shortcuts of messages."""
    home: bool = True
    """True if it has a Home tab."""
    events: list[str] | None = None
    """Events that it is subscribed to; None: all that the sandbox knows."""
    org_wide: bool = False
    """True if it is installed in the organisation as a whole: a click then names the organisation, and no workspace."""


class User(_Model):
    """A person, or the app's bot."""

    id: UserId
    name: Name
    real_name: str
    title: str = ""
    deactivated: bool = False
    guest: bool = False
    single_channel: bool = False
    """True for a guest of one channel alone."""
    bot: bool = False
    home: TeamId | None = None
    """Team that Slack says they belong to; on Enterprise Grid another workspace, or the organisation."""
    acts_in: TeamId | None = None
    """Workspace that they act in, where it is another one: they come through Slack Connect."""
    acts_in_enterprise: EnterpriseId | None = None
    """Organisation of that workspace."""
    time_zone: str = "Europe/Berlin"
    status_text: str = ""
    snoozed_until: int | None = None
    """Time until which notifications are off, in seconds since 1970."""


class Channel(_Model):
    """A channel, and its members."""

    id: Annotated[str, StringConstraints(pattern=r"^[CD][A-Z0-9]{2,20}$")]
    name: Name
    members: list[UserId] = []
    private: bool = False
    archived: bool = False

    @property
    def is_direct(self) -> bool:
        """True for the app's direct messages to one person."""
        return self.id.startswith("D")

    @property
    def kind(self) -> Literal["channel", "group", "im"]:
        """Slack's word for a public channel, a private one, and direct messages."""
        if self.is_direct:
            return "im"
        return "group" if self.private else "channel"


class Group(_Model):
    """A user group, which can be mentioned by its handle."""

    id: Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]{2,20}$")]
    handle: Name
    name: str
    members: list[UserId] = []
    disabled: bool = False


class Workspace(_Model):
    """The whole workspace. It changes as an administrator acts."""

    team: Team = Team()
    app: App = App()
    users: Annotated[list[User], Field(min_length=1)]
    channels: Annotated[list[Channel], Field(min_length=1)]
    groups: list[Group] = []

    @model_validator(mode="after")
    def _is_consistent(self) -> "Workspace":
        _are_unique([user.id for user in self.users], "user id")
        _are_unique([channel.id for channel in self.channels], "channel id")
        _are_unique([group.id for group in self.groups], "group id")
        _are_unique([user.name for user in self.users], "user name")
        _are_unique([channel.name for channel in self.channels], "channel name")
        _are_unique([group.handle for group in self.groups], "group handle")
        members = [(channel.id, channel.members) for channel in self.channels]
        for id, named in members + [(group.id, group.members) for group in self.groups]:
            if strangers := set(named) - {user.id for user in self.users}:
                raise ValueError(f"{id} has members that are no users: {', '.join(sorted(strangers))}")
        if self.app.org_wide and self.team.enterprise is None:
            raise ValueError("an app can be installed in an organisation only where there is one")
        if not any(user.id == self.app.user and user.bot for user in self.users):
            raise ValueError(f"there is no bot user {self.app.user}")
        return self

    def user(self, id: str) -> User | None:
        return next((user for user in self.users if user.id == id), None)

    def channel(self, id: str) -> Channel | None:
        return next((channel for channel in self.channels if channel.id == id), None)

    def direct(self, user: str) -> Channel:
        """Return the app's direct messages to a person, begun with the first."""
        id, known = f"D{user[1:]}", self.user(user)
        found = self.channel(id)
        if found is None:
            name = f"direct-{known.name if known is not None else user.lower()}"[:80]
            found = Channel(id=id, name=name, members=[user, self.app.user], private=True)
            self.channels.append(found)
        return found

    def group(self, id: str) -> Group | None:
        return next((group for group in self.groups if group.id == id), None)


def read_workspace(path: Path) -> Workspace:
    """Return the workspace that a JSON file describes. Raise WorkspaceUnusable, in one line, or OSError."""
    try:
        return Workspace.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the workspace"
        raise WorkspaceUnusable(f"{path}: {where}: {' '.join(first['msg'].split())}") from None


def _are_unique(names: list[str], what: str) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two with the same {what}: {', '.join(sorted(twice))}")


def _app_of(manifest: Path) -> App:
    """The app that a manifest describes, with all its scopes. Raises OSError, KeyError or ValueError for what is none.

    What a manifest leaves out has its default: no shortcut, no Home tab, no event.
    """
    told: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    features, scopes = told["features"], told["oauth_config"]["scopes"]
    return App(
        commands=[
            SlashCommand(name=row["command"], usage=row.get("usage_hint", ""), description=row["description"])
            for row in features["slash_commands"]
        ],
        shortcuts=[
            Shortcut(callback_id=row["callback_id"], name=row["name"], description=row["description"])
            for row in features.get("shortcuts", ())
            if row["type"] == "message"
        ],
        scopes=scopes["bot"],
        home=features.get("app_home", {}).get("home_tab_enabled", False),
        events=told["settings"].get("event_subscriptions", {}).get("bot_events", []),
    )


def default_workspace(manifest: Path | None = None) -> Workspace:
    """A small company: a support team that reviews, its lead, engineers, and some who have no say.

    `manifest`: that of the app that is installed in it, a JSON file. It says which commands, shortcuts, scopes and
    events the app has; left out, it has a Home tab and all events, and no commands or shortcuts.
    """
    users = [
        User(id="U0MARIA", name="maria", real_name="Maria", title="owner"),
        User(id="U0ANA", name="ana", real_name="Ana", title="reviewer"),
        User(id="U0BEN", name="ben", real_name="Ben", title="reviewer"),
        User(id="U0EVE", name="eve", real_name="Eve"),
        User(id="U0LEE", name="lee", real_name="Lee", title="team lead"),
        User(id="U0KIM", name="kim", real_name="Kim", title="engineer"),
        User(id="U0GUS", name="gus", real_name="Gus", guest=True),
        User(id="U0OLD", name="old", real_name="Old Hand", deactivated=True),
        User(id="U0BOT", name="countersign", real_name="Countersign", bot=True),
    ]
    people = [user.id for user in users if not user.bot and not user.deactivated]
    everyone = [*people, "U0BOT"]
    return Workspace(
        app=_app_of(manifest) if manifest is not None else App(),
        users=users,
        channels=[
            Channel(id="C0SUPPORT", name="support-review", members=everyone),
            Channel(id="C0FAILURES", name="failures", members=everyone),
            Channel(id="C0LEADS", name="leads", members=[one for one in everyone if one != "U0EVE"]),
            Channel(id="C0GENERAL", name="general", members=people),
            Channel(id="C0ARCHIVE", name="archive", members=everyone, archived=True),
        ],
        groups=[
            Group(id="S0SUPPORT", handle="support", name="Support", members=["U0ANA", "U0BEN"]),
            Group(id="S0ENG", handle="engineers", name="Engineers", members=["U0KIM"]),
        ],
    )
