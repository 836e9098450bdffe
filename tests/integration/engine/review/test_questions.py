"""A person asks the source of a case; the case waits, and the answer goes on as a new run."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Crash, Scene, rows, sample
from tests.sample import Ticket, Triage
from tests.world import sure, why
from workflows import (
    Ask,
    Document,
    NotDone,
    OutcomeUnknown,
    Proposal,
    Review,
    Run,
    SourceAnswer,
    TryAgain,
    source_answers,
    step,
)
from workflows.documents.document import FileKind
from workflows.engine.case import intake
from workflows.engine.case.intake import Intake
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import BadReason, InvalidInput, Refused, Repeated, Stale
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.source import questions
from workflows.engine.run.waking import awaken, is_any_waiting
from workflows.model.port import Answer, Question
from workflows.model.scripted import says
from workflows.quality.examples.past_decisions import decided

WHICH = "Which of the two orders is it about?"
KEY = "sample/ticket-1/question-1"
TWO_DAYS = timedelta(days=2)


@dataclass(kw_only=True)
class Source:
    """The source of the cases: it remembers what it was asked, under which key, and fails as it is told."""

    attempts: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    late_errors: list[BaseException] = field(default_factory=list)
    """Errors that come once it was asked."""

    def ask(self, question: str, run: Run[Ticket]) -> str:
        self.attempts.append(run.key)
        if self.errors:
            raise self.errors.pop(0)
        self.asked.setdefault(run.key, question)
        if self.late_errors:
            raise self.late_errors.pop(0)
        return f"mail to {run.input.id} for {run.by}"


@dataclass(kw_only=True)
class Told:
    """A model, with what it was asked."""

    questions: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.99)


def asking(make_world: MakeWorld, *, idempotent: bool = True, review: Review = CARDS) -> tuple[Scene, Source, Told]:
    """An automation whose source can be asked; everything goes to a person first."""
    source, told = Source(), Told()
    scene = sample(make_world, told, autonomy=DRAFT, review=review)
    scene.workflow.ask_source(idempotent=idempotent, target="the shop")(source.ask)
    return scene, source, told


def ask(scene: Scene, case: int, question: str = WHICH, *, by: str = "U1", interaction_id: str | None = None) -> None:
    review = scene.review(case)
    reviews.ask(scene.world.context, review.id, review.version, question=question, by=by, interaction_id=interaction_id)


def reply(scene: Scene, case: int, text: str = "The second one", **more: int) -> questions.Replied:
    return questions.reply(scene.world.context, case, text, by="U2", number=more.get("number"))


def asked(scene: Scene, **values: int) -> int:
    """A case whose source was asked, and that waits for the answer."""
    case = scene.worked(**values)
    ask(scene, case)
    scene.world.work()
    return case


def question_of(scene: Scene, number: int = 1) -> schema.Question:
    return next(one for one in rows(scene.world, schema.Question) if one.number == number)


def audited(scene: Scene, about: str) -> list[str]:
    return [row.action for row in rows(scene.world, schema.AuditRow) if row.action.startswith(about)]


def test_the_whole_way(make_world: MakeWorld) -> None:
    scene, source, told = asking(make_world)
    case = scene.worked()
    ask(scene, case)
    assert source.attempts == []  # a worker sends it, and no press waits for that
    scene.world.work()
    assert source.asked == {KEY: WHICH}
    first = scene.run(case)
    assert first.review is not None
    assert (first.state, first.review.state) == ("waiting", "asked")
    row = question_of(scene)
    assert (row.state, row.due_at, row.attempts) == ("sent", scene.world.clock() + TWO_DAYS, 1)

    replied = reply(scene, case, "  The second one ")
    scene.world.work()

    run = scene.run(case)
    assert (replied.question, replied.is_new, replied.run) == (1, True, run.id)
    assert (run.parent, run.from_step, run.state) == (first.id, "start", "waiting")
    before, after = scene.world.case(case).runs
    assert before.review is not None
    assert (before.state, before.review.state) == ("superseded", "superseded")
    assert told.questions[0].answers == ()
    assert told.questions[1].answers == (SourceAnswer(question=WHICH, answer="The second one"),)
    assert told.questions[1].text.endswith("The second one")
    (step_made,) = [line for line in after.steps if line.name == "ask"]
    assert isinstance(step_made.input, dict)
    assert step_made.input["answers"] == [{"question": WHICH, "answer": "The second one"}]
    assert why(scene.review(case))[0] == "the source answered what it was asked"
    assert audited(scene, "question.") == [
        "question.asked",
        "question.attempting",
        "question.sent",
        "question.answered",
    ]
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_the_authors_code_sees_the_answers_when_it_proposes_and_when_it_delivers(make_sqlite_world: MakeWorld) -> None:
    scene, _, _ = asking(make_sqlite_world)
    seen: list[list[str]] = []

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        seen.append([one.answer for one in source_answers()])
        return ask(text=ticket.text)

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        seen.append([one.answer for one in run.answers])
        return "done"

    case = asked(scene)
    reply(scene, case)
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert seen == [[], ["The second one"], ["The second one"]]
    assert source_answers() == ()


def test_an_answer_is_kept_beside_the_input(make_world: MakeWorld) -> None:
    """The source's own retry of the input is a duplicate, and a newer revision has the answer too."""
    scene, _, told = asking(make_world)
    case = asked(scene)
    reply(scene, case)
    assert scene.world.submit(scene.workflow, id=1, text="charged twice").intake is Intake.DUPLICATE
    assert scene.world.submit(scene.workflow, id=1, text="charged thrice").intake is Intake.REVISED
    scene.world.work()
    assert told.questions[-1].data["text"] == "charged thrice"
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]
    reruns.rerun(scene.world.context, case, by="U1", from_step="start")
    scene.world.work()
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]
    scene.reject(case, Follows.PROPOSE_AGAIN)
    scene.world.work()
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]


def test_an_answer_to_an_earlier_revision_goes_on_with_the_present_one(make_world: MakeWorld) -> None:
    scene, _, told = asking(make_world)
    case = asked(scene)
    scene.world.submit(scene.workflow, id=1, text="charged thrice")
    assert scene.world.case(case).runs[0].review is not None
    reply(scene, case)
    scene.world.work()
    assert told.questions[-1].data["text"] == "charged thrice"
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]
    assert question_of(scene).revision == 1
    assert awaken(scene.world.context) == 0
    assert not is_any_waiting(scene.world.context)


def test_a_question_about_a_revision_that_is_gone_is_not_sent(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    case = scene.worked()
    ask(scene, case)
    (lease,) = scene.world.claim()
    scene.world.submit(scene.workflow, id=1, text="charged thrice")
    scene.world.runner.advance(lease)
    scene.world.work()
    assert (source.attempts, scene.run(case).revision) == ([], 2)
    scene.world.clock.move(TWO_DAYS)
    scene.world.work()
    assert question_of(scene).state == "failed"
    assert not is_any_waiting(scene.world.context)


def test_a_question_has_to_be_one_and_a_workflow_has_to_say_how(make_sqlite_world: MakeWorld) -> None:
    scene, _, _ = asking(make_sqlite_world)
    case = scene.worked()
    for text in ("", "  \n", "x" * 1_001):
        with pytest.raises(BadReason, match="1 to 1,000"):
            ask(scene, case, text)
    ask(scene, case, "x" * 1_000, interaction_id="press")
    review = scene.decided(case)
    with pytest.raises(Repeated):
        reviews.ask(scene.world.context, review.id, 1, question="x", by="U1", interaction_id="press")
    with pytest.raises(Stale, match="U1 asked its source at"):
        reviews.approve(scene.world.context, review.id, 1, by="U2")
    plain = sample(make_sqlite_world, sure(0.9, queue="billing", reply="Hi"), autonomy=DRAFT)
    with pytest.raises(Refused, match="says no way to ask"):
        ask(plain, plain.worked())


def test_no_example_is_made_of_a_case_that_its_source_explained(make_sqlite_world: MakeWorld) -> None:
    """The input alone does not lead to what was decided."""
    scene, _, _ = asking(make_sqlite_world)
    case = asked(scene)
    reply(scene, case)
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    with pytest.raises(Refused, match="its source answered a question"):
        decided(scene.world.context, case)


def test_an_answer_that_comes_twice_is_one_and_another_is_refused(make_world: MakeWorld) -> None:
    scene, _, _ = asking(make_world)
    case = asked(scene)
    first, again = reply(scene, case), reply(scene, case)
    assert (first.is_new, again.is_new, again.run) == (True, False, None)
    with pytest.raises(Refused, match="has an answer already, from U2"):
        reply(scene, case, "No, the first one")
    scene.world.work()
    assert len(scene.world.case(case).runs) == 2


def test_an_answer_to_nothing_asked_is_refused_in_words(make_sqlite_world: MakeWorld) -> None:
    scene, _, _ = asking(make_sqlite_world)
    case = scene.worked()
    with pytest.raises(Refused, match=f"nothing was asked about case {case}"):
        reply(scene, case)
    ask(scene, case)
    with pytest.raises(Refused, match="has no question 2; it has 1"):
        reply(scene, case, number=2)


def test_without_an_answer_the_review_opens_again_once(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    case = asked(scene)
    scene.world.clock.move(TWO_DAYS - timedelta(seconds=1))
    assert awaken(scene.world.context) == 0
    scene.world.clock.move(timedelta(seconds=1))
    with ThreadPoolExecutor(4) as replicas:
        swept = list(replicas.map(lambda _: awaken(scene.world.context), range(4)))
    assert sum(swept) == 1
    review = scene.review(case)
    assert review.version == 2
    assert why(review)[0] == f"no answer in 2 days to: {WHICH}"
    assert why(review)[1:] == ["this workflow only drafts; a person decides every case"]
    assert review.answer_by == scene.world.clock() + CARDS.answer_within
    assert audited(scene, "review.opened_again") == ["review.opened_again"]
    assert audited(scene, "question.")[-1] == "question.expired"
    assert not is_any_waiting(scene.world.context)
    scene.approve(case)
    scene.world.work()
    assert (scene.run(case).state, len(source.attempts)) == ("delivered", 1)


def test_an_answer_after_the_deadline_goes_on_while_nobody_has_decided(make_world: MakeWorld) -> None:
    scene, _, told = asking(make_world)
    case = asked(scene)
    scene.world.clock.move(TWO_DAYS)
    scene.world.work()
    old = scene.review(case)
    assert reply(scene, case).run is not None
    scene.world.work()
    assert scene.review(case).id != old.id
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]


def test_an_answer_to_a_decided_case_is_kept_and_starts_nothing(make_world: MakeWorld) -> None:
    scene, _, _ = asking(make_world)
    case = asked(scene)
    scene.world.clock.move(TWO_DAYS)
    scene.world.work()
    scene.approve(case)
    replied = reply(scene, case)
    assert (replied.is_new, replied.run) == (True, None)
    scene.world.work()
    assert (scene.run(case).state, len(scene.world.case(case).runs)) == ("delivered", 1)
    (shown,) = scene.world.case(case).questions
    assert (shown.text, shown.answer, shown.answered_by) == (WHICH, "The second one", "U2")


def test_a_second_question_has_a_key_of_its_own(make_sqlite_world: MakeWorld) -> None:
    scene, source, told = asking(make_sqlite_world)
    case = asked(scene)
    reply(scene, case)
    scene.world.work()
    ask(scene, case, "And which size?")
    scene.world.work()
    assert reply(scene, case, "Large").question == 2
    scene.world.work()
    assert list(source.asked) == [KEY, "sample/ticket-1/question-2"]
    assert [one.answer for one in told.questions[-1].answers] == ["The second one", "Large"]


def test_a_source_that_knows_the_key_is_asked_again(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    source.late_errors += [OutcomeUnknown("the line broke")]
    source.errors += [TryAgain("busy")]
    case = asked(scene)
    assert (scene.run(case).state, scene.decided(case).state) == ("waiting", "asked")
    for _ in range(2):
        assert question_of(scene).state == "intended"
        scene.world.clock.move(timedelta(minutes=5))
        scene.world.work()
    assert (source.attempts, source.asked) == ([KEY] * 3, {KEY: WHICH})
    assert question_of(scene).state == "sent"


def test_a_source_that_does_not_know_the_key_is_asked_once_and_the_doubt_is_told(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world, idempotent=False)
    source.late_errors.append(ConnectionError("the line broke"))
    case = asked(scene)
    review = scene.review(case)
    assert why(review)[0] == "nobody knows whether the question was sent: the line broke"
    assert (review.version, source.attempts, question_of(scene).state) == (2, [KEY], "doubtful")


def test_a_question_that_cannot_be_sent_opens_the_review_again(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    source.errors.append(NotDone("no such customer"))
    case = asked(scene)
    review = scene.review(case)
    assert why(review)[0] == "the question could not be sent: no such customer"
    assert (review.version, scene.run(case).state, question_of(scene).state) == (2, "waiting", "failed")
    # It can be asked again, and decided.
    ask(scene, case, "Which?")
    scene.world.work()
    assert list(source.asked.values()) == ["Which?"]


def test_a_question_that_is_never_sent_opens_the_review_again_at_its_deadline(make_sqlite_world: MakeWorld) -> None:
    scene, source, _ = asking(make_sqlite_world)
    source.errors += [TryAgain("busy")] * 100
    case = asked(scene)
    for _ in range(14):
        scene.world.clock.move(timedelta(hours=4, minutes=30))
        scene.world.work()
    assert why(scene.review(case))[0] == "the question could not be sent: busy"
    assert scene.review(case).version == 2


def test_the_steps_of_asking_are_journaled_and_are_no_part_of_what_is_run_again(make_world: MakeWorld) -> None:
    scene, _, _ = asking(make_world)
    looked_up: list[int] = []

    @step
    def address(ticket: int) -> str:
        looked_up.append(ticket)
        return f"{ticket}@example.org"

    scene.workflow.source_effect = None

    @scene.workflow.ask_source(idempotent=True)
    def mail(question: str, run: Run[Ticket]) -> str:
        where = address(run.input.id)
        if len(looked_up) == 1 and not mailed:
            mailed.append(where)
            raise TryAgain("busy")
        return where

    mailed: list[str] = []
    case = asked(scene)
    scene.world.clock.move(timedelta(minutes=5))
    scene.world.work()
    assert looked_up == [1]
    assert scene.steps(case) == ["look_up", "ask", "ask_source/1/address"]
    scene.world.clock.move(TWO_DAYS)
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_while_deliveries_are_held_no_question_goes_out(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    case = scene.worked()
    workflow_pauses.pause(scene.world.context, "sample", by="U1", reason="a move", deliveries=True)
    ask(scene, case)
    scene.world.work()
    assert (source.attempts, scene.run(case).state, scene.decided(case).state) == ([], "waiting", "asked")
    workflow_pauses.resume(scene.world.context, "sample", by="U1")
    scene.world.clock.move(timedelta(minutes=1))
    scene.world.work()
    assert source.asked == {KEY: WHICH}


@pytest.mark.slow
@pytest.mark.parametrize("idempotent", [True, False])
def test_wherever_the_process_dies_the_question_is_asked_once_or_a_person_is_told(
    make_world: MakeWorld, idempotent: bool
) -> None:
    """It dies at each place between the press and the case that waits, in turn."""
    scene, source, _ = asking(make_world, idempotent=idempotent)
    place, number, died = 0, 0, True
    while died:
        place, number = place + 1, number + 1
        case = scene.worked(id=number)
        ask(scene, case)
        left = [place]

        def die(_kind: Failpoint, _side: Side, _about: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        died = False
        with failpoints.watched(die):
            try:
                scene.world.work()
            except Crash:
                died = True
        if died:
            scene.world.restart()
            scene.world.work()
        key = f"sample/ticket-{number}/question-1"
        stands = scene.decided(case)
        assert scene.run(case).state == "waiting"
        if stands.state == "asked":
            assert source.asked[key] == WHICH
            assert idempotent or source.attempts.count(key) == 1
        else:
            assert not idempotent
            assert why(scene.review(case))[0].startswith("nobody knows whether the question was sent")
            assert source.attempts.count(key) <= 1
    assert place > 5


def test_of_asking_and_deciding_at_once_one_counts(make_world: MakeWorld) -> None:
    scene, source, _ = asking(make_world)
    case = scene.worked()
    review = scene.review(case)
    start = Barrier(12)

    def press(number: int) -> str:
        start.wait()
        try:
            if number % 2:
                reviews.approve(scene.world.context, review.id, 1, by=f"U{number}")
            else:
                reviews.ask(scene.world.context, review.id, 1, question=WHICH, by=f"U{number}")
        except (Stale, Refused) as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(12) as people:
        said = list(people.map(press, range(12)))
    assert said.count("done") == 1
    scene.world.work()
    (decision,) = rows(scene.world, schema.Decision)
    if decision.kind == "asked":
        assert (list(source.asked), scene.run(case).state) == ([KEY], "waiting")
    else:
        assert (source.attempts, scene.run(case).state) == ([], "delivered")


def test_of_answers_and_the_deadline_at_once_the_case_goes_on_one_way(make_world: MakeWorld) -> None:
    scene, _, told = asking(make_world)
    case = asked(scene)
    scene.world.clock.move(TWO_DAYS)
    start = Barrier(9)

    def act(number: int) -> str:
        start.wait()
        try:
            match number % 3:
                case 0:
                    awaken(scene.world.context)
                case 1:
                    reply(scene, case)
                case _:
                    accepted = intake.accept(scene.workflow, {"id": 1, "text": "charged thrice"})
                    intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor="tester")
        except Refused as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(9) as threads:
        said = list(threads.map(act, range(9)))
    assert said == ["done"] * 9
    scene.world.work()
    runs = scene.world.case(case).runs
    assert [run.state for run in runs] == ["superseded"] * (len(runs) - 1) + ["waiting"]
    assert sum(run.review is not None and run.review.state == "open" for run in runs) == 1
    assert audited(scene, "question.answered") == ["question.answered"]
    # Whatever came first, the run that counts has both: the newer text and the answer.
    assert told.questions[-1].data["text"] == "charged thrice"
    assert [one.answer for one in told.questions[-1].answers] == ["The second one"]


def test_a_workflow_without_documents_takes_none_in_an_answer(make_world: MakeWorld) -> None:
    scene, _, _ = asking(make_world)
    case = scene.worked()
    ask(scene, case)
    scene.world.work()
    note = Document(sha256="0" * 64, name="note.pdf", kind=FileKind.PDF, size=1, pages=())
    with pytest.raises(InvalidInput, match="takes no documents: answer in words"):
        questions.reply(scene.world.context, case, "", by="U2", documents=[note])
