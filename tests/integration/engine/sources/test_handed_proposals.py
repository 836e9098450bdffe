"""A source proposes with its case: its proposal takes the place of the workflow's own, and goes the same way."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import BaseModel, JsonValue

from bot.cli.screens.told import _lines as lines_of
from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.transcript import transcript
from handlers.texts.governance.charter import charter
from handlers.texts.operations.explained import sentences
from store import schema
from store.cases.review import spot_checks
from store.quality import decided, numbers
from store.sources import sources
from store.sources.origins import NewOrigin
from store.states import SourceKind
from tests.conftest import MakeWorld
from tests.integration.engine.charters.test_signing import Process, declared
from tests.integration.engine.charters.test_signing import said as in_lines
from tests.integration.engine.deliver.test_workflow_pauses import pause
from tests.integration.engine.review.test_corrected_inputs import put_right
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.world import World, why
from workflows import Autonomy, LookedUp, Review, Workflow
from workflows.engine.case.intake import Intake, Receipt, accept, take_in
from workflows.engine.charters.widening import widened
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadDeclaration, InvalidInput, Refused
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.read.pulled.pulled_cases import pulled
from workflows.engine.read.tally import tally
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.waiting import deadlines
from workflows.engine.sources.programs.handed_proposals import read_handed
from workflows.quality.examples.past_decisions import decided as example_of

AGENT = "agent-x"
SURE: Mapping[str, JsonValue] = {
    "output": {"queue": "delivery", "reply": "On its way"},
    "confidence": 1.0,
    "reasons": ["It asks where it is"],
    "evidence": {"queue": "charged twice"},
    "model": "claude-x",
}
SURELY = "proposed by agent-x, so a person decides"


def hand_in(
    world: World, workflow: AnyWorkflow, proposal: Mapping[str, JsonValue] | None = SURE, **values: JsonValue
) -> Receipt:
    """Take a ticket in as a source does that proposes."""
    accepted = accept(workflow, {"id": 1, "text": "I was charged twice", **values})
    if proposal is not None:
        accepted = replace(accepted, handed=read_handed(workflow, proposal))
    with world.database.write() as session:
        team, at = world.context.team, world.clock()
        source = sources.named_or_new(session, team=team, kind=SourceKind.API, name=AGENT, by="U1", at=at)
    (receipt,) = take_in(
        world.context, workflow, [accepted], source=f"source {AGENT}", actor="source", origin=NewOrigin(source=source)
    )
    return receipt


def handed(scene: Scene, proposal: Mapping[str, JsonValue] | None = SURE, **values: JsonValue) -> int:
    """Take a ticket in as a source does, and work on it; returns its case."""
    case = hand_in(scene.world, scene.workflow, proposal, **values).case
    scene.world.work()
    return case


def lets(scene: Scene) -> Scene:
    """Have the workflow let a source's proposal go alone."""
    scene.workflow.handed_proposals = "policy"
    return scene


def proposed(scene: Scene, case: int) -> Mapping[str, JsonValue]:
    proposal = scene.run(case).proposal
    assert proposal is not None
    return proposal.output


def marked_in(drawn: object) -> Iterator[str]:
    """The texts in which Slack would execute a mark."""
    if isinstance(drawn, dict) and drawn.get("type") == "mrkdwn":
        yield drawn["text"]
    elif isinstance(drawn, dict | list):
        for inner in drawn.values() if isinstance(drawn, dict) else drawn:
            yield from marked_in(inner)


def test_a_person_decides_it_and_no_model_is_asked(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = handed(scene)
    assert (len(scene.world.model.questions), scene.steps(case), rows(scene.world, schema.ModelRequest)) == (0, [], [])
    assert why(scene.review(case)) == [SURELY]
    shown = transcript(card(card_view(scene.world.context, scene.review(case).id)).blocks)
    assert "agent-x proposes" in shown
    assert "proposed by claude-x, from agent-x" in shown
    assert "On its way" in shown
    scene.approve(case)
    scene.world.work()
    assert [one.queue for one in scene.desk.applied.values()] == ["delivery"]
    told = "\n".join(lines_of(sentences(explanation_view(scene.world.context, case))))
    assert "Its source, agent-x, proposed Queue: delivery" in told
    # What a source calls its model is content: the row that is kept for good says whose it is.
    assert [row.model for row in rows(scene.world, schema.Proposal)] == [AGENT]
    # The audit holds ids and hashes, and nothing that the source wrote.
    audit = " ".join(str(row.details) for row in rows(scene.world, schema.AuditRow))
    assert not any(word in audit for word in ("claude", "On its way", "charged"))
    (opened,) = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.opened"]
    (run,) = rows(scene.world, schema.Run)
    assert (opened.details["handed"], "model" in opened.details) == (run.handed_id, False)


@pytest.mark.parametrize(
    ("change", "values", "reason"),
    [
        ({}, {"text": "smoke, and charged twice"}, "never: answer a safety report alone"),
        ({"output": {"queue": "delivery", "reply": "I give you $5"}}, {}, "never: promise money"),
        ({"evidence": {"queue": "the boss approved it"}}, {}, "the quote for Queue is not in the case"),
        ({"confidence": 0.5}, {}, "confidence is below 0.8: Queue 0.50, Reply 0.50"),
        ({"confidence": {"queue": 1.0}}, {}, "no usable confidence for Reply"),
        ({"confidence": None}, {}, "no usable confidence for Queue, Reply"),
    ],
)
def test_nothing_that_is_asked_of_our_own_is_not_asked_of_it(
    make_sqlite_world: MakeWorld, change: dict[str, JsonValue], values: dict[str, JsonValue], reason: str
) -> None:
    scene = lets(sample(make_sqlite_world))
    assert scene.world.state(handed(scene, id=9)) == "delivered"
    case = handed(scene, {**SURE, **change}, **values)
    assert reason in why(scene.review(case))
    assert SURELY not in why(scene.review(case))


def test_a_check_and_a_field_to_be_quoted_bite_on_it(make_sqlite_world: MakeWorld) -> None:
    scene = lets(sample(make_sqlite_world))
    scene.workflow.evidence = ("reply",)
    scene.workflow.check("the reply is long", fields=("reply",))(lambda _, triage: len(triage.reply) > 100)
    asked = why(scene.review(handed(scene)))
    assert asked[:2] == ["there is no quote for Reply", "it does not hold that the reply is long"]


def test_it_goes_alone_only_where_that_was_signed(make_world: MakeWorld) -> None:
    world = make_world(lambda _: pytest.fail("no model is asked"))
    process = Process(world, declared(lambda workflow: setattr(workflow, "handed_proposals", "policy")))

    def worked(number: int) -> int:
        case = hand_in(world, process.workflow, id=number).case
        world.work()
        return case

    waiting = worked(1)
    assert why(world.review(waiting)) == ["its owner, U0MARIA, has not signed its charter yet"]
    said = in_lines(charter(charter_view(world.context, process.workflow)))
    assert (
        "A proposal of the source of a case may go alone like its own, as sure as the source says that it is." in said
    )
    process.sign()
    assert world.state(worked(2)) == "delivered"


def test_what_the_workflow_looks_up_is_not_for_a_source_to_say() -> None:
    """The never that rests on it would believe the source."""

    class Booking(BaseModel):
        amount: int
        booked_before: Annotated[bool, LookedUp(until=True)]

    booking = Workflow(name="b", decision="d", owner="U1", input=Booking, output=Booking, key=lambda _: "1")
    with pytest.raises(InvalidInput) as refused:
        read_handed(booking, {"output": {"amount": 1, "booked_before": False}, "model": "claude-x"})
    assert refused.value.errors == {"output.booked_before": "is looked up by the workflow; leave it out"}
    kept = json.loads(read_handed(booking, {"output": {"amount": 1}, "model": "claude-x"}))
    assert kept["output"] == {"amount": 1, "booked_before": True}


def test_to_let_it_go_alone_widens_and_nothing_else_of_it_does(make_sqlite_world: MakeWorld) -> None:
    """Terms that were signed before there was such a thing keep their signature."""
    world = make_sqlite_world(lambda _: pytest.fail("no model is asked"))
    of = {
        one: dict(Process(world, declared(_which(one))).charters.terms(declared(_which(one)), deployment=None).parts)
        for one in _ALL
    }
    assert {(old, new) for old in of for new in of if widened(of[old], of[new])} == {
        ("refuse", "policy"),
        ("review", "policy"),
    }
    before = {name: part for name, part in of["review"].items() if name != "handed proposals"}
    assert widened(before, of["review"]) == []
    assert widened(before, of["policy"]) == ["handed proposals"]


_ALL = ("refuse", "review", "policy")


def _which(which: str) -> Callable[[Workflow], None]:  # type: ignore[type-arg]  # of whatever forms
    return lambda workflow: setattr(workflow, "handed_proposals", which)


def test_a_workflow_may_take_none(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.handed_proposals = "refuse"
    with pytest.raises(InvalidInput, match="sample takes no proposal from outside: hand the case in without one"):
        read_handed(scene.workflow, SURE)
    with pytest.raises(BadDeclaration, match="handed_proposals has to be one of refuse, review, policy, not 'maybe'"):
        Workflow(
            name="w",
            decision="d",
            owner="U1",
            input=scene.workflow.input,
            output=scene.workflow.output,
            key=str,
            handed_proposals="maybe",  # type: ignore[arg-type]  # as an author may write it
        )


def test_paused_or_out_of_scope_a_person_gets_an_empty_form(make_sqlite_world: MakeWorld) -> None:
    scene = lets(sample(make_sqlite_world))
    assert not scene.review(handed(scene, id=1, language="de")).has_proposal
    case = scene.submit(id=3)
    scene.world.work()
    pause(scene)
    assert not scene.review(handed(scene, id=2)).has_proposal
    assert scene.world.state(case) == "delivered"


def test_refused_it_is_our_model_that_proposes_and_hears_why(make_world: MakeWorld) -> None:
    scene = lets(sample(make_world))
    case = handed(scene, {**SURE, "confidence": 0.1})
    scene.reject(case, Follows.PROPOSE_AGAIN, reason="It was charged, not lost")
    scene.world.work()
    (asked,) = scene.world.model.questions
    assert [(one.values, one.reason) for one in asked.refused] == [(SURE["output"], "It was charged, not lost")]
    assert proposed(scene, case)["queue"] == "billing"
    assert why(scene.review(case)) == ["you asked for another proposal"]
    # Run again, it is still the workflow's turn: a person refused the other.
    reruns.rerun(scene.world.context, case, by="U1")
    scene.world.work()
    assert proposed(scene, case)["queue"] == "billing"


def test_refused_where_the_workflow_has_no_other_a_person_fills_it_in(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.propose(lambda ticket, ask: pytest.fail("never reached"))
    case = handed(scene)
    scene.reject(case, Follows.BY_HAND)
    assert not scene.review(case).has_proposal
    scene.edit(case, queue="safety", confirmed=True)
    scene.world.work()
    assert [one.queue for one in scene.desk.applied.values()] == ["safety"]


def test_a_rerun_and_a_restart_find_it_again(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = hand_in(scene.world, scene.workflow).case
    (lease,) = scene.world.claim()
    scene.world.restart()
    scene.world.work()
    assert proposed(scene, case)["queue"] == "delivery"
    reruns.rerun(scene.world.context, case, by="U1")
    scene.world.work()
    assert (proposed(scene, case)["queue"], lease.case) == ("delivery", case)
    assert not scene.world.model.questions


def test_a_crash_while_it_is_delivered_alone_delivers_the_same_once(make_world: MakeWorld) -> None:
    scene = lets(sample(make_world))
    scene.desk.errors.append(Crash())  # type: ignore[arg-type]  # the process dies in the delivery
    case = hand_in(scene.world, scene.workflow).case
    scene.crash()
    scene.world.work()
    assert (scene.world.state(case), len(scene.world.model.questions)) == ("delivered", 0)
    assert [one.queue for one in scene.desk.applied.values()] == ["delivery"]


def test_it_is_of_the_input_with_which_it_came(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = handed(scene)
    # The content of a case is its input: another proposal for the same is no revision.
    assert hand_in(scene.world, scene.workflow, {**SURE, "model": "other"}).intake is Intake.DUPLICATE
    put_right(scene, case, text="I was charged three times")
    scene.world.work()
    assert proposed(scene, case)["queue"] == "billing"
    assert handed(scene, text="where is it?") == case
    assert proposed(scene, case)["queue"] == "delivery"
    assert handed(scene, None, text="where is it now?") == case
    assert proposed(scene, case)["queue"] == "billing"


def test_what_a_source_writes_is_text_and_nothing_of_it_is_executed(make_world: MakeWorld) -> None:
    hostile = "<!channel> *bold* <https://evil|click> `x`"
    scene = sample(make_world, autonomy=DRAFT)
    proposal: dict[str, JsonValue] = {
        "output": {"queue": "delivery", "reply": hostile},
        "reasons": [hostile, "=cmd()|' /C calc'!A0", "\x1b[31mred\u202egnirts"],
        "evidence": {"queue": hostile},
        "model": hostile,
    }
    case = handed(scene, proposal)
    drawn = card(card_view(scene.world.context, scene.review(case).id))
    marked = " ".join([drawn.text, *marked_in(drawn.blocks)])
    assert "<!channel>" not in marked
    assert "<https://evil" not in marked
    assert "\x1b" not in str(drawn.blocks)
    for wrong in ("two\nlines", "bidi \u202e", " ", "x" * 101, ""):
        with pytest.raises(InvalidInput):
            read_handed(scene.workflow, {**SURE, "model": wrong})
    with pytest.raises(InvalidInput) as refused:
        read_handed(scene.workflow, {**SURE, "reasons": ["a\0"], "output": {"queue": "\ud800", "reply": "x"}})
    assert refused.value.errors == {"reasons": "holds a NUL character", "output.queue": "is not valid UTF-8"}
    with pytest.raises(InvalidInput, match="too large"):
        read_handed(scene.workflow, {**SURE, "output": {"queue": "delivery", "reply": "x" * 2_000_000}})
    deep: JsonValue = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InvalidInput, match="nested"):
        read_handed(scene.workflow, {**SURE, "output": {"queue": deep}})


def test_nobody_answering_in_time_does_not_deliver_it(make_world: MakeWorld) -> None:
    review = Review(post_to="C0SUPPORT", answer_within=timedelta(hours=1), on_expiry="approve", reminders=0)
    scene = sample(make_world, autonomy=DRAFT, review=review)
    case, own = handed(scene), scene.worked(id=2)
    scene.world.clock.move(timedelta(hours=2))
    deadlines.sweep(scene.world.context)
    scene.world.work()
    assert (scene.world.state(case), scene.world.state(own)) == ("waiting", "delivered")
    (held,) = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.overdue"]
    assert held.details["held"] == "handed"


def test_a_form_that_changed_since_gives_an_empty_one(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    case = hand_in(scene.world, scene.workflow).case
    with scene.world.database.write() as session:
        (body,) = session.query(schema.Content).filter_by(kind="handed")
        body.body = body.body.replace('"delivery"', '"returns"')
    scene.world.work()
    assert not scene.review(case).has_proposal
    (reason,) = why(scene.review(case))
    assert reason.startswith("what agent-x proposed does not fit the form any more: output.queue: has to be")


def test_figures_of_our_own_proposals_do_not_count_it(make_world: MakeWorld) -> None:
    scene = lets(sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=1.0)))

    def figures() -> object:
        until = scene.world.clock()
        since = until - timedelta(days=1)
        days = [since, until]
        team = scene.world.context.team
        with scene.world.database.read() as session:
            (workflow,) = [row.id for row in session.query(schema.Workflow)]
            return (
                decided.counts(session, team=team, since=since, until=until),
                decided.edits(session, team=team, since=since, until=until, limit=9),
                decided.rejections(session, team=team, since=since, until=until, limit=9),
                spot_checks.counts(session, team=team, since=since, until=until),
                numbers.looks(session, team=team, workflows=[workflow], days=days),
                numbers.cost(session, team=team, workflows=[workflow], days=days),
            )

    scene.edit(scene.worked(id=1, text="smoke"), queue="safety", confirmed=True)
    scene.worked(id=2)
    scene.world.work()
    scene.world.clock.move(timedelta(minutes=1))
    before = figures()
    edited = handed(scene, id=3, text="smoke")
    scene.edit(edited, queue="billing", confirmed=True)
    closed, alone = handed(scene, id=4, text="more smoke"), handed(scene, id=5)
    scene.reject(closed, Follows.CLOSE)
    scene.world.work()
    assert [scene.world.state(case) for case in (edited, closed, alone)] == ["delivered", "closed", "delivered"]
    scene.world.clock.move(timedelta(minutes=1))
    assert figures() == before
    found = tally(scene.world.context, [edited, alone], {alone: {"queue": "delivery"}})
    assert (found.cases, found.right_of_all) == (2, {})
    with pytest.raises(Refused, match="cannot become an example: agent-x proposed it"):
        example_of(scene.world.context, edited)


def test_a_pulled_test_says_that_it_cannot_hand_one_in(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.never("be wrong")(lambda _, triage: bool(1 / 0))
    case = handed(scene)
    with pytest.raises(Refused, match=r"its source handed the proposal in.*bed\.submit\(INPUT, proposal=PROPOSAL\)"):
        pulled(scene.world.context, case)
