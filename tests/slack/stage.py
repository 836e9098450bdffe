"""Countersign in the sandbox: real listeners on a real socket, the real sender, and people who press what they see.

One socket serves all tests, since letting go of one takes seconds; each test puts its own Countersign behind it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import JsonValue

from bot.sandbox.client import Block, Outcome, Person, ShownMessage, ShownView
from bot.sandbox.http.running_sandbox import Running
from bot.slack import circuit_breaker
from bot.slack.sender import Sender
from bot.slack.socket import Hearing
from bot.slack.workspace import Workspace
from handlers.slack.access.people import People
from handlers.slack.access.rights import Members, Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.blocks.parts.transcript import without_marks
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, read_chosen
from handlers.who import named
from store import schema
from store.faces import FAILURES, LEADS
from tests.sample import Desk, sample_workflow
from tests.waiting import LONGEST, wait_until
from tests.world import World
from workflows import Autonomy
from workflows.engine.declare.registry import AnyWorkflow

SUPPORT, FAILED, LEADING, GENERAL = "C0SUPPORT", "C0FAILURES", "C0LEADS", "C0GENERAL"
ANA, BEN, EVE, KIM, LEE, MARIA = "U0ANA", "U0BEN", "U0EVE", "U0KIM", "U0LEE", "U0MARIA"
REVIEWERS, ENGINEERS = "S0SUPPORT", "S0ENG"


class SlackTime:
    """Slack's own clock. It stands still, so that no trigger expires because the machine is slow; a test moves it."""

    def __init__(self) -> None:
        self._began = time.time()
        self.ahead = 0.0

    def __call__(self) -> float:
        return self._began + self.ahead


class Listeners(ThreadPoolExecutor):
    """The threads of listeners. They can be waited for: a listener goes on after its acknowledgement."""

    def __init__(self, threads: int, thread_name_prefix: str = "") -> None:
        super().__init__(threads, thread_name_prefix)
        self._under_way: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have something done, as every executor does."""
        future = super().submit(fn, *args, **kwargs)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    @property
    def is_idle(self) -> bool:
        """True if all of them have come to their end."""
        return not self._under_way

    def wait(self) -> None:
        """Wait until all of them have come to their end."""
        wait_until(lambda: self.is_idle)


ROLES: Mapping[str, str] = {FAILURES: FAILED, LEADS: LEADING}
"""A role of channels -> its channel."""


@dataclass(kw_only=True)
class Ears:
    """The listeners on their socket, with the Countersign of the present test behind them."""

    workspace: Workspace
    hearing: Hearing
    slack_context: SlackContext
    listeners: Listeners | None = None
    """None where nobody listens."""

    def hear_for(self, world: World) -> None:
        """Put another Countersign behind the socket, as a restart would."""
        object.__setattr__(self.slack_context, "context", world.context)
        groups = Groups(self.workspace.looking_up)
        object.__setattr__(self.slack_context, "groups", groups)
        self.only_members(groups)

    def only_members(self, members: Members) -> None:
        """Have the members of groups looked up in another way."""
        people = People(self.workspace.looking_up)
        rights = Rights(members=members, kind_of=people, engineers=named([ENGINEERS]), leads=named([LEE]))
        object.__setattr__(self.slack_context, "rights", rights)
        object.__setattr__(self.slack_context, "zone_of", people.zone_of)


@dataclass(kw_only=True)
class Stage:
    """One Countersign in the sandbox."""

    running: Running
    ears: Ears
    world: World
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.ears.hear_for(self.world)
        self.sender = self.new_sender()

    def new_sender(
        self,
        *,
        longest_backoff: float = circuit_breaker.LONGEST,
        roles: Mapping[str, str] = ROLES,
        watching: circuit_breaker.Breaker | None = None,
        bot: str | None = None,
        pace: float = 0.01,
    ) -> Sender:
        """A sender that remembers nothing, as after a restart.

        `longest_backoff`: seconds, while Slack is away. `pace`: seconds between two messages to a channel.
        `watching`: one that remembers what Slack took. `bot`: that of another app, if given.
        """
        slack = self.ears.workspace
        watching = watching or circuit_breaker.Breaker(slack.trying, longest=longest_backoff)
        sender = Sender(
            self.world.context,
            slack.sending,
            bot=bot or slack.bot_id,
            breaker=watching,
            roles=roles,
            pace=pace,
            may=self.ears.slack_context.may_decide,
        )
        sender.prepare()
        return sender

    def sample(self, *, reviewers: str | Sequence[str] | None = REVIEWERS) -> AnyWorkflow:
        """The sample automation, with its cards in #support-review; it resolves nothing alone."""
        sample = sample_workflow(self.desk, autonomy=Autonomy.draft())
        return self.placed(sample, reviewers=reviewers)

    def placed(self, workflow: AnyWorkflow, *, reviewers: str | Sequence[str] | None = REVIEWERS) -> AnyWorkflow:
        """A workflow with its cards in #support-review."""
        workflow.review = replace(workflow.review, post_to=SUPPORT, reviewers=reviewers)
        self.world.registry.add(workflow)
        return workflow

    def submit(self, workflow: AnyWorkflow, **values: JsonValue) -> int:
        """Take a case in, work on it, and show what there is to show; returns the case."""
        case = self.world.submit(workflow, **values).case
        self.world.work()
        self.send()
        return case

    def work(self) -> None:
        """Do the process's own work after somebody acted: deliver, then draw.

        Whatever a listener still draws comes first.
        """
        if self.ears.listeners is not None:
            self.ears.listeners.wait()
        self.world.work()
        self.send()

    def send(self) -> None:
        """Send all that is due."""
        assert self.sender.drain(seconds=LONGEST)

    def send_until(self, reached: Callable[[], object]) -> None:
        """Send what can be sent until it has come to something: not everything can be."""
        end = time.monotonic() + LONGEST
        while not reached():
            assert time.monotonic() < end, "it never came to that"
            self.sender.drain(seconds=0.1)

    def person(self, user: str) -> Person:
        """Somebody in the workspace."""
        return self.running.person(user)

    def cards(self, user: str = ANA, channel: str = SUPPORT) -> list[ShownMessage]:
        """Return the messages of a channel that everybody sees, without what is said in threads."""
        shown = self.person(user).messages(channel)
        return [message for message in shown if not message.ephemeral and message.thread_ts in (None, message.ts)]

    def thread(self, *, card: int = -1, user: str = ANA, channel: str = SUPPORT) -> list[str]:
        """The replies in the thread of a card."""
        ts = self.cards(user, channel)[card].ts
        said = self.person(user).messages(channel)
        return [words(message.blocks) for message in said if message.thread_ts == ts and message.ts != ts]

    def told(self, user: str, channel: str = SUPPORT) -> str:
        """Return the last message that only this person sees, once it is there and no listener may send another one."""
        if self.ears.listeners is not None:
            self.ears.listeners.wait()

        def last() -> str | None:
            mine = [message for message in self.person(user).messages(channel) if message.ephemeral]
            return words(mine[-1].blocks) if mine else None

        return self.person(user).wait_until(last)

    def press(self, user: str, action: str, *, card: int = -1, confirmed: bool = False) -> Outcome:
        """Press a button of a card in #support-review, or choose it in the card's menu."""
        return self.press_on(self.cards()[card], user, action, confirmed=confirmed)

    def press_on(
        self, shown: ShownMessage, user: str, action: str, *, channel: str = SUPPORT, confirmed: bool = False
    ) -> Outcome:
        """Press a button of a message, or choose it in the message's menu."""
        choices = [value for value in _choices(shown) if read_chosen(value)[0] == action]
        if choices:
            return self.person(user).press(channel, shown.ts, Action.MORE, selected=choices[0])
        return self.person(user).press(channel, shown.ts, action, confirmed=confirmed)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Have what is done in the block, which nobody is going to acknowledge, given up soon."""
        sockets = self.running.sandbox.sockets
        usual, sockets._ack_seconds = sockets._ack_seconds, 0.3
        try:
            yield
        finally:
            sockets._ack_seconds = usual
            if self.ears.listeners is not None:
                self.ears.listeners.wait()

    def opened(self, user: str, action: str, *, card: int = -1) -> ShownView:
        """Press a button that opens a modal, and wait for it."""
        assert self.press(user, action, card=card).acknowledged
        return self.view(user)

    def took(self, user: str, *, action: str = "edit", card: int = -1) -> ShownView:
        """Press a button that opens a form, and wait until the person is taken to be at it."""
        shown = self.opened(user, action, card=card)
        self.person(user).wait_until(
            lambda: any(
                row.claimed_by == user for row in self.world.rows(schema.Review) if isinstance(row, schema.Review)
            )
        )
        return shown

    def view(self, user: str, *, deep: int = 1) -> ShownView:
        """The modal that a person looks at, once so many are open and no listener is about to draw it anew."""
        if self.ears.listeners is not None:
            self.ears.listeners.wait()
        person = self.person(user)
        return person.wait_until(lambda: views[-1] if len(views := person.views()) >= deep else None)


def words(blocks: Sequence[Block] | JsonValue) -> str:
    """All that blocks say, a line for each line."""
    return "".join(_words(blocks)).strip()


_UNSAID = ("style", "accessory", "options")
"""Keys whose words are no text: a button beside a line, a menu's choices."""


def _words(value: object) -> Sequence[str]:
    if isinstance(value, Mapping):
        match value.get("type"):
            case "user":
                return [f"@{value['user_id']}"]
            case "date":
                return [str(value["fallback"])]
            case "channel":
                return [f"#{value['channel_id']}"]
            case "mrkdwn":
                return [without_marks(str(value["text"]))]
            case "text" | "plain_text":
                text = str(value["text"])
                return [f"~{text}~" if isinstance(value.get("style"), dict) and value["style"].get("strike") else text]
        said = [word for name, part in value.items() if name not in _UNSAID for word in _words(part)]
        is_line = value.get("type") not in ("rich_text", "rich_text_list")
        return [*said, "\n"] if said and is_line else said
    if isinstance(value, list):
        return [word for part in value for word in _words(part)]
    return []


def buttons(message: ShownMessage | ShownView) -> list[str]:
    """The action_ids of the buttons there, and of the choices in its menu."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [action for row in rows for element in list_of(row) for action in _actions(dict_of(element))]


def _choices(message: ShownMessage) -> list[str]:
    """The values of the choices in its menu."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    menus = [dict_of(one) for row in rows for one in list_of(row) if dict_of(one)["type"] == "overflow"]
    return [value for menu in menus for value in options(menu)]


def _actions(element: dict[str, JsonValue]) -> list[str]:
    if element["type"] != "overflow":
        return [str(element["action_id"])]
    return [read_chosen(value)[0] for value in options(element)]


def inputs(view: ShownView) -> dict[str, dict[str, JsonValue]]:
    """The inputs of a modal, by block_id."""
    return {str(block["block_id"]): dict_of(block["element"]) for block in view.blocks if block["type"] == "input"}


def options(element: dict[str, JsonValue]) -> list[str]:
    """The values that can be chosen."""
    return [str(dict_of(option)["value"]) for option in list_of(element["options"])]


def dict_of(value: JsonValue) -> dict[str, JsonValue]:
    """A piece of a block that is an object."""
    assert isinstance(value, dict)
    return value


def list_of(value: JsonValue) -> list[JsonValue]:
    """A piece of a block that is a list."""
    assert isinstance(value, list)
    return value
