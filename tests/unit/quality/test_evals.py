"""An eval goes the way of a case, delivers nothing, and counts against a model only what is the model's doing."""

import json
import time
from decimal import Decimal
from itertools import count
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample import Desk, Ticket, Triage
from tests.unit.quality.trying import labelled, sample, tickets, tried, trying
from tests.waiting import LONGEST
from tests.world import sure
from workflows import Ask, NoProposal, NotDone, Proposal, TryAgain
from workflows.model.port import Answer, ModelUnavailable, NoAnswer, Question
from workflows.model.scripted import says
from workflows.quality.evals.comparison import compare_results
from workflows.quality.evals.eval import HOPELESS, NO_MONEY
from workflows.quality.evals.mcnemar import Word
from workflows.quality.evals.results import Result, result_of
from workflows.quality.evals.trials import Outcome, Trial


def test_each_field_and_the_whole_are_counted_and_nothing_is_delivered() -> None:
    desk = Desk()
    workflow = sample(desk)
    examples = labelled(
        workflow,
        ({"id": 1, "text": "a"}, {"queue": "billing", "reply": "Hello"}),
        ({"id": 2, "text": "b"}, {"queue": "delivery", "reply": "Hello"}),
        ({"id": 3, "text": "c"}, {"queue": "billing"}),
    )
    trials, result = tried(workflow, examples, sure(queue="billing", reply="Hello"))
    summary = result.summary
    assert [trial.whole for trial in trials] == [True, False, True]
    assert (summary.whole.right, summary.whole.of) == (2, 3)
    assert {name: (share.right, share.of) for name, share in summary.fields.items()} == {
        "queue": (2, 3),
        "reply": (2, 2),
    }
    assert (summary.alone.right, summary.alone.of) == (2, 3)
    assert desk.looked_up, "steps are made as in a run"
    assert desk.attempts == []
    assert desk.applied == {}


def test_the_nevers_and_the_policy_decide_as_in_a_run() -> None:
    workflow = sample()
    examples = tickets(workflow, "there is smoke", "quiet")
    (smoke, quiet), result = tried(workflow, examples, sure(queue="billing", reply=""))
    assert not smoke.alone
    assert smoke.alone_up_to is None
    assert smoke.nevers == ("answer a safety report alone",)
    assert quiet.alone
    assert result.summary.nevers == {"answer a safety report alone": 1}
    assert result.summary.reasons == {"never": 1}


def test_what_is_no_proposal_is_not_right_and_is_named() -> None:
    workflow = sample()
    turns = {
        "garbage": says({"queue": "no such queue"}),
        "silence": Answer(model="scripted", problem="The model declined to answer."),
        "fine": says({"queue": "billing", "reply": ""}),
    }
    (garbage, silence, fine), result = tried(
        workflow, tickets(workflow, *turns), lambda question: turns[str(question.data["text"])]
    )
    assert (garbage.outcome, silence.outcome, fine.outcome) == (
        Outcome.NO_PROPOSAL,
        Outcome.NO_PROPOSAL,
        Outcome.PROPOSED,
    )
    assert (result.summary.whole.right, result.summary.whole.of) == (1, 3)
    assert sum(result.summary.no_proposal.values()) == 2
    assert silence.why == "The model declined to answer."


def test_a_workflows_own_code_for_no_proposal_is_counted_under_its_word() -> None:
    workflow = sample()

    @workflow.propose
    def refuse(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        raise NoProposal("it is too long", code="truncated")

    _, result = tried(workflow, tickets(workflow, "a"), sure(queue="billing", reply=""))
    assert result.summary.no_proposal == {"truncated": 1}


def test_out_of_scope_counts_neither_way() -> None:
    workflow = sample()
    (trial,), result = tried(workflow, tickets(workflow, "a", language="de"), sure(queue="safety", reply=""))
    assert trial.outcome is Outcome.OUT_OF_SCOPE
    assert result.summary.whole.of == 0
    assert result.summary.out_of_scope == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotDone("the desk is closed"), "NotDone"),
        (KeyError("customer"), "KeyError"),
        (SystemExit(2), "CodeExited"),
    ],
)
def test_an_outside_system_that_is_not_there_is_never_counted_as_wrong(error: BaseException, code: str) -> None:
    desk = Desk(look_up_errors=[error])
    workflow = sample(desk)
    trials, result = tried(workflow, tickets(workflow, "a", "b"), sure(queue="billing", reply=""))
    (missed,) = [trial for trial in trials if trial.outcome is Outcome.UNTRIED]
    assert missed.code == code
    assert result.summary.untried == {code: 1}
    assert (result.summary.whole.right, result.summary.whole.of) == (1, 1)


def test_a_step_is_tried_as_often_as_in_a_run() -> None:
    desk = Desk(look_up_errors=[TryAgain("busy"), TryAgain("busy")])
    workflow = sample(desk)
    (trial,), _ = tried(workflow, tickets(workflow, "a"), sure(queue="billing", reply=""))
    assert trial.outcome is Outcome.PROPOSED


def test_a_model_that_cannot_be_asked_is_never_counted_as_wrong() -> None:
    def down(question: Question) -> Answer:
        raise ModelUnavailable("the provider is down")

    workflow = sample()
    (trial,), result = tried(workflow, tickets(workflow, "a"), down)
    assert (trial.outcome, trial.why) == (Outcome.UNTRIED, "the provider is down")
    assert result.summary.whole.of == 0


def test_where_none_of_the_first_can_be_tried_it_gives_up_and_says_so() -> None:
    def down(question: Question) -> Answer:
        raise ModelUnavailable("the provider is down")

    workflow = sample()
    eval = trying(workflow, tickets(workflow, *map(str, range(100))), down)
    trials = list(eval.run())
    assert HOPELESS <= len(trials) < 100
    assert eval.unfinished == f"none of the first {HOPELESS} could be tried"


def test_it_goes_on_past_failures_once_one_example_could_be_tried() -> None:
    asked = []

    def mostly_down(question: Question) -> Answer:
        asked.append(question)
        if len(asked) > 1:
            raise ModelUnavailable("the provider is down")
        return says({"queue": "billing", "reply": ""})

    workflow = sample()
    eval = trying(workflow, tickets(workflow, *map(str, range(40))), mostly_down)
    assert len(list(eval.run())) == 40
    assert eval.unfinished is None


def test_what_others_hold_meanwhile_ends_no_eval() -> None:
    """Each reserves more than it takes: one that finds nothing left waits for them, and is asked again alone."""
    under_way, lock = [0], Lock()

    def if_nobody_else_asks(question: Question) -> Answer:
        with lock:
            under_way[0] += 1
            alone = under_way[0] == 1
        time.sleep(0.01)
        with lock:
            under_way[0] -= 1
        if not alone:
            raise ModelUnavailable("It would go over the budget.", no_answer=NoAnswer.OVER_BUDGET)
        return says({"queue": "billing", "reply": ""})

    workflow = sample()
    eval = trying(workflow, tickets(workflow, *map(str, range(12))), if_nobody_else_asks, at_once=4)
    assert len(list(eval.run())) == 12
    assert eval.unfinished is None


def test_failures_that_are_faster_than_answers_end_no_eval() -> None:
    """Two answers come after all failures."""
    failed, all_failed = count(1), Event()

    def slow_at_first(question: Question) -> Answer:
        if question.data["text"] in ("0", "1"):
            assert all_failed.wait(LONGEST)
            return says({"queue": "billing", "reply": ""})
        if next(failed) == 18:
            all_failed.set()
        raise ModelUnavailable("the provider is down")

    workflow = sample()
    eval = trying(workflow, tickets(workflow, *map(str, range(20))), slow_at_first, at_once=20)
    assert len(list(eval.run())) == 20
    assert eval.unfinished is None


def test_where_the_money_ends_the_eval_ends_and_what_was_not_asked_is_not_counted() -> None:
    asked: list[Question] = []

    def until_it_is_spent(question: Question) -> Answer:
        asked.append(question)
        if len(asked) > 3:
            raise ModelUnavailable("It would go over the budget.", no_answer=NoAnswer.OVER_BUDGET)
        return says({"queue": "billing", "reply": ""}, cost=Decimal("0.1"))

    workflow = sample()
    eval = trying(workflow, tickets(workflow, *map(str, range(20))), until_it_is_spent, at_once=1)
    assert len(list(eval.run())) == 3
    assert eval.unfinished == NO_MONEY
    assert len(asked) < 20


def test_a_workflow_that_only_drafts_sends_nothing_alone_and_still_has_a_table() -> None:
    workflow = sample(floor=None)
    (trial,), result = tried(workflow, tickets(workflow, "a"), sure(queue="billing", reply=""))
    assert not trial.alone
    assert trial.alone_up_to == 0.95
    assert [row.alone for row in result.summary.risk] == [1] * 7 + [0]


def test_what_is_kept_holds_no_text_of_a_case_and_is_read_back_as_it_was() -> None:
    def fail(question: Question) -> Answer:
        raise ModelUnavailable(f"cannot say anything of {question.data['text']}")

    workflow = sample()
    answers = {"planted secret": fail, "planted reply": sure(queue="billing", reply="planted words")}
    _, result = tried(
        workflow,
        tickets(workflow, *answers, queue="safety"),
        lambda question: answers[str(question.data["text"])](question),
    )
    kept = json.dumps(result.model_dump(mode="json"))
    assert "planted" not in kept
    assert Result.model_validate(json.loads(kept)) == result


rights = st.lists(st.booleans(), max_size=30)


def results_of(rights: list[bool]) -> Result:
    trials = [
        Trial(input_hash=str(place), outcome=Outcome.PROPOSED, right={"queue": right})
        for place, right in enumerate(rights)
    ]
    return result_of(trials, examples=len(trials), floor=None)


@given(rights)
def test_a_version_is_never_told_apart_from_itself(sides: list[bool]) -> None:
    found = compare_results(results_of(sides), results_of(sides))
    assert found.word is Word.CANT_TELL
    assert (found.only_this, found.only_other) == (0, 0)
    assert found.pairs == len(sides)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_pairs_add_up(sides: list[tuple[bool, bool]]) -> None:
    found = compare_results(results_of([one for one, _ in sides]), results_of([other for _, other in sides]))
    assert found.both_right + found.only_this + found.only_other + found.both_wrong == found.pairs == len(sides)


def test_an_example_that_one_version_was_not_tried_on_is_no_pair() -> None:
    mine = result_of(
        [Trial(input_hash="1", outcome=Outcome.PROPOSED), Trial(input_hash="2", outcome=Outcome.UNTRIED)],
        examples=2,
        floor=None,
    )
    assert compare_results(mine, results_of([])).pairs == 0
    assert compare_results(mine, mine).pairs == 1
