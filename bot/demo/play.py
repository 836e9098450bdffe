"""The two ways to see the demo: on the page, for as long as somebody likes, or alone from beginning to end."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from bot.app import now
from bot.demo.narrator import Narrator
from bot.demo.players import Players
from bot.demo.screen_text import lines
from bot.demo.stage import UNLUCKY_KEY, Stage, staged
from bot.demo.story import FIRST, OPENING, arrivals
from bot.demo.summary import summary
from bot.demo.tour import Tour
from bot.demo.trail import Trail
from bot.slack.sender import PACE
from handlers.texts.learning.prompts_from import prompts

_FIRST, _LATER = 3.0, 20.0
"""Seconds between the first cases, and between the later ones, on the page."""
_LOOK = 0.3
"""Seconds between two looks at the events."""
_QUICK = 0.05
"""Seconds between two messages to a channel, without a page."""
LONGEST = 120.0
"""Seconds of play after which a demo without a page is given up."""

Say = Callable[[str], None]


def watch(stop: Event, *, port: int, say: Say) -> None:
    """Run the demo for somebody at its page, until told to stop. Raise `OSError` where the port is taken."""
    with staged(stop, port=port, pace=PACE) as stage:
        narrator, tour = _narrator(stage, say), Tour(stage)
        said, shown = _trail(stage), _trail(stage)
        coming = list(arrivals())
        for _ in range(FIRST):
            stage.submit(coming.pop(0))

        def has_begun() -> bool:
            tour.tell(shown.news())
            return tour.has_begun

        # The page opens at the first card, so nobody is sent there before that stands.
        _until(has_begun, stop)
        say(f"Open {stage.running.page_url} and see what to try. Ctrl-C ends it.")
        say(prompts(stage.app.prompts))
        say(f"The help desk is at {stage.desk}, the ledger at {stage.ledger}.")
        say(f"A fortnight of made-up past is behind it. In another terminal: {stage.preview}")
        next_at, unlucky = time.monotonic() + 1.0, None
        while not stop.wait(_LOOK):
            if coming and time.monotonic() >= next_at:
                told = coming.pop(0)
                case = stage.submit(told)
                unlucky = case if told.key == UNLUCKY_KEY else unlucky
                is_opening = len(arrivals()) - len(coming) < OPENING
                next_at = time.monotonic() + (_FIRST if is_opening else _LATER)
            if unlucky is not None and stage.end_outage_once_felt(unlucky):
                unlucky = None
            narrator.tell(said.news())
            tour.tell(shown.news())


def play(stop: Event, *, say: Say) -> bool:
    """Play the demo alone, on a clock that is moved; return True if each case has an end and each digest is posted."""
    clock, began = MovedClock(), time.monotonic()
    with staged(stop, port=0, pace=_QUICK, clock=clock) as stage:
        narrator, players, trail = _narrator(stage, say), _players(stage), _trail(stage)
        say(prompts(stage.app.prompts))
        # The clock may go past midnight; the digests are about the day on which the cases began to come.
        first_day = stage.today
        cases, ends_at = [], time.monotonic() + LONGEST
        for told in arrivals():
            clock.move(timedelta(minutes=4))
            if told.key == UNLUCKY_KEY:
                # The outage is for this case alone.
                _until(stage.is_idle, stop)
            cases.append(stage.submit(told))
            if told.key == UNLUCKY_KEY:
                _until(lambda: stage.end_outage_once_felt(cases[-1]), stop)
        while stage.unfinished() and not stop.is_set() and time.monotonic() < ends_at:
            if not players.act():
                stop.wait(_LOOK)
            clock.move(timedelta(minutes=1))
            narrator.tell(trail.news())
        narrator.tell(trail.news())
        ended = not stage.unfinished()
        say("")
        for line in summary(stage, cases):
            say(line)
        made = stage.make_digests(first_day)
        _until(lambda: len(stage.for_leads()) >= made, stop)
        posted = stage.for_leads()
        for message in posted:
            say("")
            for line in lines(message.blocks):
                say(line)
        say("")
        say(f"{len(posted)} of {made} messages for leads are posted into #leads")
        say(f"{'every case is at an end' if ended else 'NOT every case is at an end'}, after {_seconds(began)}")
    return ended and len(posted) == made


class MovedClock:
    """A clock that is ahead of the real time by what was moved."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self._ahead

    def move(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._ahead += by


def _narrator(stage: Stage, say: Say) -> Narrator:
    workspace = stage.running.sandbox.workspace
    people = {user.id: user.real_name.split()[0] for user in workspace.users}
    return Narrator(people, say)


def _trail(stage: Stage) -> Trail:
    return Trail(stage.app.context, after=stage.before.line)


def _players(stage: Stage) -> Players:
    outputs = {workflow.name: workflow.output for workflow in stage.app.context.registry}
    return Players(stage.running.administrator, arrivals(), outputs)


def _until(reached: Callable[[], bool], stop: Event) -> None:
    end = time.monotonic() + LONGEST
    while not reached() and time.monotonic() < end and not stop.wait(0.05):
        pass


def _seconds(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"
