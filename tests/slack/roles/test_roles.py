"""Whoever has no right to a case is shown nothing of it by any way; whoever is shown something has a reading of it.

The marks stand in inputs, steps, answers, edits, errors, reasons, reports and keys. What is handed to Slack is looked
at on its way, also where Slack then refuses it.
"""

import logging
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from slack_bolt import App, BoltResponse
from slack_sdk.web.base_client import BaseClient
from slack_sdk.webhook import WebhookClient
from structlog.testing import capture_logs

from bot.cli.screens.digests import as_csv, as_json
from bot.slack.dispatch import dispatch, request_of
from handlers.slack.ids import Action, Callback
from store import schema
from tests.slack.conftest import MakeStage
from tests.slack.roles import ways_out as out
from tests.slack.roles.marked import DAN, GUS, PACKED, SUE, XENO, Marked, marked_stage
from tests.slack.roles.ways_out import Person, Way, ways_out
from tests.slack.stage import ANA, EVE, KIM, LEE, MARIA
from workflows.engine.digests.making import preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.views import DigestView
from workflows.engine.read.metrics import numbers_view
from workflows.quality.volume.judging import READ

pytestmark = pytest.mark.slow

STRANGERS = {
    "nobody special, in the channel": Person(user=EVE),
    "a guest in the group of reviewers": Person(user=GUS),
    "a reviewer of another workflow": Person(user=DAN),
    "a lead": Person(user=LEE),
    "somebody of another workspace": Person(user=XENO, team="T0OTHER"),
    "a reviewer's id from another workspace": Person(user=ANA, team="T0OTHER"),
}
READERS = {
    "a reviewer": Person(user=ANA),
    "an engineer": Person(user=KIM),
    "the owner": Person(user=MARIA),
    "the owner's backup": Person(user=SUE),
}


TAKEN = ("views.open", "views.push", "views.update", "views.publish", "chat.postEphemeral", "chat.postMessage")
"""Calls that show somebody something."""


@dataclass(kw_only=True)
class Mouth:
    """Calls that are handed to Slack."""

    said: list[str] = field(default_factory=list)
    is_taken: bool = False
    """True if it is taken here: Slack would not know the triggers of acts that are written by hand."""

    def taken(self) -> str:
        """Return what was handed over since this was asked last."""
        text = "\n".join(self.said)
        self.said.clear()
        return text


@pytest.fixture
def mouth(monkeypatch: pytest.MonkeyPatch) -> Mouth:
    """Listens to what is handed to Slack."""
    heard, usual, reply = Mouth(), BaseClient.api_call, WebhookClient.send

    def call(self: BaseClient, api_method: str, **options: Any) -> Any:
        heard.said.append(f"{api_method} {options}")
        if heard.is_taken and api_method in TAKEN:
            return {"ok": True}
        return usual(self, api_method, **options)

    def send(self: WebhookClient, **options: Any) -> Any:
        heard.said.append(str(options))
        return reply(self, **options)

    monkeypatch.setattr(BaseClient, "api_call", call)
    monkeypatch.setattr(WebhookClient, "send", send)
    return heard


@contextmanager
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Collect what is logged at info and above in the block, with the errors in it."""
    before = structlog.get_config()
    structlog.reset_defaults()
    told: list[str] = []
    try:
        with caplog.at_level(logging.INFO), capture_logs() as captured:
            yield told
    finally:
        structlog.configure(**before)
    told += [_as_logged(line) for line in captured if line["log_level"] != "debug"]
    told += [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]


def _as_logged(line: Mapping[str, Any]) -> str:
    error = line.get("exc_info")
    traced = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""
    return f"{line} {traced}"


@dataclass(kw_only=True)
class Asking:
    """People who ask for things, and what they get."""

    marked: Marked
    mouth: Mouth
    heard: str = ""
    """The last answer that the person got."""

    @property
    def app(self) -> App:
        """Bolt with our listeners, as a socket has it."""
        return self.marked.stage.ears.hearing.app

    def ask(self, way: Way) -> set[int]:
        """Ask in one way; returns the cases of which something came that the person did not write themselves."""
        answers: list[BoltResponse] = []
        self.mouth.taken()
        dispatch(self.app, request_of(way.body, {}), answers.append)
        acknowledged = "\n".join(str(answer.body) for answer in answers)
        self.heard = f"{acknowledged}\n{self.mouth.taken()}"
        got = self.marked.marks_in(self.heard)
        return got - self.marked.marks_in(str(way.body))


@pytest.fixture
def asking(make_stage: MakeStage, mouth: Mouth) -> Asking:
    """A workspace in which nearly everything happened to cases with marks."""
    marked = marked_stage(make_stage)
    marked.happen()
    mouth.is_taken = True
    return Asking(marked=marked, mouth=mouth)


def test_every_button_modal_command_and_listener_is_asked_for(asking: Asking) -> None:
    """A new button, modal, command or listener is asked for here, or this test says that it is missing."""
    assert set(out.BUTTONS) == set(Action)
    assert set(out.MODALS) == set(Callback)
    assert set(out.WORDS) == out.NAMES
    reached, heard = set(), asking.app._listeners
    for way in ways_out(asking.marked.stage, Person(user=EVE)):
        request = request_of(way.body, {})
        matching = (one for one in heard if one.matches(req=request, resp=BoltResponse(status=200)))
        reached.add(id(next(matching, None)))
    missing = [getattr(one.ack_function, "__qualname__", one) for one in heard if id(one) not in reached]
    assert missing == []


def test_nothing_of_a_case_reaches_a_channel_or_a_log_where_its_workflow_keeps_it_out(
    make_stage: MakeStage, mouth: Mouth, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither do the digests that leads read, what is exported of them, nor the numbers for a monitoring system."""
    marked = marked_stage(make_stage)
    with logged(caplog) as logs:
        marked.happen()
    assert {"waiting", "failed", "doubtful", "delivered", "closed"} <= marked.states
    sent = mouth.taken()
    assert "letters" in sent
    assert marked.marks_in(sent) == set()
    assert marked.marks_in("\n".join(logs)) == set()
    exported = [as_ for name in JobName for view in [previewed(marked, name)] for as_ in (as_csv(view), as_json(view))]
    assert marked.marks_in("\n".join(exported)) == set()
    assert marked.marks_in(str(numbers_view(marked.stage.world.context))) == set()


def previewed(marked: Marked, name: JobName) -> DigestView:
    """Return the digest of the last period that is over."""
    return preview(marked.stage.world.context, name, today=date(2026, 12, 1), zone=ZoneInfo("UTC"))


def test_who_has_no_right_to_a_case_is_shown_nothing_of_it_by_whatever_they_ask_for(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    with logged(caplog) as logs:
        leaks = [
            f"{name}: {way.name}"
            for place, (name, person) in enumerate(STRANGERS.items())
            for way in some(ways_out(asking.marked.stage, person), place)
            if asking.ask(way)
        ]
    assert leaks == []
    assert asking.marked.marks_in("\n".join(logs)) == set()


def test_who_has_a_right_is_shown_it_and_has_a_reading_of_each_case_of_which_they_saw_something(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    unrecorded: list[str] = []
    with logged(caplog) as logs:
        for place, (name, person) in enumerate(READERS.items()):
            shown, known = set[int](), set[int]()
            for way in some(ways_out(asking.marked.stage, person), place):
                seen = asking.ask(way)
                shown |= seen
                if not seen <= known:
                    known = read_by(asking.marked, person.user)
                if missing := seen - known:
                    unrecorded.append(f"{name}: {way.name}: {sorted(missing)}")
            assert shown - {PACKED} == set(asking.marked.cases), name
    assert unrecorded == []
    assert asking.marked.marks_in("\n".join(logs)) == set()


def some(ways: Iterable[Way], place: int) -> list[Way]:
    """Return all ways for the first person of a list, and for each other one all commands and a share of the rest."""
    every = list(ways)
    if place == 0:
        return every
    return [way for number, way in enumerate(every) if "command" in way.body or number % 6 == place]


def read_by(marked: Marked, user: str) -> set[int]:
    """Return the cases that a person has read, as the audit says."""
    rows = [row for row in marked.stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    packed = {PACKED for row in rows if row.action == READ and row.actor == user}
    return packed | {row.subject_id for row in rows if row.action == "case.read" and row.actor == user}
