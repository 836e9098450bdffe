"""Effects of other systems on a run: they change, are slow, refuse our token, or may have done it or not."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, sample
from tests.integration.tools.server import DeskServer, Reply
from tests.sample import Ticket, Triage
from workflows import Ask, Backoff, NotDone, Proposal, Run, TryAgain, step
from workflows.engine.deliver import workflow_pauses
from workflows.tools.http import Client, client

AGREED = b'{"name": "Ada", "since": "2020-02-29"}'


class Customer(BaseModel):
    name: str
    since: str


class Receipt(BaseModel):
    receipt: str


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    with DeskServer() as server:
        yield server


@pytest.fixture
def ours(desk: DeskServer) -> Iterator[Client]:
    with client(
        desk.url, name="the desk", allow_private=["127.0.0.1"], token=lambda refused: "new" if refused else "old"
    ) as made:
        yield made


def asking(make_world: MakeWorld, ours: Client, *, timeout: float | None = None) -> Scene:
    """An automation that asks the desk about the customer."""
    scene = sample(make_world)

    @step(tries=2, timeout=timeout)
    def customer(ticket: int) -> Customer:
        return ours.get(f"/customers/{ticket}").read(Customer)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=ticket.text, customer=customer(ticket.id))

    return scene


def delivering(make_world: MakeWorld, ours: Client, *, idempotent: bool) -> Scene:
    """An automation that delivers to the desk."""
    scene = sample(make_world)

    @scene.workflow.deliver(idempotent=idempotent)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        return ours.put(f"/tickets/{run.input.id}", triage, idempotency_key=run.key).read(Receipt).receipt

    return scene


def keys(desk: DeskServer) -> list[str]:
    return [seen.headers["Idempotency-Key"] for seen in desk.requests]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"name": "Ada"}', "since: it is missing in an object with name"),
        (b'{"name": "Ada", "joined": "2020-02-29"}', "since: it is missing in an object with name, joined"),
        (b'{"name": "Ada", "since": 1582934400}', "since: has to be text, and not 1582934400"),
        (b"<html>We moved</html>", "the whole: has to be JSON"),
    ],
)
def test_a_system_that_answers_in_another_form_stops_the_run_visibly(
    make_sqlite_world: MakeWorld, desk: DeskServer, ours: Client, answer: bytes, said: str
) -> None:
    """With the step, the field and what came; no model was asked about it, and nothing was decided from it."""
    scene = asking(make_sqlite_world, ours)
    desk.will(Reply(body=answer))

    case = scene.worked()

    run = scene.run(case)
    assert run.state == "failed"
    assert run.problem is not None
    assert (run.problem["step"], run.problem["type"]) == ("customer", "OutputBroken")
    assert f"the desk answers in another form than agreed: {said}" in scene.problem(case)
    assert scene.outbox() == [("cause", "cause:1", "failures", "due")]
    assert len(scene.attempts(case, "customer")) == len(desk.requests) == 1
    assert scene.world.model.questions == ()


def test_a_step_that_is_called_with_something_else_is_in_the_journal(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)

    @step(tries=3)
    def find(ticket: int) -> str:
        raise AssertionError("it is not called")

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(found=find(ticket.text))  # type: ignore[arg-type]  # on purpose

    case = scene.worked()

    (attempt,) = scene.attempts(case, "find")
    assert (attempt.state, attempt.input) == ("failed", {"ticket": "charged twice"})
    run = scene.run(case)
    assert run.problem is not None
    assert (run.problem["step"], run.problem["type"]) == ("find", "InputBroken")


@pytest.mark.slow
def test_a_step_that_is_too_slow_is_cut_off_and_tried_again(
    make_sqlite_world: MakeWorld, desk: DeskServer, ours: Client
) -> None:
    scene = asking(make_sqlite_world, ours, timeout=2.0)
    desk.will(Reply(drips=True), Reply(body=AGREED))

    case = scene.worked()

    assert scene.run(case).state == "delivered"
    first, second = scene.attempts(case, "customer")
    assert (first.state, second.state) == ("failed", "finished")
    assert first.error is not None
    assert first.error.startswith("TryAgain: the desk at ")


def test_a_refused_token_is_renewed_once_and_the_run_goes_on(
    make_sqlite_world: MakeWorld, desk: DeskServer, ours: Client
) -> None:
    desk.revoked.add("old")
    desk.will(Reply(body=AGREED))
    scene = asking(make_sqlite_world, ours)
    assert scene.run(scene.worked()).state == "delivered"
    assert [seen.headers["Authorization"] for seen in desk.requests] == ["Bearer old", "Bearer new"]


def test_a_token_that_stays_refused_pauses_the_workflow_and_people_get_its_cases(
    make_sqlite_world: MakeWorld, desk: DeskServer, ours: Client
) -> None:
    """F43. Not tried again by itself: a third and fourth time would only lock the account."""
    desk.revoked |= {"old", "new"}
    scene = asking(make_sqlite_world, ours)
    first = scene.worked()
    second = scene.worked(id=2, text="another")
    assert [scene.run(case).state for case in (first, second)] == ["waiting", "waiting"]
    assert len(desk.requests) == 2
    review = scene.run(first).review
    assert review is not None
    assert not review.has_proposal
    (status,) = workflow_pauses.pause_statuses(scene.world.context, [scene.workflow.name])
    assert status.pause is not None
    assert status.pause.by_itself


def test_what_a_system_with_keys_may_have_done_is_sent_again_under_the_same_key(
    make_world: MakeWorld, desk: DeskServer, ours: Client
) -> None:
    scene = delivering(make_world, ours, idempotent=True)
    desk.will(Reply(drops=True), Reply(status=500), Reply(body=b'{"receipt": "R-1"}'))
    case = scene.worked()
    assert scene.delivery(case).receipt == "R-1"
    assert keys(desk) == ["sample/ticket-1"] * 3


@pytest.mark.parametrize("reply", [Reply(drops=True), Reply(status=502), Reply(body=b"{}", status=201)], ids=repr)
def test_what_a_system_without_keys_may_have_done_is_asked_and_never_sent_again(
    make_world: MakeWorld, desk: DeskServer, ours: Client, reply: Reply
) -> None:
    """Also where it says that it was done, and not how: a person looks."""
    scene = delivering(make_world, ours, idempotent=False)
    desk.will(reply)
    case = scene.worked()
    assert scene.run(case).state == "doubtful"
    scene.world.work()
    assert keys(desk) == ["sample/ticket-1"]


def test_what_a_system_refused_was_certainly_not_done(
    make_sqlite_world: MakeWorld, desk: DeskServer, ours: Client
) -> None:
    scene = delivering(make_sqlite_world, ours, idempotent=False)
    desk.will(Reply(status=422, body=b"no such queue"))
    case = scene.worked()
    assert scene.run(case).state == "failed"
    assert scene.problem(case) == "the desk refused it (422): no such queue"


def test_each_type_of_error_has_its_own_pauses(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    turns: list[Exception] = [TryAgain("busy"), LookupError("not yet"), TryAgain("busy", after=600), NotDone("no")]

    @step(tries=9, backoff={LookupError: Backoff(first=20, longest=40), TryAgain: Backoff(first=2)})
    def find(ticket: int) -> str:
        raise turns.pop(0)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(found=find(ticket.id))

    scene.worked()

    first, second, third = scene.world.waits
    assert 2 <= first <= 4
    assert 40 <= second <= 60
    assert third == 60
    assert turns == []
