"""Reviewing: a scripted reviewer decides the same tickets on cards, in a review session, and together where alike.

    python -m benchmarks.reviewer [--quick] [--write]

The tickets are support-triage's samples, which say themselves what is right: the reviewer approves what is proposed
right and puts right what is not. An interaction is a press, a choice or a submit. Time is the program's own: from an
interaction that decides until Slack has its answer, which in a session holds the next case. `countersign serve` runs
as it does in production, and delivers meanwhile.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from pydantic import JsonValue
from sqlalchemy import select

from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, migrated
from benchmarks.kit.process import Measured
from benchmarks.kit.report import Section, table, tell
from bot.app import opened
from bot.demo.sample_servers import help_desk
from bot.sandbox.client import Outcome, Person, ShownMessage, ShownView
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.settings import Settings
from handlers.slack.blocks.parts.transcript import transcript
from handlers.slack.ids import Action, Callback
from store.schema import Case, Review
from store.states import ReviewState
from workflows import Autonomy
from workflows.engine.case import intake
from workflows.library.support_triage import desk as desk_client
from workflows.library.support_triage.workflow import SAFETY

HEADING = "Reviewing"
WORKFLOW, CHANNEL, WHO = "support-triage", "C0SUPPORT", "U0ANA"
CASES, QUICK = 50, 6
_TICKETS = Path(__file__).parent.parent / "workflows" / "library" / "support_triage" / "tickets.jsonl"
_LABELS = ("queue", "priority")
ALIKE = 20
"""Cases that are approved together."""
_LONGEST = 60.0
"""Seconds after which a wait counts as a fault."""
Blocks = Sequence[Mapping[str, object]]


@dataclass(kw_only=True)
class Reviewed:
    """The work of the reviewer in one way."""

    interactions: int = 0
    decided: int = 0
    put_right: int = 0
    shown: list[int] = field(default_factory=list)
    """Characters before the buttons, of each case."""
    milliseconds: list[int] = field(default_factory=list)
    """From each deciding interaction to its answer."""
    seconds: float = 0.0
    """Of all together."""
    last: int = 0
    """From the last interaction to its answer."""

    def took(self, outcome: Outcome) -> None:
        """Count an interaction."""
        if not outcome.acknowledged:
            sys.exit(f"an interaction was not answered: {outcome}")
        self.interactions += 1
        self.last = outcome.milliseconds

    def decide(self, cases: int = 1) -> None:
        """Note that the last interaction decided so many cases."""
        self.decided += cases
        self.milliseconds.append(self.last)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The reviewer at work: what they see, and what they know to be right."""

    person: Person
    right: Mapping[str, Mapping[str, str]]
    """Ticket's first words -> what is right."""

    def knows(self, blocks: Blocks) -> Mapping[str, str]:
        """Return what is right for the ticket that is shown."""
        heading = next(block for block in blocks if block["type"] == "header")["text"]
        assert isinstance(heading, dict)
        return self.right_of(str(heading["text"]))

    def right_of(self, shown: str) -> Mapping[str, str]:
        """Return what is right for the ticket whose first words these are."""
        said = shown.split("\n")[0].removesuffix("…").strip()
        found = [values for words, values in self.right.items() if words.startswith(said[:60])]
        if len(found) != 1:
            sys.exit(f"{len(found)} tickets begin with {said!r}")
        return found[0]


def measured(quick: bool) -> Section:
    """Measure both ways on both databases."""
    number = min(QUICK if quick else CASES, len(_tickets()))
    tickets, rows, alike = _tickets()[:number], list[list[object]](), list[str]()
    same = [{**tickets[0], "id": place} for place in range(1, ALIKE + 1)]
    with databases() as made:
        settings = made.settings()
        for kind in (SQLITE, POSTGRESQL):
            for name, review in (("card", _by_card), ("session", _by_session), ("grid", _by_grid)):
                url = made.new(kind)
                migrated(url)
                done = _reviewed(url, tickets, review)
                made.drop(url)
                rows.append(_row(kind, name, done))
                tell(str(rows[-1]))
            url = made.new(kind)
            migrated(url)
            done = _reviewed(url, same, _alike)
            made.drop(url)
            alike.append(f"{done.interactions} interactions and {done.seconds:.1f} s on {kind}")
            tell(alike[-1])
    columns = ["database", "way", "decided", "put right", "interactions a case", "characters", "p50", "p99"]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.reviewer`: " + machine.described(("sqlalchemy", "slack-bolt", "slack-sdk")),
            f"SQLite with WAL and synchronous=FULL; {settings}. One run.",
            "",
            f"A scripted reviewer decides {number} sample tickets of {WORKFLOW}, one after the other: approves what is",
            "right, and puts right by form what is not. *Characters* are the median of those before the buttons; of a",
            "grid, all that it says, divided by its rows.",
            "Milliseconds are from the interaction that decides to Slack's answer, over the socket of",
            "`countersign serve`; in a session, the answer is the next case.",
            "",
            *table(columns, rows),
            "",
            f"{ALIKE} tickets that are alike and right, from the command to the word that all are approved, without",
            f"the time in which a reviewer reads: {'; '.join(alike)}.",
        ],
    )


def _row(kind: str, name: str, done: Reviewed) -> list[object]:
    taken = sorted(done.milliseconds)
    return [
        kind,
        name,
        done.decided,
        done.put_right,
        f"{done.interactions / done.decided:.2f}",
        f"{median(done.shown):.0f}",
        *(f"{taken[int(len(taken) * share)]} ms" for share in (0.5, 0.99)),
    ]


def _reviewed(
    url: str, tickets: Sequence[Mapping[str, JsonValue]], review: Callable[[Desk, int], Reviewed]
) -> Reviewed:
    right = {str(one["subject"] or one["text"]): {name: str(one[name]) for name in _LABELS} for one in tickets}
    with TemporaryDirectory() as folder, ExitStack() as held:
        desk = held.enter_context(help_desk(Path(folder) / "helpdesk.sqlite"))
        # The workflow reads it there.
        os.environ[desk_client.URL] = desk
        sandbox = held.enter_context(serving(Sandbox(rate_limited=False)))
        _take_in(url, tickets)
        held.enter_context(_served(url, sandbox))
        person = sandbox.person(WHO)
        person.wait_until(lambda: bool(_cards(person)), seconds=_LONGEST)
        person.wait_until(lambda: person.command(CHANNEL, "/countersign", "help").acknowledged, seconds=_LONGEST)
        began = time.monotonic()
        done = review(Desk(person=person, right=right), len(tickets))
        done.seconds = time.monotonic() - began
        _all_decided(url)
    return done


def _tickets() -> list[dict[str, JsonValue]]:
    """Return the samples that get a proposal and that no rule keeps, which would ask for a tick more."""
    found = [json.loads(line) for line in _TICKETS.read_text(encoding="utf-8").splitlines()]
    known = [one for one in found if one["language"] == "en" and all(one[name] for name in _LABELS)]
    return [one for one in known if one["queue"] != "safety" and not SAFETY.search(f"{one['subject']}\n{one['text']}")]


def _take_in(url: str, tickets: Sequence[Mapping[str, JsonValue]]) -> None:
    """Have each ticket proposed, and leave it to a person."""
    with opened(_settings(url)) as app:
        workflow = app.context.registry.get(WORKFLOW)
        workflow.autonomy = Autonomy.draft()
        accepted = [intake.accept(workflow, dict(ticket)) for ticket in tickets]
        intake.take_in(app.context, workflow, accepted, source="benchmark", actor="benchmark")
        with app.dispatcher.alone():
            app.dispatcher.drain()


def _settings(url: str) -> Settings:
    return Settings(database_url=url, model="local", post_to={WORKFLOW: CHANNEL}, reviewers={WORKFLOW: (WHO,)})


@contextmanager
def _served(url: str, sandbox: Running) -> Iterator[None]:
    environment = {
        "COUNTERSIGN_DATABASE_URL": url,
        "COUNTERSIGN_MODEL": "local",
        "COUNTERSIGN_POST_TO": f"{WORKFLOW}={CHANNEL}",
        "COUNTERSIGN_REVIEWERS": f"{WORKFLOW}={WHO}",
        "COUNTERSIGN_LOG_LEVEL": "error",
        "COUNTERSIGN_HEALTH": "off",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": sandbox.api_url,
    }
    command = [sys.executable, "-m", "bot.cli", "serve", "--no-schedule"]
    with Measured(command, environment=environment) as process:
        yield
        process.stop()


def _by_card(desk: Desk, number: int) -> Reviewed:
    """Decide each case on its card, as soon as it stands in the channel."""
    done, seen = Reviewed(), set[str]()
    for _ in range(number):
        card = desk.person.wait_until(
            lambda: next((one for one in _cards(desk.person) if one.ts not in seen), None),
            seconds=_LONGEST,
        )
        seen.add(card.ts)
        done.shown.append(len(before_the_buttons(card.blocks)))
        right = desk.knows(card.blocks)
        if _is_right(card.blocks, right):
            done.took(desk.person.press(CHANNEL, card.ts, Action.APPROVE))
            done.decide()
            continue
        done.took(desk.person.press(CHANNEL, card.ts, Action.EDIT))
        _put_right(desk, done, desk.person.wait_until(lambda: _form(desk.person), seconds=_LONGEST), right)
    return done


def _by_session(desk: Desk, number: int) -> Reviewed:
    """Decide all in one modal."""
    done = Reviewed()
    done.took(desk.person.command(CHANNEL, "/countersign", "review"))
    for place in range(1, number + 1):
        step = desk.person.wait_until(partial(_step, desk.person, place, number), seconds=_LONGEST)
        done.shown.append(len(before_the_buttons(step.blocks)))
        _decide_step(desk, done, step)
    return done


def _by_grid(desk: Desk, number: int) -> Reviewed:
    """Decide all in one modal, and approve together what is alike and right."""
    done = Reviewed()
    done.took(desk.person.command(CHANNEL, "/countersign", "review"))
    while done.decided < number:
        step = desk.person.wait_until(partial(_top, desk.person, Callback.STEP), seconds=_LONGEST)
        if not _has_button(step.blocks, Action.ALIKE):
            done.shown.append(len(before_the_buttons(step.blocks)))
            _decide_step(desk, done, step)
            continue
        done.took(desk.person.press_in_view(Action.ALIKE))
        shown = desk.person.wait_until(partial(_top, desk.person, Callback.GRID), seconds=_LONGEST)
        rows = _rows(shown)
        done.shown += [len(_said(shown.blocks)) // len(rows)] * len(rows)
        for row in rows:
            right = desk.right_of(_said([row]).removesuffix(" [Open]"))
            if not _is_right(shown.blocks, right):
                _decide_row(desk, done, str(row["block_id"]), right)
        left = desk.person.wait_until(partial(_top, desk.person, Callback.GRID), seconds=_LONGEST)
        if left.submit is not None:
            done.took(desk.person.submit())
            over = desk.person.wait_until(partial(_over, desk.person), seconds=_LONGEST)
            done.decide(_approved(over))
            if over.callback_id == Callback.GO_ON:
                done.took(desk.person.submit())
                continue
        desk.person.close(all=True)
        done.took(desk.person.command(CHANNEL, "/countersign", "review"))
    return done


def _alike(desk: Desk, number: int) -> Reviewed:
    """Approve all together."""
    done = Reviewed()
    done.took(desk.person.command(CHANNEL, "/countersign", "review"))
    desk.person.wait_until(partial(_top, desk.person, Callback.STEP), seconds=_LONGEST)
    done.took(desk.person.press_in_view(Action.ALIKE))
    desk.person.wait_until(partial(_top, desk.person, Callback.GRID), seconds=_LONGEST)
    done.took(desk.person.submit())
    done.decide(_approved(desk.person.wait_until(partial(_over, desk.person), seconds=_LONGEST)))
    if done.decided != number:
        sys.exit(f"{done.decided} of {number} were approved")
    return done


def _approved(over: ShownView) -> int:
    """Return how many cases a press approved, as it says itself."""
    found = re.search("([0-9]+) approved", _said(over.blocks))
    return int(found.group(1)) if found is not None else 0


def _over(person: Person) -> ShownView | None:
    """Return what came of a press for many, once all is done."""
    views = person.views()
    return (
        views[-1]
        if views and views[-1].callback_id != Callback.GRID and " done. " not in _said(views[-1].blocks)
        else None
    )


def _decide_row(desk: Desk, done: Reviewed, row: str, right: Mapping[str, str]) -> None:
    """Open a row that is not right, and put it right."""
    done.took(desk.person.press_in_view(Action.OPEN_ROW, block_id=row))
    desk.person.wait_until(lambda: len(desk.person.views()) > 1, seconds=_LONGEST)
    done.took(desk.person.press_in_view(Action.EDIT))
    _put_right(desk, done, desk.person.wait_until(lambda: _form(desk.person), seconds=_LONGEST), right)
    # It shows what was decided until it is closed.
    desk.person.wait_until(partial(_top, desk.person, Callback.REVIEW), seconds=_LONGEST)
    desk.person.close()
    done.interactions += 1


def _rows(shown: ShownView) -> Blocks:
    """Return the rows that can be approved together."""
    rows = [block for block in shown.blocks if str(block.get("block_id", "")).startswith("row.")]
    return [row for row in rows if "Left:" not in _said([row])]


def _top(person: Person, kind: Callback) -> ShownView | None:
    """Return the visible modal if it is of this kind."""
    views = person.views()
    return views[-1] if views and views[-1].callback_id == kind else None


def _decide_step(desk: Desk, done: Reviewed, step: ShownView) -> None:
    """Approve what a step of the session shows, or put it right."""
    right = desk.knows(step.blocks)
    if _is_right(step.blocks, right):
        done.took(desk.person.submit())
        done.decide()
        return
    done.took(desk.person.press_in_view(Action.STEP_EDIT))
    _put_right(desk, done, desk.person.wait_until(lambda: _form(desk.person), seconds=_LONGEST), right)


def _put_right(desk: Desk, done: Reviewed, form: ShownView, right: Mapping[str, str]) -> None:
    """Choose what is right in a form, and submit it."""
    fields = {
        str(block["block_id"]).split(".")[0]: str(block["block_id"]) for block in form.blocks if "element" in block
    }
    said = _said(form.blocks)
    chosen: dict[str, JsonValue] = {fields[name]: f"={value}" for name, value in right.items()}
    wrong = [name for name, value in right.items() if not _shows(said, name, value)]
    done.interactions += len(wrong) or 1
    done.put_right += 1
    done.took(desk.person.submit(chosen))
    # The reply is written anew for another queue, and shown before it is sent.
    while (again := _form(desk.person)) is not None and _review(again) == _review(form):
        done.took(desk.person.submit())
    done.decide()


def _is_right(blocks: Blocks, right: Mapping[str, str]) -> bool:
    said = _said(blocks)
    return all(_shows(said, name, value) for name, value in right.items())


def _shows(said: str, name: str, value: str) -> bool:
    return re.search(rf"\b{name}: {re.escape(value)}\b", said, re.IGNORECASE) is not None


def _said(blocks: Blocks) -> str:
    return transcript([dict(block) for block in blocks]).replace("*", "").replace("`", "")


def _cards(person: Person) -> Sequence[ShownMessage]:
    """Return the cards that can be decided, the oldest first."""
    return [one for one in person.messages(CHANNEL) if _has_button(one.blocks, Action.APPROVE)]


def _has_button(blocks: Blocks, action: Action) -> bool:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return any(isinstance(row, list) and f"'action_id': '{action}'" in str(row) for row in rows)


def _form(person: Person) -> ShownView | None:
    """Return the form that is open; None where none is."""
    views = person.views()
    return views[-1] if views and views[-1].callback_id == Callback.EDIT else None


def _review(form: ShownView) -> str:
    """Return which review a form is about, and at which version."""
    return form.private_metadata.split(" ")[0]


def _step(person: Person, place: int, of: int) -> ShownView | None:
    """Return the step of the session at a place; None where another is shown still."""
    views = person.views()
    return views[-1] if views and str(views[-1].title["text"]).endswith(f"{place} of {of}") else None


def before_the_buttons(blocks: Blocks) -> str:
    """Return what stands above the first row of buttons, without the blanks that only align a table."""
    end = next(place for place, block in enumerate(blocks) if block["type"] == "actions")
    above = [{name: part for name, part in block.items() if name != "accessory"} for block in blocks[:end]]
    return "\n".join(re.sub(" +", " ", line) for line in transcript(above).splitlines() if line.strip("> "))


def _all_decided(url: str) -> None:
    """See that nothing waits any more."""
    with opened(_settings(url)) as app, app.context.database.read() as session:
        waiting = session.scalars(select(Case.key).join(Review).where(Review.state == ReviewState.OPEN)).all()
    if waiting:
        sys.exit(f"not decided: {', '.join(waiting)}")


def main() -> None:
    """Measure, print, and write it where asked."""
    report.main(__doc__, measured)


if __name__ == "__main__":
    main()
