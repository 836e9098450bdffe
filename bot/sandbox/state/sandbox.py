"""The whole state of the sandbox, in one place."""

import time
from collections.abc import Mapping
from secrets import token_hex

from bot.sandbox.faults.all import Faults
from bot.sandbox.json import Object
from bot.sandbox.state.calls import Calls
from bot.sandbox.state.changes import Changes
from bot.sandbox.state.clock import Clock, Stamps
from bot.sandbox.state.events import Events
from bot.sandbox.state.files.kept import Files
from bot.sandbox.state.guide import Guide, local_address
from bot.sandbox.state.homes import Homes
from bot.sandbox.state.installs import Installs
from bot.sandbox.state.messages import History
from bot.sandbox.state.modals import Modals
from bot.sandbox.state.rate_limits import RateLimits
from bot.sandbox.state.request_url import RequestUrl
from bot.sandbox.state.sockets import Delivery, Sockets
from bot.sandbox.state.triggers import Replies, Triggers
from bot.sandbox.state.workspace import Workspace, default_workspace
from handlers.slack import limits

BOT_TOKEN = "xoxb-sandbox"  # noqa: S105  # opens nothing but a sandbox
APP_TOKEN = "xapp-sandbox"  # noqa: S105  # the same
SIGNING_SECRET = "5a4db0c5161710a5eed05a4db0c51617"  # noqa: S105  # the same


class Sandbox:
    """A Slack workspace in memory. Touch it on the loop that serves it alone.

    `rate_limits` refuses calls that come too fast. `ack_seconds` is how long the app may take to acknowledge, in real
    seconds; all other times are those of `clock`. `guide` is what the page says that one can try; `links` are shown
    beside it, by their label, and lead to other programs on this machine.

    `beside` is another workspace in which the same app is installed. The app then hears both over the same connections,
    or at the same request URL, and its token says which one a call is about.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        bot_token: str | None = None,
        app_token: str = APP_TOKEN,
        control_token: str | None = None,
        clock: Clock = time.time,
        rate_limited: bool = True,
        ack_seconds: float = limits.ACK_SECONDS,
        guide: Guide | None = None,
        links: Mapping[str, str] | None = None,
        beside: "Sandbox | None" = None,
    ) -> None:
        self._given = (workspace or default_workspace()).model_copy(deep=True)
        self._rate_limited = rate_limited
        own = BOT_TOKEN if beside is None else f"{BOT_TOKEN}-{self._given.team.id}"
        self._first_token = bot_token or own
        self.bot_token = self._first_token
        self.app_token = app_token
        self.control_token = control_token or token_hex(16)
        self.clock = clock
        self.guide = guide or Guide()
        self._links = {label: local_address(url) for label, url in (links or {}).items()}
        self.url = "http://127.0.0.1"
        """Address of the server, and behind it the id of a workspace that is not the first; set when it is served."""
        self.changes = Changes()
        self.faults = Faults(clock)
        if beside is None:
            self.workspaces = [self]
            """All workspaces in which the app is installed, the first one first."""
            self.sockets = Sockets(self.changes, self.faults.sockets, app=self._given.app.id, ack_seconds=ack_seconds)
            self.request_url = RequestUrl(SIGNING_SECRET)
            self.installs = Installs()
        else:
            self._join(beside)
        self._begin()

    def _join(self, beside: "Sandbox") -> None:
        """Share with another workspace what belongs to the app. Raise ValueError where they cannot be told apart."""
        app, team = self._given.app.id, self._given.team.id
        if app != beside.workspace.app.id:
            raise ValueError(f"the app of {team} is {app}, and that of the first workspace {beside.workspace.app.id}")
        if team in [one.workspace.team.id for one in beside.workspaces]:
            raise ValueError(f"two workspaces with the id {team}")
        if self.bot_token in [one.bot_token for one in beside.workspaces]:
            raise ValueError(f"the bot of {team} has the token of another one")
        self.workspaces = beside.workspaces
        self.workspaces.append(self)
        self.app_token, self.sockets, self.request_url = beside.app_token, beside.sockets, beside.request_url
        self.faults.sockets = beside.faults.sockets
        self.installs = beside.installs
        # Whether the app is connected is told there.
        beside.changes.observers.append(lambda _: self.changes.announce())

    def serve_at(self, url: str) -> None:
        """Note the address of the server, for this workspace and those beside it."""
        for one in self.workspaces:
            one.url = url if one is self else f"{url}/{one.workspace.team.id}"

    @property
    def links(self) -> Mapping[str, str]:
        """Links beside the guide, by their labels: other programs, and the other workspaces."""
        others = {f"Workspace {one.workspace.team.name}": one.page_url for one in self.workspaces if one is not self}
        return {**self._links, **others}

    @property
    def hears(self) -> bool:
        """True if the app can be told something."""
        return self.request_url.url is not None or self.sockets.connected > 0

    async def deliver(self, kind: str, payload: Object, *, accepts: bool = False, again: int = 0) -> Delivery:
        """Send the app a payload the way it hears, and wait for the acknowledgement.

        `kind` and `accepts` are those of an envelope. `again`: number of times that it was sent before.
        """
        if self.request_url.url is None:
            return await self.sockets.deliver(kind, payload, accepts=accepts, again=again)
        twice = self.faults.sockets.take().twice
        return await self.request_url.deliver(kind, payload, seconds=self.sockets.ack_seconds, again=again, twice=twice)

    @property
    def page_url(self) -> str:
        """Address of the page, with its token. A browser sends nobody the part behind the #."""
        return f"{self.url}/#token={self.control_token}"

    def reset(self) -> None:
        """Restore the beginning, without faults; connections and the request URL stay."""
        self._begin()
        self.changes.announce()

    def _begin(self) -> None:
        self.workspace = self._given.model_copy(deep=True)
        self.stamps = Stamps(self.clock)
        self.history = History()
        self.files = Files(self.clock)
        self.modals = Modals()
        self.homes = Homes()
        self.triggers = Triggers(self.clock, self.workspace.team.id)
        self.replies = Replies(self.clock)
        self.rate_limits = RateLimits(self.clock, on=self._rate_limited)
        self.calls = Calls()
        self.events = Events()
        self.faults.clear()
        self.bot_token = self._first_token
        self.bot_token_revoked = False
