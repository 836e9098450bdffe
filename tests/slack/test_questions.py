"""A reviewer asks the source of a case from the card's menu, and whoever has the answer brings it."""

from datetime import timedelta

from handlers.slack.blocks.modals import FOLLOWS, REASON
from handlers.slack.blocks.questions import TEXT as BOX
from tests.sample import Ticket
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, Stage, buttons, inputs, options, words
from tests.world import sure
from workflows import Autonomy, NotDone, Run
from workflows.engine.declare.registry import AnyWorkflow

WHICH = "Which of the two orders is it about?"


def asking(stage: Stage, *errors: Exception) -> AnyWorkflow:
    """The sample automation, whose source can be asked; it fails in these ways first."""
    workflow, left = stage.sample(), list(errors)

    @workflow.ask_source(idempotent=True)
    def ask(question: str, run: Run[Ticket]) -> str:
        if left:
            raise left.pop(0)
        return f"mail {run.input.id}"

    return workflow


def asked(stage: Stage, workflow: AnyWorkflow) -> int:
    """A case about which Ana asked, and that waits for the answer."""
    case = stage.submit(workflow, id=1, text="Where is my money?")
    form = stage.opened(ANA, "ask_source")
    assert form.title["text"] == "Ask the source"
    assert list(inputs(form)) == [BOX]
    assert stage.person(ANA).submit({BOX: WHICH}).outcome == "closed"
    stage.work()
    return case


def test_a_question_goes_out_and_the_card_says_who_asked_what_and_until_when(stage: Stage) -> None:
    case = asked(stage, asking(stage))
    (card,) = stage.cards()
    said = words(card.blocks)
    assert card.text.startswith("Waits for an answer to a question: ")
    assert "Asked the source, by @U0ANA" in said
    assert "answer by" in said
    assert WHICH in said
    assert "Sent: mail 1" in said
    assert buttons(card) == ["answer_for_them", "details"]
    assert stage.world.state(case) == "waiting"


def test_an_answer_given_for_them_comes_back_on_a_new_card(stage: Stage) -> None:
    asked(stage, asking(stage))
    form = stage.opened(BEN, "answer_for_them")
    assert WHICH in words(form.blocks)
    assert stage.person(BEN).submit({BOX: "The second one"}).outcome == "closed"
    stage.work()
    old, new = stage.cards()
    assert "Asked; the answer came, see the new card" in words(old.blocks)
    said = words(new.blocks)
    assert f"You asked: {WHICH}" in said
    assert "They answered:\nThe second one" in said
    assert "The source answered" not in said  # the answer itself stands there
    details = words(stage.opened(ANA, "details").blocks)
    assert f"Question 1\n{WHICH}" in details
    assert "Answer to question 1\nThe second one" in details


def test_a_question_that_cannot_be_sent_opens_the_card_again_and_says_why(stage: Stage) -> None:
    asked(stage, asking(stage, NotDone("no such customer")))
    (card,) = stage.cards()
    said = words(card.blocks)
    assert "The question could not be sent: no such customer" in said
    assert buttons(card) == ["approve", "edit", "reject", "details", "ask_source", "assign", "report_wrong"]


def test_without_an_answer_the_card_opens_again_and_says_so(stage: Stage) -> None:
    case = asked(stage, asking(stage))
    stage.world.clock.move(timedelta(days=2))
    stage.work()
    (card,) = stage.cards()
    assert f"No answer in 2 days to: {WHICH}" in words(card.blocks)
    stage.press(ANA, "approve")
    stage.work()
    assert stage.world.state(case) == "delivered"


def test_who_may_not_decide_may_neither_ask_nor_answer(stage: Stage) -> None:
    workflow = asking(stage)
    stage.submit(workflow, id=1, text="Where is my money?")
    stage.press(EVE, "ask_source")
    assert "You are not among the reviewers" in stage.told(EVE)
    stage.opened(ANA, "ask_source")
    stage.person(ANA).submit({BOX: WHICH})
    stage.work()
    stage.press(EVE, "answer_for_them")
    assert "You are not among the reviewers" in stage.told(EVE)


def test_a_question_that_comes_too_late_is_handed_back(stage: Stage) -> None:
    stage.submit(asking(stage), id=1, text="Where is my money?")
    stage.opened(ANA, "ask_source")
    stage.press(BEN, "approve")
    stage.work()
    stage.person(ANA).submit({BOX: WHICH})
    told = words(stage.view(ANA).blocks)
    assert "Already approved by @U0BEN" in told
    assert WHICH in told


def test_a_workflow_that_says_no_way_to_ask_offers_none(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert "ask_source" not in buttons(stage.cards()[0])


def test_another_proposal_is_offered_only_where_there_can_be_one(make_stage: MakeStage) -> None:
    """The same again is told first, and its form of a rejection has no such choice."""
    stage = make_stage(sure(0.6, queue="billing", reply="We look into it."))
    workflow = stage.sample()
    workflow.autonomy = Autonomy.draft()
    stage.submit(workflow, id=1, text="Where is my money?")
    form = stage.opened(ANA, "reject")
    assert "propose_again" in options(inputs(form)[FOLLOWS])
    stage.person(ANA).submit({REASON: "wrong queue", FOLLOWS: "propose_again"})
    stage.work()
    assert "The model proposes the same again." in words(stage.cards()[-1].blocks)
    form = stage.opened(ANA, "reject")
    assert "propose_again" not in options(inputs(form)[FOLLOWS])
