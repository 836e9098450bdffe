"""A kit for authors' tests: a workflow goes the whole way of a case, with a model that says what the test has it say.

    def test_an_unsure_answer_goes_to_a_person() -> None:
        with Testbed(refunds, says({"verdict": "refund"}, confidence=0.6)) as bed:
            case = bed.submit(Request(id=1, text="It broke on the first day"))
            assert "Verdict: refund" in case.card
            case.edit(verdict="voucher")
            assert case.delivered == Answer(verdict="voucher")

It is the real engine on a database of its own in a temporary folder: nothing of the way is made up for tests. There is
no Slack, a connection to anything is refused, and time stands still until the test moves it. Who may decide is not
looked at: whoever decides here is a reviewer, and every charter counts as signed. The automation's own code runs, its
delivery included; `bed.instead` gives a stand-in for each step that would reach another system.

With a `record`, a case goes the way again that it went before, as in the tests that `countersign pull` writes.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Generic, Literal, NoReturn, Self
from unittest import mock

from countersign.record import (
    PulledCase,
    Record,
    Recorded,
    StaleRecord,
    is_over,
    keep_answers,
    own_frames,
    placed,
    read_case,
    workflow_in,
)
from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python

from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.transcript import transcript
from handlers.texts.review.reasons import in_words
from store.db import migration
from store.db.database import Database
from store.governance import teams
from store.sources import sources
from store.sources.origins import NewOrigin
from store.states import STOPPED, RunState, SourceKind
from workflows.documents.document import Document, NewDocument, holds_documents, none_arrived
from workflows.documents.documents import Documents
from workflows.documents.files_below import file_below
from workflows.documents.shelf import FolderShelf
from workflows.engine.case import intake
from workflows.engine.case.intake import Accepted
from workflows.engine.case.leases import claim
from workflows.engine.charters.as_signed import AsSigned
from workflows.engine.context import Context
from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.steps import Call, P, R, Step
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.arrivals import by_form, named
from workflows.engine.documents.keeping import keep
from workflows.engine.errors import InvalidOutput, NeverBroken, Refused, Stale
from workflows.engine.propose.prompts import keep_prompts
from workflows.engine.read.history import case_view, open_review_of
from workflows.engine.read.views import CaseView, OpenReview, RunView
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.form.dependent_texts import redrawn
from workflows.engine.review.form.forms import entries_of, read_form
from workflows.engine.review.source import questions
from workflows.engine.run.runner import Runner
from workflows.engine.run.waking import awaken
from workflows.engine.sources.programs.handed_proposals import read_handed
from workflows.engine.text.canonical_json import canonical, to_body
from workflows.model.port import Alternative, Answer, ModelUnavailable, NoAnswer, Question, SourceAnswer
from workflows.model.scripted import ScriptedModel, ScriptOver, Turn, says

__all__ = [
    "Alternative",
    "Answer",
    "Case",
    "InvalidOutput",
    "ModelUnavailable",
    "NeverBroken",
    "NoAnswer",
    "PulledCase",
    "Question",
    "ReachedOut",
    "Recorded",
    "Refused",
    "ScriptOver",
    "ScriptedModel",
    "Stale",
    "StaleRecord",
    "Testbed",
    "read_case",
    "says",
    "workflow_in",
]

REVIEWER = "a reviewer"
"""The person who decides, where a test names none."""
SOURCE = "the source"
"""Name of the source that hands proposals in."""
_BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The beginning of a test that names none: a Monday morning."""


class ReachedOut(AssertionError):
    """The automation would have reached another system. Give its step a stand-in: `bed.instead(step, ...)`."""


class Testbed(Generic[InputT, OutputT]):
    """Countersign with one workflow, for the block of a `with`."""

    __test__ = False  # pytest would take it for tests by its name

    def __init__(
        self,
        workflow: Workflow[InputT, OutputT],
        model: ScriptedModel | Turn | Sequence[Turn] = (),
        *,
        now: datetime = _BEGINNING,
        record: Sequence[Recorded] | None = None,
        in_order: bool = False,
        proposes: bool = True,
        answers: Sequence[SourceAnswer] = (),
    ) -> None:
        """`model`: what the model says: always the same, or in turns, or a function of the question; an exception such
        as `ModelUnavailable("down")` is raised. Left out, asking the model fails the test. `now`: when the test begins.

        `record`: the steps that a case made. They answer, or raise, as they did; a step that is called otherwise fails
        the test, and the first one that is called after them ends the case. No case is resolved alone then, so that
        nothing is delivered that was not; and what is decided is delivered at once, without a grace period or a second
        person. `in_order`: the journal of the case holds these steps already, so a call that differs parks it.
        `proposes`: False: a person gets an empty form, for a test of the delivery. `answers`: what the
        source of each case has answered to people's questions before. Raise `ValueError` for a time without its zone.
        """
        if now.tzinfo is None:
            raise ValueError("a test begins at a time with its zone, such as datetime(2026, 1, 5, 9, tzinfo=UTC)")
        self.workflow = workflow
        self.model = _scripted(model)
        """It remembers what it was asked: `model.questions`."""
        self.now = now
        self._open = ExitStack()
        self._reached: list[str] = []
        """Places to which a connection was wanted."""
        self._over: list[ScriptOver] = []
        self._record = Record(workflow, record) if record is not None else None
        self._in_order = in_order
        self._answers = tuple(answers)
        self._placed = placed(workflow, alone=record is None, proposes=proposes)
        self._stopped: dict[int, Exception] = {}
        """Run -> the error that ended its last attempt."""
        self._stood_in: set[str] = set()
        self._kept: set[str] = set()
        """Hashes of the documents that the test handed in."""

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            folder = opening.enter_context(TemporaryDirectory(prefix="countersign-"))
            database = Database(f"sqlite:///{Path(folder, 'cases.sqlite')}")
            opening.callback(database.close)
            migration.upgrade(database)
            registry = Registry()
            registry.add(self._placed)
            with database.write() as session:
                # It has been there for a while: of the days before it was made, nothing is told.
                team = teams.add_local_team(session, at=self.now - timedelta(days=365))
            keep_prompts(database, registry, team=team, at=self.now)
            self.context = Context(
                database=database,
                registry=registry,
                clock=lambda: self.now,
                team=team,
                charters=AsSigned(),
                documents=Documents(FolderShelf(Path(folder, "documents"))),
            )
            self._runner = Runner(
                self.context,
                lambda _: self,
                sleep=self._sleep,
                instead=self._recorded if self._record is not None else None,
                stopped=self._stopped.__setitem__,
            )
            self._open.enter_context(opening.pop_all())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def instead(self, step: Step[P, R], stand_in: Callable[P, R]) -> None:
        """Have something else called in place of a step until the block ends, held to the step's annotations too."""
        self._open.enter_context(mock.patch.object(step, "function", stand_in))
        self._stood_in.add(step.name)

    def submit(
        self, input: InputT | Mapping[str, object], *, proposal: Mapping[str, JsonValue] | None = None
    ) -> "Case[InputT, OutputT]":
        """Take in an input, as it is or as JSON would have it, and work on it as far as it goes without a person.

        A document is given as a `Path`, as a `NewDocument`, as one of `document`, or by the name of a file below the
        folder of the workflow. Submitted again, it is the same case. `proposal`: what the source of the case proposes,
        as it would hand it in; no model is asked then. Raise `countersign.InvalidInput` for what does not fit the
        workflow.
        """
        accepted, origin = self._accepted(input), None
        # The test of a pulled case has documents as they were kept, and no file of any.
        accepted = replace(accepted, documents=accepted.documents & self._kept)
        if proposal is not None:
            accepted = replace(accepted, handed=read_handed(self.workflow, proposal))
            origin = NewOrigin(source=self._source())
        (receipt,) = intake.take_in(self.context, self.workflow, [accepted], source="test", actor="test", origin=origin)
        if self._record is not None and self._in_order:
            self._record.keep(self.context, receipt.case)
        if self._answers:
            keep_answers(self.context, receipt.case, self._answers)
        self.work()
        return Case(self, receipt.case)

    def document(self, file: Path | NewDocument) -> Document:
        """Read a file and keep it; returns what an input holds of it. Raise `ValueError` for one that is not taken."""
        given = _with_files(file)
        assert isinstance(given, NewDocument)
        return self._arrived(given)

    def _arrived(self, given: str | NewDocument) -> Document:
        folder = self.workflow.folder
        if isinstance(given, NewDocument):
            made = keep(self.context, given.data, name=given.name)
        elif folder is None:
            made = none_arrived(given)
        else:
            data = file_below(folder, given, most=self.context.documents.limits.size)
            made = keep(self.context, data, name=given)
        self._kept |= {one.sha256 for one in made.all}
        return made

    def move(self, by: timedelta) -> None:
        """Let time pass, and do what is due by then: a delivery that waits for its system is made again."""
        self.now += by
        self.work()

    def work(self) -> None:
        """Work until nothing is ready and nothing that waits is due.

        Raise `ScriptOver` where the model was asked more often than the test says what it answers, `ReachedOut` where
        the automation wanted to reach another system, and `StaleRecord` where it called a step otherwise than recorded.
        """
        with self.unconnected():
            while (claimed := claim(self.context, limit=10)) or awaken(self.context):
                for run in claimed:
                    self._runner.advance(run)
        if self._over:
            raise self._over.pop()
        if self._record is not None and self._record.stale:
            raise self._record.stale.pop(0)
        if self._reached:
            wanted, self._reached = self._reached, []
            raise ReachedOut(f"{self.workflow.name} wanted to reach {wanted[0]}: give the step that does a stand-in")

    def error_of(self, run: int) -> Exception | None:
        """Return the error that ended the last attempt at a run, as the automation raised it."""
        return self._stopped.get(run)

    def answer(self, question: Question) -> Answer:
        """Answer as the model of this test."""
        try:
            return self.model.answer(question)
        except ScriptOver as over:
            self._over.append(over)  # the run keeps it as its problem, and the test has to fail
            raise

    def _accepted(self, input: InputT | Mapping[str, object]) -> Accepted:
        form: type[BaseModel] = self.workflow.input
        if isinstance(input, BaseModel):
            if not holds_documents(form):
                return intake.accept(self.workflow, json.loads(to_body(input)))
            values, arrived = named(input)
            return intake.accept(self.workflow, values, arrived=arrived)
        given = _with_files(input)
        assert isinstance(given, dict)
        return intake.accept(self.workflow, given, arrived=by_form(form, self._arrived)(given), as_kept=True)

    def _source(self) -> int:
        """Return the id of the source that hands proposals in."""
        with self.context.database.write() as session:
            kind, team = SourceKind.API, self.context.team
            return sources.named_or_new(session, team=team, kind=kind, name=SOURCE, by="test", at=self.now)

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _recorded(self, name: str, call: Call) -> Call:
        assert self._record is not None
        return call if call.name in self._stood_in else self._record.in_place_of(name, call)

    @contextmanager
    def unconnected(self) -> Iterator[None]:
        """Refuse every connection for the block, and note what it was to."""

        def connect(_: socket.socket, address: object) -> NoReturn:
            self._refuse(address)

        def look_up(host: object, port: object, *_: object, **__: object) -> NoReturn:
            self._refuse((host, port))

        with (
            mock.patch.object(socket.socket, "connect", connect),
            mock.patch.object(socket.socket, "connect_ex", connect),
            mock.patch.object(socket, "getaddrinfo", look_up),
        ):
            yield

    def _refuse(self, address: object) -> NoReturn:
        place = ":".join(map(str, address[:2])) if isinstance(address, tuple) else str(address)
        self._reached.append(place)
        raise ReachedOut(f"a test reaches no other system, and this wanted {place}")


def _with_files(value: object) -> object:
    """Return a value with the files that it names as new documents."""
    match value:
        case Path():
            return NewDocument(name=value.name, data=value.read_bytes())
        case Mapping():
            return {name: _with_files(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_with_files(inner) for inner in value]
    return value


class Case(Generic[InputT, OutputT]):
    """A case of a test, as it stands now."""

    def __init__(self, bed: Testbed[InputT, OutputT], id: int) -> None:
        self._bed = bed
        self.id = id

    @property
    def view(self) -> CaseView:
        """All that is kept of it: its runs, steps, proposals, reviews, deliveries, and who did what."""
        return case_view(self._bed.context, self.id)

    @property
    def state(self) -> str:
        """The state: `waiting` for a person, `delivered`, `closed`, `failed`, `holding`, `doubtful` or `parked`."""
        return self._newest.state

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons why a person was asked; empty where nobody was."""
        review = self._newest.review
        return tuple(in_words(reason) for reason in review.why) if review is not None else ()

    @property
    def card(self) -> str:
        """The text of its card as people see it: what is proposed and why they are asked, or what became of it.

        Raise `Refused` where nobody was asked.
        """
        review = next((run.review for run in reversed(self.view.runs) if run.review is not None), None)
        if review is None:
            raise Refused(f"{self._named} has no card: nobody was asked; {self._stands}")
        return transcript(card(card_view(self._bed.context, review.id)).blocks)

    @property
    def proposed(self) -> OutputT | None:
        """The proposal; None where there was none."""
        proposal = self._newest.proposal
        return self._output(proposal.output) if proposal is not None else None

    @property
    def delivered(self) -> OutputT | None:
        """The values that were delivered last; None where nothing was."""
        run = self._delivered
        return self._output(run.output) if run is not None else None

    @property
    def receipt(self) -> str | None:
        """The receipt of the last delivery; None where nothing was delivered."""
        run = self._delivered
        return run.delivery.receipt if run is not None and run.delivery is not None else None

    @property
    def problem(self) -> str | None:
        """The error that stopped it; None where it goes on or has ended well."""
        problem = self._newest.problem
        return str(problem["message"]) if problem is not None else None

    def raise_problem(self) -> None:
        """Raise the error that stopped it, or that a delivery waits for, as the automation raised it.

        Where nothing did, ask the rules of the workflow about the proposal, and raise the error of the first that
        cannot answer. Return where there is no error, and where it came to a step that its record does not hold: it is
        past what failed.
        """
        bed, run = self._bed, self._newest
        error = bed.error_of(run.id) if run.state in (*STOPPED, RunState.HOLDING) else None
        if is_over(error):
            return
        if error is not None:
            raise error.with_traceback(own_frames(error))
        if run.state in STOPPED:
            raise Refused(f"{self._named} stopped; {self._stands}")
        proposed = self.proposed
        if proposed is None:
            return
        input = read(bed.workflow.input, canonical(run.input))
        with bed.unconnected():
            for never in bed.workflow.nevers:
                never.broken(input, proposed)
            for check in bed.workflow.checks:
                check.holds(input, proposed)

    def decide(self, values: Mapping[str, JsonValue], *, by: str = REVIEWER) -> None:
        """Decide with these values as JSON has them, past the form and the rules that a person may pass over, and
        deliver them.

        Raise `NeverBroken` for a never that bars them, and `InvalidOutput` or `countersign.Misfit` for other values.
        """
        review, output = self._open_review(), self._output(dict(values))
        reviews.edit(self._bed.context, review.id, review.version, output, by=by, confirmed=True)
        self._bed.work()

    def approve(self, *, confirm: bool = False, by: str = REVIEWER) -> None:
        """Approve what is proposed, and deliver it: after the workflow's grace period, and after a second person's word
        where one is needed.

        `confirm`: pass over a never that asks for it. Raise `NeverBroken` where one asks or bars, and `Refused` where
        nobody is asked.
        """
        review = self._open_review()
        reviews.approve(self._bed.context, review.id, review.version, by=by, confirmed=confirm)
        self._bed.work()

    def edit(self, *, confirm: bool = False, by: str = REVIEWER, **values: object) -> None:
        """Decide with a person's own values, by the form: fields left out keep what is proposed.

        A text is read as it would be typed. Raise `InvalidOutput` for what the form does not take, and as `approve`.
        """
        bed, review, workflow = self._bed, self._open_review(), self._bed.workflow
        shown = self._newest.to_approve
        proposed = entries_of(workflow.output, shown) if shown is not None else {}
        plain = {name: to_jsonable_python(value) for name, value in values.items()}
        written = entries_of(workflow.output, plain)
        given = {name: value if isinstance(value, str) else written.get(name, "") for name, value in plain.items()}
        typed = proposed | given
        typed |= redrawn(bed.context, workflow, review.id, proposed=proposed, typed=typed)
        output = read_form(workflow.output, typed, zone=workflow.timezone)
        reviews.edit(bed.context, review.id, review.version, output, by=by, confirmed=confirm)
        bed.work()

    def reject(
        self, reason: str, *, then: Literal["by-hand", "close", "propose-again"] = "by-hand", by: str = REVIEWER
    ) -> None:
        """Reject what is proposed. `then`: what follows, an empty form, nothing at all, or a new proposal."""
        review, follows = self._open_review(), Follows(then.replace("-", "_"))
        reviews.reject(self._bed.context, review.id, review.version, by=by, reason=reason, follows=follows)
        self._bed.work()

    def ask(self, question: str, *, by: str = REVIEWER) -> None:
        """Ask the source of the case. It waits for the answer until `Review.source_answers_within` is over."""
        review = self._open_review()
        reviews.ask(self._bed.context, review.id, review.version, question=question, by=by)
        self._bed.work()

    def reply(self, answer: str = "", *, documents: Sequence[Path | NewDocument] = (), by: str = "the source") -> None:
        """Bring the source's answer to the newest question. The case is proposed again with it.

        `documents`: its files; an answer may be files alone.
        """
        files = [self._bed.document(one) for one in documents]
        questions.reply(self._bed.context, self.id, answer, by=by, documents=files)
        self._bed.work()

    @property
    def _newest(self) -> RunView:
        return self.view.newest

    @property
    def _delivered(self) -> RunView | None:
        return next((run for run in reversed(self.view.runs) if run.state == RunState.DELIVERED), None)

    @property
    def _named(self) -> str:
        return f"case {self.view.key}"

    @property
    def _stands(self) -> str:
        problem = self.problem
        return f"it is {self.state}" + (f": {problem}" if problem is not None else "")

    def _open_review(self) -> OpenReview:
        try:
            return open_review_of(self._bed.context, self.id)
        except Refused:
            raise Refused(f"{self._named} waits for nobody; {self._stands}") from None

    def _output(self, values: object) -> OutputT:
        return read(self._bed.workflow.output, canonical(values))


def _scripted(model: ScriptedModel | Turn | Sequence[Turn]) -> ScriptedModel:
    if isinstance(model, ScriptedModel):
        return model
    if isinstance(model, Exception):
        failing = model

        def fail(_: Question) -> Answer:
            raise failing

        return ScriptedModel(fail)
    if isinstance(model, Answer):
        answer = model
        return ScriptedModel(lambda _: answer)
    return ScriptedModel(model)
