"""Countersign in several workspaces: one sandbox that holds them, and the program that serves all of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from pydantic import SecretStr

from bot.app import App, Process, now, process_of
from bot.sandbox.client import ShownMessage
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, Sandbox
from bot.sandbox.state.workspace import Team, default_workspace
from bot.serve.api import api_of_many
from bot.serve.several import hearing_for, serve_several
from bot.serve.workspaces import Roles, Workspaces
from bot.settings import Settings
from bot.slack.installing.installer import add
from bot.slack.installing.token_vault import TokenKeys, new_key
from bot.slack.switchboard import Switchboard
from handlers.slack.ids import Action
from handlers.slack.manifest import manifest_file
from tests.integration.bot.commandline import PARCELS
from tests.slack.conftest import ACK_SECONDS
from tests.slack.stage import ANA, SUPPORT
from tests.waiting import wait_until
from workflows.engine.case import intake

FIRST, SECOND = "T0SANDBOX", "T0SECOND"
OF_A_WORKSPACE = f"COUNTERSIGN_POST_TO=parcels={SUPPORT}\nCOUNTERSIGN_REVIEWERS=parcels=U0ANA+U0EVE\n"


@contextmanager
def sandboxes(*more: str) -> Iterator[Mapping[str, Running]]:
    """One Slack with several workspaces, by id."""
    first = Sandbox(default_workspace(manifest_file()), rate_limited=False, ack_seconds=ACK_SECONDS)
    for id in more:
        team = Team(id=id, name=id.removeprefix("T0").capitalize(), domain=id.lower())
        Sandbox(
            default_workspace(manifest_file()).model_copy(update={"team": team}),
            rate_limited=False,
            ack_seconds=ACK_SECONDS,
            beside=first,
        )
    with serving(first) as running:
        yield {one.sandbox.workspace.team.id: one for one in (running, *running.beside)}


@dataclass(kw_only=True)
class Served:
    """A process that serves them."""

    process: Process
    workspaces: Workspaces
    port: int | None
    """Port of the API, where it is answered."""
    done: bool | None = None
    """The outcome of serving, once it has ended."""

    def app(self, workspace: str) -> App:
        """Return what serves a workspace, once it is served."""
        wait_until(lambda: workspace in self.workspaces.apps())
        return self.workspaces.apps()[workspace]


@dataclass(kw_only=True)
class Several:
    """A database of several workspaces, and a folder with their settings."""

    slack: Mapping[str, Running]
    folder: Path
    url: str
    keys: str = field(default_factory=new_key)

    def settings(self, **more: object) -> Settings:
        """The settings of a process."""
        first = next(iter(self.slack.values()))
        told: dict[str, object] = {
            "database_url": self.url,
            "workflows": (str(PARCELS),),
            "workspaces": self.folder,
            "token_keys": SecretStr(self.keys),
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": SecretStr("0" * 32),
            "SLACK_APP_TOKEN": SecretStr(APP_TOKEN),
            "SLACK_API_URL": first.api_url,
            "health": "off",
            "model": "local",
            **more,
        }
        return Settings.model_validate(told)

    def environment(self) -> dict[str, str]:
        """The settings of a process of its own."""
        first = next(iter(self.slack.values()))
        return {
            "COUNTERSIGN_DATABASE_URL": self.url,
            "COUNTERSIGN_WORKSPACES": str(self.folder),
            "COUNTERSIGN_TOKEN_KEYS": self.keys,
            "COUNTERSIGN_HEALTH": "off",
            "COUNTERSIGN_MODEL": "local",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "0" * 32,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": first.api_url,
        }

    def install(self, *workspaces: str) -> None:
        """Install the app in workspaces, as an operator does, or anew with the token that its bot has now."""
        settings = self.settings()
        with process_of(settings) as process:
            for id in workspaces:
                file = self.folder / f"{id}.env"
                if not file.exists():
                    file.write_text(OF_A_WORKSPACE)
                token = self.slack[id].sandbox.bot_token
                add(
                    process.database,
                    TokenKeys(settings),
                    token,
                    api_url=settings.slack_api_url,
                    by="ana",
                    at=now(),
                )

    @contextmanager
    def served(self, roles: Roles | None = None, **more: object) -> Iterator[Served]:
        """Serve them for the block."""
        roles, settings, stop = roles or Roles(), self.settings(**more), Event()
        with ExitStack() as held:
            process = held.enter_context(process_of(settings))
            switchboard = Switchboard()
            workspaces = Workspaces(process, keys=TokenKeys(settings), roles=roles, switchboard=switchboard, look=0.1)
            api = api_of_many(process, workspaces.app_of)
            served = Served(process=process, workspaces=workspaces, port=api.port if api is not None else None)

            def run() -> None:
                served.done = serve_several(
                    process,
                    stop,
                    workspaces=workspaces,
                    switchboard=switchboard,
                    hearing=hearing_for(settings, switchboard) if roles.slack else None,
                    api=api,
                    worker=roles.worker,
                )

            thread = Thread(target=run)
            thread.start()
            try:
                if roles.slack:
                    first = next(iter(self.slack.values()))
                    first.administrator.wait_until(first.administrator.sockets)
                yield served
            finally:
                stop.set()
                thread.join()

    def cards(self, workspace: str) -> Sequence[ShownMessage]:
        """The cards of a workspace."""
        shown = self.slack[workspace].person(ANA).messages(SUPPORT)
        return [message for message in shown if not message.ephemeral and message.thread_ts in (None, message.ts)]

    def card(self, workspace: str, said: str) -> ShownMessage:
        """Return the card that says something, once it stands."""

        def found() -> ShownMessage | None:
            return next((one for one in self.cards(workspace) if said in f"{one.text} {one.blocks}"), None)

        return self.slack[workspace].person(ANA).wait_until(found)

    def approve(self, workspace: str, said: str, *, by: str = ANA) -> bool:
        """Press Approve on a card; tell whether it was acknowledged."""
        card = self.card(workspace, said)
        return self.slack[workspace].person(by).press(SUPPORT, card.ts, Action.APPROVE).acknowledged


def submit(app: App, number: int, text: str = "unsure") -> int:
    """Take a parcel in; returns the case."""
    workflow = app.context.registry.get("parcels")
    accepted = intake.accept(workflow, {"id": number, "text": text})
    return intake.take_in(app.context, workflow, [accepted], source="test", actor="U1")[0].case
