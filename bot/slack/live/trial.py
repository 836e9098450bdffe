"""The hands of the steps of a try: calls to Slack, a request to a person, and an end that leaves nothing behind."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.live.heard import Act, Heard, Kind
from bot.slack.live.transcript import Fault, Line, Outcome, code_in, places_in, scopes_in
from bot.slack.request_url import RequestUrl
from bot.slack.socket import Hearing
from bot.slack.workspace import Workspace
from handlers.slack.blocks.live import request
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.texts.buttons import Button
from handlers.texts.operations import live
from handlers.texts.operations.live import StepWords
from handlers.who import Who
from workflows.engine.send.refusals import Then

_PATIENCE = 180.0
"""Seconds to wait in all for one call, because Slack asks to wait."""


class NotWell(Exception):
    """A step failed. The message says how, in our words."""


class Skipped(Exception):
    """A step cannot be done, or nobody did what it asked for. The message says why, in our words."""


class Refused(Exception):
    """Slack refused a call."""

    def __init__(self, fault: Fault, *, needs: str = "") -> None:
        """Keep the fault. `needs`: the scope that is missing."""
        super().__init__(fault.code)
        self.fault = fault
        self.needs = needs


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step."""

    name: str
    words: StepWords
    run: Callable[["Trial"], str]
    """Do it, and return in our words what came of it. Raise `NotWell`, `Skipped`, or `Refused`."""


class Trial:
    """A try in one channel. `say`: tells the person in the terminal something.

    `patience`: seconds for what a person is asked to do. `pace`: seconds between two calls of a kind.
    """

    def __init__(
        self,
        workspace: Workspace,
        channel: str,
        *,
        named: Sequence[Who] = (),
        say: Callable[[str], None],
        patience: float = 120.0,
        pace: float = 1.0,
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.named = named
        self.say = say
        self.pace = pace
        self.mark = token_hex(4)
        self.heard = Heard(self.mark, channel)
        self.hearing: Hearing | RequestUrl | None = None
        self.window: str | None = None
        """View id of the form that is open."""
        self.homes: set[str] = set()
        """People whose Home tab shows the try."""
        self.posted: list[str] = []
        """Messages that stand in the channel, oldest first."""
        self.faults: list[Fault] = []
        self.waited = 0.0
        """Seconds that Slack asked to wait in the present step."""
        self.is_ended = False
        self._client = workspace.sending
        self._patience = patience
        self._root: str | None = None
        self._people: list[str] = []
        self._asked = ""
        self._requests: list[str] = []
        """Messages that are deleted after the present step."""
        self._calls: list[int] = []

    @property
    def person(self) -> str:
        """The person who pressed last. Raise `Skipped` where nobody did."""
        if not self._people:
            raise Skipped("nobody pressed anything so far")
        return self._people[-1]

    def begin_thread(self) -> str:
        """Return the first message, in whose thread others stand; post it where it is not there. Raise `Refused`."""
        if self._root is None:
            self._root = self.post(request(self.mark, live.BELOW, {}, can_be_skipped=False))
        return self._root

    def take(self, step: Step) -> Line:
        """Do a step, and return what came of it."""
        began = time.monotonic()
        self.heard.begin()
        self.faults, self.waited, self._asked, self._calls = [], 0.0, "", []
        try:
            outcome, got = self._outcome(step)
            self._tidy()
        except KeyboardInterrupt:
            self.is_ended, outcome, got = True, Outcome.SKIPPED, live.ENDED
        return Line(
            step=step.name,
            tests=step.words.tests,
            asked=self._asked,
            got=got,
            outcome=outcome,
            faults=self.faults,
            calls=len(self._calls),
            slowest=max(self._calls, default=0),
            waited=round(self.waited, 3),
            took=_since(began),
            scopes=scopes_in(sorted(self.workspace.granted.scopes or ())) if step.words is live.SCOPES else [],
        )

    def call(self, method: str, *, about: str = "", **arguments: object) -> Mapping[str, Any]:
        """Call Slack. Where it asks to wait, wait and call again. Raise `Refused`. `about`: name of a specimen."""
        sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}
        left = _PATIENCE
        while True:
            began = time.monotonic()
            try:
                answer = self._client.api_call(method, data=sent)
                return answer.data if isinstance(answer.data, dict) else {}
            except (SlackApiError, *TRANSPORT) as error:
                refused = refusal(error)
                seconds = refused.after
                if refused.then is not Then.WAIT or seconds is None or seconds > left:
                    raise self.refused(method, error, about=about) from error
                left -= seconds
            finally:
                self._calls.append(_since(began))
            self.waited += seconds
            time.sleep(seconds)

    @staticmethod
    def refused(method: str, error: BaseException, *, about: str = "") -> Refused:
        """Return Slack's refusal without its words."""
        answer = error.response if isinstance(error, SlackApiError) and hasattr(error.response, "get") else {}
        said = answer.get("response_metadata")
        places = places_in(said.get("messages")) if isinstance(said, dict) else []
        code = code_in(refusal(error).code if isinstance(error, Exception) else "")
        needs = " or ".join(scopes_in(str(answer.get("needed") or "").split(",")))
        return Refused(Fault(method=method, code=code, about=about, places=places), needs=needs)

    def collected(self, method: str, *, about: str = "", **arguments: object) -> bool:
        """Call Slack, and keep a refusal; return True if there was none."""
        try:
            self.call(method, about=about, **arguments)
        except Refused as refused:
            self.faults.append(refused.fault)
        else:
            return True
        return False

    def post(self, drawn: Drawn, *, thread: str | None = None, about: str = "", passing: bool = False) -> str:
        """Post a message that is deleted at the end, or after this step. Raise `Refused`.

        `passing`: True if it is deleted after this step.
        """
        where = {"channel": self.channel, **({"thread_ts": thread} if thread else {})}
        sent = {"text": drawn.text, "blocks": list(drawn.blocks), "unfurl_links": False, "unfurl_media": False}
        answer = self.call("chat.postMessage", about=about, **where, **sent)
        ts = str(answer["ts"])
        self.posted.append(ts)
        if passing:
            self._requests.append(ts)
        return ts

    def ask(self, words: StepWords, buttons: Mapping[str, Button], *kinds: Kind) -> str:
        """Ask the person something, here and in the channel; return the message. Raise `Refused`.

        `kinds`: of what they may do, beside a press.
        """
        self.heard.expected = frozenset(kinds)
        ts = self.post(request(self.mark, words.asks, buttons), passing=True)
        self.ask_here(words)
        return ts

    def ask_here(self, words: StepWords) -> None:
        """Ask the person something in the terminal alone."""
        self._asked = live.asked(words.asks)
        self.say(self._asked)

    def act(self, wanted: Callable[[Act], bool]) -> Act:
        """Wait for what a person does. Raise `Skipped`, or `NotWell` for an act without what is needed of it."""
        act = self.heard.wait(wanted, until=time.monotonic() + self._patience)
        if act is None:
            others = f"; {self.heard.others} other things came" if self.heard.others else ""
            why = "skipped by the person" if self.heard.is_skipped else f"nothing came in {self._patience:g} s"
            raise Skipped(f"{why}{others}")
        if not self.workspace.installed.admits(act.origin):
            raise NotWell(f"{act.kind} by somebody of another workspace or organisation")
        if act.user in self._people:
            self._people.remove(act.user)
        self._people.append(act.user)
        return act

    def pressed(self, *names: str) -> Act:
        """Wait for a press of a button of the try. Raise `Skipped` or `NotWell`."""
        return self.act(lambda act: act.kind is Kind.PRESS and act.name in names)

    def show(self, view: View, *, about: str = "") -> bool:
        """Draw the open form anew; return False where Slack refuses it. Raise `Skipped` where none is open."""
        if self.window is None:
            raise Skipped("no form is open")
        if self.collected("views.update", about=about, view_id=self.window, view=view):
            return True
        if self.faults[-1].code == "not_found":
            self.faults.pop()
            self.window = None
            raise Skipped("the form was closed")
        return False

    def breathe(self) -> None:
        """Wait between two calls of a kind. Raise `Skipped` where the person skips the step."""
        time.sleep(self.pace)
        if self.heard.is_skipped:
            raise Skipped("skipped by the person")

    def close(self) -> None:
        """Stop hearing."""
        if self.hearing is not None:
            self.hearing.close()

    def _outcome(self, step: Step) -> tuple[Outcome, str]:
        try:
            got = step.run(self)
        except Skipped as why:
            return Outcome.FAILED if self.faults else Outcome.SKIPPED, str(why)
        except NotWell as why:
            return Outcome.FAILED, str(why)
        except Refused as refused:
            self.faults.append(refused.fault)
            if refused.fault.code == "missing_scope":
                return Outcome.SKIPPED, live.needs(refused.needs)
            return Outcome.FAILED, "refused by Slack"
        return Outcome.FAILED if self.faults else Outcome.OK, got

    def _tidy(self) -> None:
        """Delete what asked for the present step."""
        while self._requests:
            ts = self._requests.pop()
            try:
                self.call("chat.delete", channel=self.channel, ts=ts)
                self.posted.remove(ts)
            except Refused:
                continue  # it is tried again at the end, and told there


def _since(began: float) -> int:
    """Return the milliseconds since a moment of the monotonic clock."""
    return round((time.monotonic() - began) * 1_000)
