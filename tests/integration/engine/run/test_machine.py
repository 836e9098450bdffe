"""Whatever people, workers, the model and the system of record do, in any order: nothing is lost, doubled or wrong.

Hypothesis plays all of them on one SQLite database. After each move everything is looked at; in the end everybody is of
good will again, and every case has to come to its end.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store import schema
from store.db.database import Database
from store.states import RunState
from tests.integration.engine.scene import Crash, Scene, empty, rows
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Ticket, Triage
from tests.world import World
from workflows import (
    Ask,
    Autonomy,
    NoProposal,
    NotAllowed,
    NotDone,
    OutcomeUnknown,
    Proposal,
    Rejection,
    Run,
    TryAgain,
    Workflow,
    step,
)
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.intake import Intake, accept
from workflows.engine.case.leases import Lease
from workflows.engine.context import SYSTEM
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.certainty import GIVEN_UP_AFTER, LONGEST
from workflows.engine.errors import Refused, Stale
from workflows.engine.pauses import Pause
from workflows.engine.read.history import open_reviews
from workflows.engine.read.views import OpenReview
from workflows.engine.review import claims, doubts, reviews
from workflows.engine.review.corrected.corrected_inputs import rerun_corrected
from workflows.engine.review.decisions import Follows
from workflows.engine.review.late_proposals import propose_anew
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections
from workflows.model.port import Answer, ModelUnavailable, Question
from workflows.model.scripted import ScriptedModel, says

STEP_TURNS = ["fine", "busy", "broken", "shut", "crash before", "crash after"]
MODEL_TURNS = ["sure", "unsure", "garbage", "never", "down", "retired", "crash"]
DESK_TURNS = [
    "fine",
    "refuses",
    "shut",
    "busy",
    "lost before",
    "lost after",
    "lost for good",
    "crash before",
    "crash after",
]
UNDELIVERED = (RunState.HOLDING, RunState.READY, RunState.RUNNING, RunState.DELIVERING)
KINDS = st.sampled_from(["approve", "edit", "confirm", "by_hand", "close", "propose_again", "claim"])
QUEUES = st.sampled_from(["billing", "safety"])
FROM_STEPS = st.sampled_from([None, None, "start", "look_up", "ask", "deliver", "deliver/reserve", "nowhere"])
DESK = st.sampled_from(DESK_TURNS)
REFERENCES = st.integers(0, 9)
"""Number that chooses one of those that exist."""


class Machine(RuleBasedStateMachine):
    """One Countersign with one automation, and everybody around it."""

    database: ClassVar[Database]
    scene: Scene
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.turns: dict[str, deque[str]] = {place: deque() for place in ("step", "model", "desk")}
        self.effects: list[tuple[str, object]] = []
        """(key, what): every effect that the system of record really had."""
        self.texts: dict[int, str] = {}
        """Ticket -> the text that it has now."""
        self.sent: dict[int, str] = {}
        """Ticket -> the text that its source sent last, and that somebody may have put right since."""
        self.cases: dict[int, int] = {}
        """Ticket -> case."""
        self.held: list[Lease] = []
        """Claims of workers that were paused, some of them long dead."""
        self.seen: list[OpenReview] = []
        """Cards that stand on somebody's screen."""
        self.proposals = 0
        self.replaced: set[str] = set()
        """Keys of answers to inputs that were put right since: none of them was delivered, or ever is."""
        self.not_to_be: list[str] = []
        """Things done although the workflow was paused."""

    @initialize(
        idempotent=st.booleans(),
        floor=st.sampled_from([None, 0.8]),
        model=st.lists(st.sampled_from(MODEL_TURNS), min_size=2, max_size=4),
        desk=st.lists(DESK, min_size=2, max_size=4),
    )
    def begin(self, idempotent: bool, floor: float | None, model: list[str], desk: list[str]) -> None:
        """Three cases, a target that knows keys or does not, a workflow that may resolve cases alone or not."""
        empty(self.database)
        self.idempotent = idempotent
        self.world = World(database=self.database, model=ScriptedModel(self._model))
        workflow = self._workflow(Autonomy.draft() if floor is None else Autonomy.floor(floor))
        self.world.registry.add(workflow)
        self.scene = Scene(world=self.world, workflow=workflow)
        self.turns["model"] += model
        self.turns["desk"] += desk
        for ticket in range(3):
            self.submit(ticket, 0)

    # The world around it.

    def _turn(self, place: str, usual: str) -> str:
        return self.turns[place].popleft() if self.turns[place] else usual

    def _workflow(self, autonomy: Autonomy) -> Workflow[Ticket, Triage]:
        workflow = Workflow(
            name="machine",
            decision="Which queue?",
            owner="U0MARIA",
            input=Ticket,
            output=Triage,
            key=lambda ticket: f"ticket-{ticket.id}",
            autonomy=autonomy,
        )

        @step(tries=2)
        def look_up(ticket: int) -> str:
            match self._turn("step", "fine"):
                case "busy":
                    raise ConnectionError("busy")
                case "broken":
                    raise ValueError("broken")
                case "shut":
                    raise NotAllowed("no key")
                case "crash before" | "crash after":
                    raise Crash
            return f"customer of {ticket}"

        @step
        def reserve(key: str) -> str:
            return f"slot for {key}"

        @workflow.propose
        def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
            return ask(text=ticket.text, customer=look_up(ticket.id))

        @workflow.never("answer a safety report alone")
        def is_safety(ticket: Ticket, triage: Triage) -> bool:
            return triage.queue == "safety"

        @workflow.deliver(idempotent=self.idempotent)
        def deliver(triage: Triage, run: Run[Ticket]) -> str:
            reserve(run.key)
            return self._desk(run.key, triage.model_dump())

        @workflow.on_reject(idempotent=self.idempotent)
        def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
            return self._desk(run.key, rejection.reason)

        return workflow

    def _model(self, question: Question) -> Answer:
        if self._pause() is not None:
            self.not_to_be.append("the model was asked")
        self.proposals += 1
        reply = f"proposal {self.proposals}"
        match self._turn("model", "sure"):
            case "unsure":
                return says({"queue": "billing", "reply": reply}, confidence=0.4)
            case "garbage":
                return says({"queue": "nowhere"}, confidence=1.0)
            case "never":
                return says({"queue": "safety", "reply": reply}, confidence=1.0)
            case "down":
                raise ModelUnavailable("down")
            case "retired":
                raise NoProposal("gone", code="retired")
            case "crash":
                raise Crash
        return says({"queue": "delivery", "reply": reply}, confidence=0.95)

    def _desk(self, key: str, what: object) -> str:
        pause = self._pause()
        if pause is not None and pause.holds_deliveries:
            self.not_to_be.append(f"{key} was delivered")
        turn = self._turn("desk", "fine")
        if turn == "shut":
            raise NotAllowed("no key")
        if turn == "refuses":
            raise NotDone("closed")
        if turn == "busy":
            raise TryAgain("busy")
        if turn == "lost before":
            raise OutcomeUnknown("lost")
        if turn == "crash before":
            raise Crash
        if not self.idempotent or key not in dict(self.effects):
            self.effects.append((key, what))
        if turn == "lost after":
            raise OutcomeUnknown("lost")
        if turn == "lost for good":
            self.turns["desk"].extendleft(["lost after"] * 2)
            raise OutcomeUnknown("lost")
        if turn == "crash after":
            raise Crash
        return "receipt"

    # What happens.

    @rule(ticket=st.integers(0, 2), text=st.integers(0, 2))
    def submit(self, ticket: int, text: int) -> None:
        """An input comes: new, again, or with other content."""
        said = f"text {text}"
        receipt = self.world.submit(self.scene.workflow, id=ticket, text=said)
        known, sent = self.texts.get(ticket), self.sent.get(ticket)
        expected = Intake.TAKEN_IN if known is None else Intake.DUPLICATE if said in (known, sent) else Intake.REVISED
        assert receipt.intake is expected
        assert self.cases.setdefault(ticket, receipt.case) == receipt.case
        if expected is not Intake.DUPLICATE:
            self.texts[ticket] = self.sent[ticket] = said

    @rule(step=st.sampled_from(STEP_TURNS), model=st.sampled_from(MODEL_TURNS), desk=DESK)
    def work(self, step: str, model: str, desk: str) -> None:
        """Workers work until nothing is ready, or the process dies; a step, the model and the desk do what they do."""
        self.turns["step"].append(step)
        self.turns["model"].append(model)
        self.turns["desk"].append(desk)
        try:
            self.world.work()
        except Crash:
            self.world.restart()
        self._nothing_is_held_for_ever()

    @rule(long=st.booleans())
    def let_time_pass(self, long: bool) -> None:
        """Until what waits for the target is to be tried again, or until each next attempt is its last."""
        self.world.clock.move(GIVEN_UP_AFTER if long else LONGEST * 2)

    @rule(moves=st.lists(st.tuples(REFERENCES, KINDS, QUEUES, FROM_STEPS, DESK), min_size=2, max_size=4))
    def go_on(self, moves: list[tuple[int, str, str, str | None, str]]) -> None:
        """Everybody does what there is to do: resume, decide, run again, look into doubts, correct, work."""
        self.resume()
        for which, kind, queue, from_step, desk in moves:
            match self._newest()[self._case(which)].state:
                case RunState.WAITING:
                    self.decide(which, kind, queue, old=False)
                case RunState.FAILED if kind == "edit":
                    self.put_right(which, 3)
                case RunState.FAILED:
                    self.rerun(which, from_step)
                case RunState.DOUBTFUL:
                    self.settle(which)
                case RunState.DELIVERED | RunState.CLOSED:
                    self.correct(which, len(self.effects))
            self.work("fine", "unsure", desk)

    @rule(limit=st.integers(1, 3))
    def claim_and_pause(self, limit: int) -> None:
        """A worker claims and then is paused."""
        self.held += self.world.claim(limit=limit)

    @precondition(lambda self: self.held)
    @rule(which=REFERENCES, again=st.booleans())
    def wake_up(self, which: int, again: bool) -> None:
        """A paused worker goes on with what it claimed, perhaps for the second time, perhaps long taken over."""
        claimed = self.held[which % len(self.held)]
        if not again:
            self.held.remove(claimed)
        try:
            self.world.runner.advance(claimed)
        except Crash:
            self.world.restart()

    @rule()
    def die(self) -> None:
        """The process dies and another one starts; the paused workers of the old one do not know yet."""
        self.world.restart()
        self._nothing_is_held_for_ever()

    @rule(which=REFERENCES, kind=KINDS, queue=QUEUES, old=st.sampled_from([False, True]))
    def decide(self, which: int, kind: str, queue: str, old: bool) -> None:
        """A person acts on a card; on an old one in vain."""
        present = open_reviews(self.world.context)
        self.seen += [review for review in present if review not in self.seen]
        cards = self.seen if old else present
        if not cards:
            return
        card = cards[which % len(cards)]
        context, review, shown = self.world.context, card.id, card.version
        before = len(rows(self.world, schema.Decision))
        stale = False
        try:
            match kind:
                case "approve":
                    reviews.approve(context, review, shown, by="U1")
                case "edit" | "confirm":
                    values = Triage.model_validate({"queue": queue, "reply": f"edit {before}"})
                    reviews.edit(context, review, shown, values, by="U1", confirmed=kind == "confirm")
                case "claim":
                    claims.claim(context, review, by=f"U{which}")
                case _:
                    reviews.reject(context, review, shown, by="U1", reason=f"why {before}", follows=Follows(kind))
        except Stale:
            stale = True
        except Refused:
            assert len(rows(self.world, schema.Decision)) == before
        else:
            assert len(rows(self.world, schema.Decision)) == before + (kind != "claim")
        assert kind == "claim" or stale == ((review, shown) not in {(line.id, line.version) for line in present})

    @rule(which=REFERENCES, from_step=FROM_STEPS)
    def rerun(self, which: int, from_step: str | None) -> None:
        """An engineer runs a case again, or is refused."""
        case = self._case(which)
        before = self.world.case(case)
        try:
            reruns.rerun(self.world.context, case, by="U0DEV", from_step=from_step)
        except Refused:
            assert self.world.case(case) == before
        else:
            assert before.newest.state in (RunState.WAITING, RunState.HOLDING, RunState.FAILED, RunState.CLOSED)

    @rule(which=REFERENCES, text=st.integers(3, 5))
    def put_right(self, which: int, text: int) -> None:
        """An engineer puts an input right, or is refused. Then nothing is delivered of what was there before."""
        case, said = self._case(which), f"text {text}"
        (ticket,) = [ticket for ticket, one in self.cases.items() if one == case]
        before = self.world.case(case)
        accepted = accept(self.scene.workflow, {"id": ticket, "text": said})
        try:
            rerun_corrected(self.world.context, case, accepted, by="U0DEV", reason="why")
        except Refused:
            assert self.world.case(case) == before
        else:
            self.texts[ticket] = said
            for revision in range(1, before.revision + 1):
                self.replaced.add(delivery_key(workflow="machine", case=f"ticket-{ticket}", revision=revision))

    @rule(deliveries=st.booleans())
    def pause(self, deliveries: bool) -> None:
        """An engineer pauses the workflow, with its deliveries or without."""
        workflow_pauses.pause(self.world.context, "machine", by="U0DEV", reason="why", deliveries=deliveries)

    @rule()
    def resume(self) -> None:
        """An engineer lets it go on."""
        workflow_pauses.resume(self.world.context, "machine", by="U0DEV")
        self._nothing_is_held_for_ever(due=True)

    @rule()
    def propose_anew(self) -> None:
        """An engineer has the model asked anew; what somebody has in hands stays as it is."""
        decided = {decision.review_id for decision in rows(self.world, schema.Decision)}
        present = open_reviews(self.world.context)
        lapsed = self.world.clock() - claims.CLAIM_LASTS
        claimed = {row.id for row in rows(self.world, schema.Review) if row.claimed_at and row.claimed_at > lapsed}
        in_hand = [review for review in present if review.id in claimed | decided]
        try:
            counted = propose_anew(self.world.context, "machine", by="U0DEV")
        except Refused:
            assert self._pause() is not None
            assert open_reviews(self.world.context) == present
        else:
            left = open_reviews(self.world.context)
            assert len(present) - len(left) == counted.begun
            assert all(review in left for review in in_hand)

    def _pause(self) -> Pause | None:
        (found,) = workflow_pauses.pause_statuses(self.world.context, ["machine"])
        return found.pause

    @rule(which=REFERENCES, reply=st.integers(0, 2))
    def correct(self, which: int, reply: int) -> None:
        """Somebody reports that a delivery was wrong, or is refused."""
        case = self._case(which)
        before = self.world.case(case)
        values = Triage(queue="billing", reply=f"correction {reply}")
        try:
            corrections.correct(self.world.context, case, values, by="U0EVE")
        except Refused:
            assert self.world.case(case) == before

    @rule(which=REFERENCES)
    def settle(self, which: int) -> None:
        """A person looks whether a delivery happened that is in doubt, or that failed, and says so."""
        unsure = [row for row in rows(self.world, schema.Delivery) if row.state in ("doubtful", "failed")]
        if unsure:
            self._settle(unsure[which % len(unsure)])

    def _settle(self, delivery: schema.Delivery) -> None:
        happened = delivery.key in dict(self.effects)
        try:
            doubts.settle(self.world.context, delivery.case_id, happened=happened, by="U1", key=delivery.key)
        except Refused:
            assert delivery.state == "failed"

    def _case(self, which: int) -> int:
        return sorted(self.cases.values())[which % len(self.cases)]

    def _newest(self) -> dict[int, schema.Run]:
        """Case -> its newest run."""
        return {run.case_id: run for run in rows(self.world, schema.Run)}

    # What always holds.

    @invariant()
    def nothing_is_lost_doubled_or_wrong(self) -> None:
        """Whatever happened so far."""
        if not hasattr(self, "scene"):
            return
        runs = rows(self.world, schema.Run)
        opened = {review.run_id: review for review in rows(self.world, schema.Review) if review.state == "open"}
        deliveries = rows(self.world, schema.Delivery)
        bodies = {content.id: json.loads(content.body) for content in rows(self.world, schema.Content)}
        self._nothing_is_lost(runs, set(opened), bodies)
        self._nothing_is_doubled(list(opened.values()))
        self._nothing_is_wrong(runs, deliveries, bodies)
        self._nothing_is_done_while_it_is_paused()
        follow_the_trail(self.world)

    def _nothing_is_lost(self, runs: list[schema.Run], opened: set[int], bodies: dict[int, Any]) -> None:
        """Each input that was taken in stands as its case's newest revision, in a state with a way on."""
        told = {row.subject_id for row in rows(self.world, schema.OutboxRow) if row.kind == "cause"}
        newest = {run.case_id: run for run in runs}
        for ticket, case in self.cases.items():
            run = newest[case]
            assert run.state not in (RunState.SUPERSEDED, RunState.PARKED)
            assert bodies[run.input_id]["text"] == self.texts[ticket] or run.correction
        for run in runs:
            assert (run.id in opened) == (run.state == RunState.WAITING)
            assert run.state not in (RunState.FAILED, RunState.DOUBTFUL) or run.cause_id in told

    def _nothing_is_doubled(self, opened: list[schema.Review]) -> None:
        """One effect under one key, one decision about one version, one open review of one case."""
        assert _once(key for key, _ in self.effects)
        assert not self.replaced & {key for key, _ in self.effects}
        assert _once((row.review_id, row.version) for row in rows(self.world, schema.Decision))
        assert _once(review.case_id for review in opened)

    def _nothing_is_wrong(
        self, runs: list[schema.Run], deliveries: list[schema.Delivery], bodies: dict[int, Any]
    ) -> None:
        """Check that the system of record has all that is recorded as applied, and nothing else."""
        applied = dict(self.effects)
        for delivery in deliveries:
            if delivery.state == "applied":
                assert (delivery.key, applied[delivery.key]) == (delivery.key, bodies[delivery.output_id])
            if delivery.state in ("failed", "waiting") and not self.idempotent:
                assert delivery.key not in applied
            if delivery.state == "intended":
                assert delivery.key not in applied or self.idempotent
        to_be_made = {run.id for run in runs if run.state in UNDELIVERED}
        assert {row.run_id for row in deliveries if row.state in ("waiting", "attempting")} <= to_be_made
        assert set(applied) <= {delivery.key for delivery in deliveries}
        delivered = {delivery.run_id for delivery in deliveries if delivery.state == "applied"}
        assert {run.id for run in runs if run.state == RunState.DELIVERED} <= delivered

    def _nothing_is_done_while_it_is_paused(self) -> None:
        """Check that a pause holds its deliveries, and that people are told of Countersign's own pauses."""
        assert self.not_to_be == []
        pause = self._pause()
        if pause is not None and pause.by == SYSTEM:
            assert [row for row in rows(self.world, schema.OutboxRow) if row.kind == "paused"]

    def _nothing_is_held_for_ever(self, *, due: bool = False) -> None:
        """Check that each held delivery goes on by itself where no pause holds it, once somebody looked after them.

        It waits for its target, and the time of the next attempt is known, or it comes after an older one of its case.
        `due`: that time may have come.
        """
        pause = self._pause()
        if pause is not None and pause.holds_deliveries:
            return
        runs = rows(self.world, schema.Run)
        waiting = {row.run_id: row for row in rows(self.world, schema.Delivery) if row.state == "waiting"}
        outages = {row.target: row for row in rows(self.world, schema.TargetOutage) if row.is_open}
        probed = {row.probe_run for row in outages.values()} & {run.id for run in runs if run.state in UNDELIVERED[1:]}
        for run in runs:
            if run.state != RunState.HOLDING or _older_undelivered(run, runs):
                continue
            assert run.id in waiting, f"nothing holds run {run.id}"
            outage = outages.get(waiting[run.id].target or "")
            if outage is not None and outage.probe_run in probed:
                continue
            next_at, now = outage.next_at if outage is not None else waiting[run.id].next_at, self.world.clock()
            assert next_at is not None
            assert next_at <= now + LONGEST * 2
            assert due or next_at > now, f"run {run.id} was to be tried at {next_at}, and it is {now}"

    def teardown(self) -> None:
        """Everybody is of good will again: every case comes to its end, and each has had its effect once."""
        if hasattr(self, "scene"):
            self._come_to_an_end()

    def _come_to_an_end(self) -> None:
        for turns in self.turns.values():
            turns.clear()
        self.world.restart()
        self.resume()
        for _ in range(4):
            self.world.work()
            self._nothing_is_held_for_ever()
            self.world.clock.move(LONGEST * 2)
            self.world.work()
            assert RunState.HOLDING not in {run.state for run in rows(self.world, schema.Run)}
            for delivery in rows(self.world, schema.Delivery):
                if delivery.state in ("doubtful", "failed"):
                    self._settle(delivery)
            for run in self._newest().values():
                if run.state == RunState.FAILED:
                    reruns.rerun(self.world.context, run.case_id, by="U0DEV")
            for review in open_reviews(self.world.context):
                values = Triage(queue="billing", reply="in the end")
                reviews.edit(self.world.context, review.id, review.version, values, by="U1")
        self.nothing_is_lost_doubled_or_wrong()
        assert {run.state for run in self._newest().values()} <= {RunState.DELIVERED, RunState.CLOSED}


def _older_undelivered(run: schema.Run, runs: Iterable[schema.Run]) -> bool:
    """Tell whether an older delivery of a run's case is still to be made."""
    return any(
        older.case_id == run.case_id and older.id < run.id and older.resolution and older.state in UNDELIVERED
        for older in runs
    )


def _once(things: Iterable[object]) -> bool:
    """Check that each of these things exists once."""
    return all(times == 1 for times in Counter(things).values())


@pytest.fixture(scope="module", autouse=True)
def _database(sqlite_database: Database) -> None:
    Machine.database = sqlite_database


TestMachine = pytest.mark.slow(Machine.TestCase)
"""`make test` has a few ways of it: `tests/chaos/test_machine.py`."""
TestMachine.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    # To shrink a failing way takes minutes; it is printed as it was found.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
