"""The play of the made-up past: each case comes, is decided and is delivered at its own time, by the engine itself."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from bot import discovery, logs
from bot.demo.past import people
from bot.demo.past.arrivals import Arrival
from bot.demo.past.clock import PastClock
from bot.demo.past.plan import Plan, plan
from bot.demo.past.provider import SMALL, MadeUpProvider
from bot.demo.past.registries import earlier, later
from bot.demo.past.systems import MadeUpSystems
from bot.demo.places import PLACES, SUPPORT
from bot.settings import Settings
from store.db import migration
from store.db.database import Database
from store.states import RunState
from workflows.engine.case.intake import accept, take_in
from workflows.engine.case.leases import claim
from workflows.engine.case.team import team_of
from workflows.engine.charters.as_signed import AsSigned
from workflows.engine.context import Context
from workflows.engine.declare.calls import author_threads
from workflows.engine.digests import made_up
from workflows.engine.propose.model_outages import KnownOutages
from workflows.engine.propose.prompts import keep_prompts
from workflows.engine.read.workload import newest_state
from workflows.engine.run.runner import Runner
from workflows.model.gateway import Gateway

SOURCE = "made-up past"
"""The source of each case, and the actor who took it in."""
_LOOKED_AT_AFTER, _MENDED_AFTER = timedelta(minutes=20), timedelta(minutes=30)
"""Time from a failure to the engineer's look at it, and from the end of its cause to the rerun."""
_FOUND_AFTER = timedelta(days=1)
"""Time after which a wrong answer is found that went alone."""
_CHECKED_AFTER = timedelta(hours=3)
"""Time after which a case that went alone is looked at, where it is drawn."""
_AT_ONCE = 16
"""Most runs that are worked on between two events."""


def put_in(settings: Settings, *, until: date) -> None:
    """Put the fortnight up to a day into a new database file, before anything is served.

    Its rows can be made again, so no commit waits for the disk.
    """
    logs.configure(settings.log_level)
    planned = plan(until)
    clock = PastClock(planned.days[0].opens)
    with closing(Database(settings.database_url, durable=False)) as database:
        migration.upgrade(database)
        play = _Play(database, planned, clock)
        # Within such a call each further one stays in its thread: thousands of changes of threads would take longer
        # than their work.
        author_threads.run(play.play, what="the made-up past")


class _Play:
    """The play of a plan, in one thread."""

    def __init__(self, database: Database, planned: Plan, clock: PastClock) -> None:
        team = team_of(database, at=clock()).id
        known = {workflow.name: workflow for workflow in discovery.library()}
        declared = [known[place.workflow] for place in PLACES]
        self._plan, self._clock = planned, clock
        self._provider = MadeUpProvider(clock.move_by)
        self._systems = MadeUpSystems(planned, clock)
        self._gateway = Gateway(
            self._provider,
            database=database,
            team=team,
            clock=clock,
            outages=KnownOutages(database, team=team, clock=clock),
            default_model=SMALL,
        )
        self._context = Context(
            database=database, registry=earlier(declared), clock=clock, team=team, charters=AsSigned()
        )
        self._later = later(declared)
        self._runner = self._made_runner()
        self._failed: list[tuple[Arrival, int]] = []
        """Cases that wait for somebody to mend what they failed of."""
        self._order = count()
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []

    def play(self) -> None:
        """Play all of it, and note that it is made up."""
        days = self._plan.days
        self._keep_prompts()
        people.record_baseline(self._context, SUPPORT)
        self._plan_at(next(day.opens for day in days if day.is_later), self._go_over)
        for _, until in (day.outage for day in days if day.outage is not None):
            self._plan_at(until + _MENDED_AFTER, self._run_again)
        for arrival in self._plan.arrivals:
            self._plan_at(arrival.at, partial(self._take_in, arrival))
        while self._events:
            at, _, happens = heappop(self._events)
            self._clock.move_to(at)
            happens()
        made_up.note(self._context, since=days[0].date, until=days[-1].date, by=SOURCE)

    def _plan_at(self, at: datetime, happens: Callable[[], object]) -> None:
        heappush(self._events, (at, next(self._order), happens))

    def _take_in(self, arrival: Arrival) -> None:
        workflow = self._context.registry.get(arrival.place.workflow)
        self._provider.will_say(str(arrival.values["text"]), arrival.said)
        accepted = accept(workflow, arrival.values)
        (receipt,) = take_in(self._context, workflow, [accepted], source=SOURCE, actor=SOURCE)
        self._advance()
        self._follow(arrival, receipt.case, at=arrival.at)

    def _follow(self, arrival: Arrival, case: int, *, at: datetime) -> None:
        """Plan what people do about a case next. `at`: since when it is as it is."""
        match newest_state(self._context, case):
            case RunState.WAITING:
                self._plan_at(at + arrival.after, lambda: self._decide(arrival, case))
            case RunState.FAILED:
                self._failed.append((arrival, case))
                self._plan_at(at + _LOOKED_AT_AFTER, lambda: people.take_over(self._context))
            case RunState.DOUBTFUL:
                self._plan_at(at + _LOOKED_AT_AFTER, lambda: people.settle(self._context, case))
            case RunState.DELIVERED if arrival.is_wrong:
                self._plan_at(at + _FOUND_AFTER, lambda: self._correct(arrival, case))
            case RunState.DELIVERED:
                self._plan_at(at + _CHECKED_AFTER, lambda: people.look(self._context, arrival, case, self._clock))

    def _decide(self, arrival: Arrival, case: int) -> None:
        people.decide(self._context, arrival, case, self._clock)
        self._advance()
        if arrival.is_cut_off:
            self._follow(arrival, case, at=self._clock())

    def _correct(self, arrival: Arrival, case: int) -> None:
        people.correct(self._context, arrival, case)
        self._advance()

    def _run_again(self) -> None:
        """Run again what failed while the help desk answered in another form, and see what comes of it."""
        failed, self._failed = self._failed, []
        for arrival, case in failed:
            people.run_again(self._context, case)
            self._advance()
            self._follow(arrival, case, at=self._clock())

    def _go_over(self) -> None:
        """Go over to the later workflows."""
        self._context = replace(self._context, registry=self._later)
        self._runner = self._made_runner()
        self._keep_prompts()

    def _advance(self) -> None:
        for lease in claim(self._context, limit=_AT_ONCE):
            self._runner.advance(lease)

    def _made_runner(self) -> Runner:
        return Runner(self._context, lambda _: self._gateway, instead=self._systems.instead)

    def _keep_prompts(self) -> None:
        context = self._context
        keep_prompts(context.database, context.registry, team=context.team, at=self._clock())
