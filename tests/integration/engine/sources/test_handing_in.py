"""Handing in: what a key allows, each input for itself, and each request once."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from pydantic import JsonValue

from store import schema
from store.states import RunState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from workflows import InvalidInput
from workflows.engine.case.intake import OF_ANOTHER_SOURCE, Intake, Receipt, accept
from workflows.engine.errors import OtherRequest, QueueFull, Refused, Unknown
from workflows.engine.privacy.forgetting import forget
from workflows.engine.sources.heard import by_people
from workflows.engine.sources.programs import api_sources, handing_in, keys
from workflows.engine.sources.programs.handing_in import HandedIn, HandedInput, NotTaken, Part, Request, Why, hand_in
from workflows.engine.sources.programs.keys import Caller

TICKET: Mapping[str, JsonValue] = {"id": 1, "text": "charged twice"}
FIRST = Request(key="request-1", fingerprint="the body")


def caller_in(scene: Scene, name: str = "desk", **settings: Any) -> Caller:
    """A source that may hand in for the sample, as its key says it."""
    context = scene.world.context
    api_sources.add(context, name, by="cli:ana", **({"workflows": ["sample"]} | settings))
    return keys.caller_of(context, keys.make(context, name, by="cli:ana").key)


def handed(
    scene: Scene,
    caller: Caller,
    *inputs: Mapping[str, JsonValue],
    request: Request | None = None,
    revises: bool = True,
    workflow: str = "sample",
) -> HandedIn:
    given = [HandedInput(values=values) for values in inputs or (TICKET,)]
    return hand_in(scene.world.context, caller, workflow, given, request=request, revises=revises)


def test_a_case_is_taken_in_with_its_source(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    answer = handed(scene, caller)
    assert answer == HandedIn(receipts=[Receipt(case=1, intake=Intake.TAKEN_IN)], replayed=False)
    view = scene.world.case(1)
    assert (view.source, view.audit[0].actor) == ("source desk", "source:desk")
    (origin,) = rows(scene.world, schema.Origin)
    assert (origin.case_id, origin.source_id, origin.place) == (1, caller.source, None)
    scene.world.work()
    assert scene.world.state(1) == RunState.DELIVERED


def test_a_workflow_that_is_not_there_and_one_without_the_right_get_one_answer(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller, said = caller_in(scene, workflows=None), []
    for one, workflow in ((caller, "other"), (replace(caller, workflows=frozenset({"other"})), "sample")):
        with pytest.raises(Unknown) as refused:
            handed(scene, one, workflow=workflow)
        said.append(str(refused.value).replace(workflow, "it"))
    assert said == ["there is no workflow 'it' that this key may hand in for"] * 2
    assert rows(scene.world, schema.Case) == []


def test_each_input_of_a_batch_is_accepted_or_refused_for_itself(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    answer = handed(scene, caller_in(scene), TICKET, {"id": "one", "text": ""}, {"id": 2, "text": "b"}, TICKET)
    first, refused, second, again = answer.receipts
    assert (first, second) == (Receipt(case=1, intake=Intake.TAKEN_IN), Receipt(case=2, intake=Intake.TAKEN_IN))
    assert again == Receipt(case=1, intake=Intake.DUPLICATE)
    assert refused == NotTaken(
        why=Why.INVALID,
        message="id: has to be a whole number; text: has to have at least 1 character",
        part=Part.VALUES,
        errors={"/id": "has to be a whole number", "/text": "has to have at least 1 character"},
    )


def test_a_proposal_is_refused_where_the_source_may_hand_in_none(make_world: MakeWorld) -> None:
    """The other inputs of its request are taken in."""
    scene = sample(make_world)
    given = [HandedInput(values=TICKET, proposal={}), HandedInput(values={"id": 2, "text": "b"})]
    answer = hand_in(scene.world.context, caller_in(scene), "sample", given, request=None, revises=True)
    refused, taken = answer.receipts
    assert isinstance(refused, NotTaken)
    assert (refused.why, refused.part, list(refused.errors)) == (Why.NOT_ALLOWED, Part.PROPOSAL, [""])
    assert taken == Receipt(case=1, intake=Intake.TAKEN_IN)


def test_what_is_wrong_with_a_proposal_is_told_by_its_place(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    given = [HandedInput(values=TICKET, proposal={"output": {"queue": "nowhere"}, "model": "agent-1"})]
    caller = caller_in(scene, may_propose=True)
    (refused,) = hand_in(scene.world.context, caller, "sample", given, request=None, revises=True).receipts
    assert isinstance(refused, NotTaken)
    assert (refused.why, refused.part) == (Why.INVALID, Part.PROPOSAL)
    assert "/output/queue" in refused.errors


def test_other_content_under_a_key_is_a_revision_or_a_conflict_as_asked(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    handed(scene, caller)
    other = {**TICKET, "text": "charged three times"}
    assert handed(scene, caller, other, revises=False).receipts == [Receipt(case=1, intake=Intake.CONFLICT)]
    assert scene.world.case(1).revision == 1
    assert handed(scene, caller, TICKET, revises=False).receipts == [Receipt(case=1, intake=Intake.DUPLICATE)]
    assert handed(scene, caller, other).receipts == [Receipt(case=1, intake=Intake.REVISED)]


def test_the_same_request_gets_the_same_answer(make_world: MakeWorld) -> None:
    """Also what was refused, what was a duplicate, and when the queue is full by now."""
    scene = sample(make_world)
    caller = caller_in(scene)
    inputs = (TICKET, {"id": "x", "text": "b"}, TICKET)
    first = handed(scene, caller, *inputs, request=FIRST)
    full = replace(scene.world.context, queue_limit=0)
    given = [HandedInput(values=values) for values in inputs]
    again = hand_in(full, caller, "sample", given, request=FIRST, revises=True)
    assert again == HandedIn(receipts=first.receipts, replayed=True)
    with pytest.raises(QueueFull):
        hand_in(full, caller, "sample", given, request=Request(key="2", fingerprint="b"), revises=True)
    assert len(rows(scene.world, schema.Run)) == 1


def test_a_kept_answer_holds_nothing_of_the_case_and_no_key(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    handed(scene, caller, TICKET, {"id": "S3CRET", "text": ""}, request=FIRST)
    (kept,) = rows(scene.world, schema.HandedIn)
    assert kept.answer == {"inputs": [{"case": 1, "intake": "taken_in"}, None]}
    assert FIRST.key not in str(vars(kept))
    assert FIRST.fingerprint not in str(vars(kept))


def test_another_request_under_the_same_key_is_refused(make_world: MakeWorld) -> None:
    """Another body, another workflow, or another wish about revisions."""
    scene = sample(make_world)
    caller = caller_in(scene)
    handed(scene, caller, request=FIRST)
    for request, revises in ((replace(FIRST, fingerprint="another body"), True), (FIRST, False)):
        with pytest.raises(OtherRequest, match="used for another request, and nothing was done"):
            handed(scene, caller, {"id": 2, "text": "b"}, request=request, revises=revises)
    assert len(rows(scene.world, schema.Case)) == 1


def test_another_source_has_keys_of_its_own(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    handed(scene, caller_in(scene), request=FIRST)
    answer = handed(scene, caller_in(scene, "mail"), {"id": 2, "text": "b"}, request=replace(FIRST, fingerprint="c"))
    assert answer == HandedIn(receipts=[Receipt(case=2, intake=Intake.TAKEN_IN)], replayed=False)


def test_a_request_of_which_nothing_was_taken_in_may_come_again_put_right(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    handed(scene, caller, {"id": "x", "text": "b"}, request=FIRST)
    answer = handed(scene, caller, request=replace(FIRST, fingerprint="put right"))
    assert answer == HandedIn(receipts=[Receipt(case=1, intake=Intake.TAKEN_IN)], replayed=False)


def test_a_case_belongs_to_the_source_that_handed_it_in_first(make_world: MakeWorld) -> None:
    """Another one gets the same answer for the same content, for other content and once the content is removed."""
    scene = sample(make_world)
    desk, mail = caller_in(scene), caller_in(scene, "mail")
    handed(scene, desk)
    other = {**TICKET, "text": "charged three times"}
    refused = Receipt(case=1, intake=Intake.FOREIGN, why=OF_ANOTHER_SOURCE)
    for values in (TICKET, other):
        assert handed(scene, mail, values).receipts == [refused]
    assert handed(scene, mail, other, revises=False).receipts == [refused]
    assert handed(scene, desk, other).receipts == [Receipt(case=1, intake=Intake.REVISED)]
    forget(scene.world.context, 1, by="cli:ana")
    assert handed(scene, mail).receipts == [refused]
    (origin,) = rows(scene.world, schema.Origin)
    assert (origin.case_id, origin.source_id) == (1, desk.source)


def test_a_request_about_another_sources_case_gets_the_same_answer_again(make_world: MakeWorld) -> None:
    """The others of a batch are taken in."""
    scene = sample(make_world)
    mail = caller_in(scene, "mail")
    handed(scene, caller_in(scene))
    first = handed(scene, mail, TICKET, {"id": 2, "text": "b"}, request=FIRST)
    assert [one.intake for one in first.receipts if isinstance(one, Receipt)] == [Intake.FOREIGN, Intake.TAKEN_IN]
    again = handed(scene, mail, TICKET, {"id": 2, "text": "b"}, request=FIRST)
    assert again == HandedIn(receipts=first.receipts, replayed=True)


def test_a_case_of_a_file_belongs_to_the_program_that_revises_it(make_world: MakeWorld) -> None:
    """People may revise it by a file at any time; it stays that program's."""
    scene = sample(make_world)
    desk, mail = caller_in(scene), caller_in(scene, "mail")
    scene.submit(**TICKET)
    other = {**TICKET, "text": "charged three times"}
    assert handed(scene, desk, other).receipts == [Receipt(case=1, intake=Intake.REVISED)]
    assert handed(scene, mail, TICKET).receipts == [Receipt(case=1, intake=Intake.FOREIGN, why=OF_ANOTHER_SOURCE)]
    assert scene.world.submit(scene.workflow, id=1, text="by hand").intake is Intake.REVISED
    (origin,) = rows(scene.world, schema.Origin)
    assert origin.source_id == desk.source


def test_people_in_slack_do_not_take_over_the_case_of_a_program(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    handed(scene, caller_in(scene))
    accepted = accept(scene.workflow, {**TICKET, "text": "by a person"})
    with pytest.raises(Refused, match="belongs to another source"):
        by_people.hand_in(scene.world.context, scene.workflow, accepted, by="U0MARIA", place="C0INBOX/1.2")
    assert scene.world.case(1).revision == 1


@pytest.mark.slow
def test_of_sources_that_bring_one_case_at_once_one_has_it(make_world: MakeWorld) -> None:
    """A new case, and one of a file that each revises."""
    scene = sample(make_world)
    callers = [caller_in(scene, f"desk-{number}") for number in range(8)]
    scene.submit(**TICKET)

    def send(number: int) -> list[Intake]:
        start.wait()
        values = [{"id": id, "text": f"of {number}"} for id in (1, 2)]
        return [one.intake for one in handed(scene, callers[number], *values).receipts if isinstance(one, Receipt)]

    start = Barrier(len(callers))
    with ThreadPoolExecutor(len(callers)) as threads:
        answers = list(threads.map(send, range(len(callers))))
    assert Counter(answer[0] for answer in answers) == {Intake.REVISED: 1, Intake.FOREIGN: 7}
    assert Counter(answer[1] for answer in answers) == {Intake.TAKEN_IN: 1, Intake.FOREIGN: 7}
    assert len(rows(scene.world, schema.Origin)) == 2


def test_a_replay_tells_that_content_was_removed(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    case = scene.submit()
    forget(scene.world.context, case, by="cli:ana")
    first = handed(scene, caller, request=FIRST)
    (receipt,) = first.receipts
    assert isinstance(receipt, Receipt)
    assert receipt.intake is Intake.REFUSED
    assert "was removed on 2026-11-20; hand it in under another key" in str(receipt.why)
    assert handed(scene, caller, request=FIRST) == HandedIn(receipts=[receipt], replayed=True)


def test_requests_that_cannot_be_are_refused_in_words(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    caller = caller_in(scene)
    context = scene.world.context
    for number in (0, 501):
        with pytest.raises(InvalidInput, match=f"a request holds 1 to 500 inputs, not {number}"):
            hand_in(context, caller, "sample", [HandedInput(values=TICKET)] * number, request=None, revises=True)
    for key in ("", "k" * 256, "ä", "a\n", "\x00", "\udcff"):
        with pytest.raises(InvalidInput, match="an idempotency key has 1 to 255 printable ASCII characters"):
            handed(scene, caller, request=replace(FIRST, key=key))
    assert rows(scene.world, schema.Case) == []


def test_answers_are_kept_for_a_day(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """They go in batches. The cases stay known by their own keys."""
    monkeypatch.setattr(handing_in, "_AT_ONCE", 2)
    scene = sample(make_world)
    caller = caller_in(scene)
    for number in range(5):
        handed(scene, caller, {"id": number, "text": "a"}, request=replace(FIRST, key=f"k{number}"))
    scene.world.clock.move(timedelta(hours=24))
    handed(scene, caller, {"id": 9, "text": "a"}, request=replace(FIRST, key="k9"))
    assert handing_in.sweep(scene.world.context) == 0
    scene.world.clock.move(timedelta(seconds=1))
    assert handing_in.sweep(scene.world.context) == 5
    assert len(rows(scene.world, schema.HandedIn)) == 1
    again = handed(scene, caller, {"id": 0, "text": "a"}, request=replace(FIRST, key="k0"))
    assert again == HandedIn(receipts=[Receipt(case=1, intake=Intake.DUPLICATE)], replayed=False)


@pytest.mark.slow
def test_a_hundred_threads_with_ten_doubled_keys_take_each_in_once(make_world: MakeWorld) -> None:
    """Whoever comes later waits for the first, and is told the same case."""
    scene = sample(make_world)
    caller, start = caller_in(scene), Barrier(100)

    def send(number: int) -> tuple[int, HandedIn]:
        request = number % 10
        start.wait()
        values: list[dict[str, JsonValue]] = [{"id": 10 * request + more, "text": "a"} for more in range(3)]
        return request, handed(scene, caller, *values, request=Request(key=f"k{request}", fingerprint=f"f{request}"))

    with ThreadPoolExecutor(100) as threads:
        answers = list(threads.map(send, range(100)))
    assert len(rows(scene.world, schema.Case)) == len(rows(scene.world, schema.Run)) == 30
    assert len(rows(scene.world, schema.HandedIn)) == 10
    assert sum(not answer.replayed for _, answer in answers) == 10
    for request in range(10):
        (told,) = {tuple(answer.receipts) for number, answer in answers if number == request}
        assert [receipt.intake for receipt in told if isinstance(receipt, Receipt)] == [Intake.TAKEN_IN] * 3


@pytest.mark.slow
def test_of_two_requests_at_once_under_one_key_the_other_one_is_refused(make_world: MakeWorld) -> None:
    """Nothing of it is kept, though its cases are new."""
    scene = sample(make_world)
    caller, start = caller_in(scene), Barrier(10)

    def send(number: int) -> HandedIn | None:
        start.wait()
        try:
            return handed(scene, caller, {"id": number, "text": "a"}, request=replace(FIRST, fingerprint=f"{number}"))
        except OtherRequest:
            return None

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send, range(10)))
    assert sum(answer is not None for answer in answers) == 1
    assert len(rows(scene.world, schema.Case)) == len(rows(scene.world, schema.Origin)) == 1
