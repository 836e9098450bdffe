"""Cases that carry a mark in everything that they say and that is said about them, in every state."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, JsonValue

from bot.sandbox.state.workspace import User
from store import schema
from store.governance import teams
from store.learning import epochs, improvements
from store.states import Level, Resolution
from tests import volume
from tests.slack.conftest import MakeStage
from tests.slack.deployed import proposed
from tests.slack.stage import BEN, MARIA, Stage
from workflows import Ask, Autonomy, NotDone, OutcomeUnknown, Personal, Proposal, Review, Run, Workflow, step
from workflows.engine.case import intake, learning_notices
from workflows.engine.deliver.announcements import announce
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.review import reviews
from workflows.engine.review.corrected import corrected_inputs
from workflows.engine.review.decisions import Follows
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.wrong import reports
from workflows.model.port import Answer, Question
from workflows.model.scripted import says
from workflows.quality.autonomy.certifying.certifier import Promise
from workflows.quality.autonomy.certifying.earning import Earning

GUS, DAN, SUE, XENO = "U0GUS", "U0DAN", "U0SUE", "U0XENO"


PACKED, PACKED_NUMBER = 0, 900
"""In place of a case: an input of a volume test, whose mark has this number."""


def mark(number: int) -> str:
    """Return the mark of a case."""
    return f"Zwetschge{number:03}Q"


class Letter(BaseModel):
    id: int
    name: Annotated[str, Personal]
    text: str
    how: str = ""
    """Kind of its outcome."""


class Line(BaseModel):
    what: Annotated[str, Personal]
    cents: int


class Reply(BaseModel):
    queue: Literal["claims", "billing"]
    account: Annotated[str, Personal]
    reply: str
    lines: list[Line] = []


def tell(question: Question) -> Answer:
    """Answer with the case's mark in every text."""
    text = str(question.data["text"])
    marked = next(word for word in text.split() if word.startswith("Zwetschge"))
    return says(
        {
            "queue": "claims",
            "account": f"IE29 {marked}",
            "reply": f"Dear {marked}, we look into it.",
            "lines": [{"what": f"item {marked}", "cents": 100}],
        },
        confidence=0.95 if "goes alone" in text else 0.5,
        evidence={"reply": f"about {marked}"},
        reasons=[f"because of {marked}"],
    )


@dataclass(kw_only=True)
class Marked:
    """A Countersign with a marked case in every state."""

    stage: Stage
    cases: dict[int, int] = field(default_factory=dict)
    """Case -> the number of its mark."""
    _number: int = 0

    def came(self, how: str = "") -> int:
        """Take a marked case in, and work on it; returns it."""
        self._number += 1
        marked = mark(self._number)
        case = self.stage.world.submit(
            self.letters, id=self._number, name=f"Name {marked}", text=f"about {marked} it {how}", how=how
        ).case
        self.cases[case] = self._number
        self.stage.world.work()
        return case

    def marks_in(self, text: str) -> set[int]:
        """Return the cases whose marks stand in a text, in any case of letters; and `PACKED`."""
        lower, all_ = text.lower(), {**self.cases, PACKED: PACKED_NUMBER}
        return {case for case, number in all_.items() if mark(number).lower() in lower}

    def __post_init__(self) -> None:
        self.letters = _letters()
        self.stage.placed(self.letters)
        self.stage.placed(_other(), reviewers=[DAN])
        group = next(one for one in self.stage.running.sandbox.workspace.groups if one.id == "S0SUPPORT")
        group.members.append(GUS)
        for user in (DAN, SUE):
            self.stage.running.sandbox.workspace.users.append(User(id=user, name=user.lower(), real_name=user))

    def happen(self) -> None:
        """Have nearly everything happen once."""
        context, world = self.stage.world.context, self.stage.world
        self.came()
        self.came()
        decided = self.came()
        said = mark(self.cases[decided])
        open_review = world.review(decided)
        edited = Reply(queue="billing", account=f"IE30 {said}", reply=f"Hello {said}", lines=[])
        reviews.edit(context, open_review.id, open_review.version, edited, by=BEN)
        world.work()
        self.came("fails")
        for how in ("not delivered", "doubtful"):
            case = self.came(how)
            waiting = world.review(case)
            reviews.approve(context, waiting.id, waiting.version, by=BEN)
            world.work()
        asked = self.came()
        waiting = world.review(asked)
        question = f"Who is {mark(self.cases[asked])}?"
        reviews.ask(context, waiting.id, waiting.version, question=question, by=BEN)
        for follows in (Follows.BY_HAND, Follows.CLOSE):
            rejected = self.came()
            waiting = world.review(rejected)
            why = f"not {mark(self.cases[rejected])}"
            reviews.reject(context, waiting.id, waiting.version, by=BEN, reason=why, follows=follows)
        wrong = self.came("goes alone")
        kept = reports.note(context, about="it", case=wrong, by=MARIA, said=f"not {mark(self.cases[wrong])}")
        assert kept is not None
        reports.take_up(context, kept)
        self.came("goes alone")
        corrected = self.came("fails")
        put_right: dict[str, JsonValue] = {
            "id": self._number,
            "name": f"Name {mark(self._number)}",
            "text": f"about {mark(self._number)}, put right",
        }
        corrected_inputs.rerun_corrected(
            context, corrected, intake.accept(self.letters, put_right), by=MARIA, reason=f"for {mark(self._number)}"
        )
        world.work()
        Upkeep(context).look()
        self._announced()
        self._judged(proposed(self.stage, self.letters))
        said = mark(PACKED_NUMBER)
        past: dict[str, JsonValue] = {"id": PACKED_NUMBER, "name": f"Name {said}", "text": f"about {said} it"}
        volume.tried(world, self.letters, [past], by=GUS)
        self._improved(corrected)
        world.clock.move(timedelta(days=1))
        for name in JobName:
            for today in (date(2026, 11, 21), date(2026, 12, 1)):
                make(context, name, today=today, zone=ZoneInfo("UTC"))
        self.stage.work()

    def _announced(self) -> None:
        """Have a case that went alone shown as one that was announced."""
        context = self.stage.world.context
        runs = [run for run in self.stage.world.rows(schema.Run) if isinstance(run, schema.Run)]
        alone = next(run for run in runs if run.resolution is Resolution.ALONE)
        with context.database.write() as session:
            announce(session, context, alone, self.letters, until=context.clock())

    def _judged(self, deployment: int) -> None:
        """Have a version judged, as if its workflow earned what goes alone."""
        context = self.stage.world.context
        with context.database.write() as session:
            row = teams.find_workflow(session, team=context.team, name=self.letters.name)
            assert row is not None
            earning = Earning.begin(Promise(), ())
            epochs.begin(
                session,
                team=context.team,
                workflow=row,
                deployment=deployment,
                number=1,
                wrong=0.05,
                sure=0.9,
                level=Level.DRAFT,
                probability=0.05,
                state=dict(earning.kept()),
                at=context.clock(),
            )

    def _improved(self, case: int) -> None:
        """Have an improvement found, and its owner told."""
        context = self.stage.world.context
        with context.database.write() as session:
            row = teams.find_workflow(session, team=context.team, name=self.letters.name)
            assert row is not None
            condition = {"field": "how", "kind": "is", "value": "fails"}
            counts = {"errors": 9, "of": 9, "elsewhere_errors": 0, "elsewhere": 9}
            facts = {"conditions": [condition], "output": "queue", "became": None, **counts}
            at, of = context.clock(), {"team": context.team, "workflow": row}
            made = improvements.add(session, **of, kind="never", mark="m", facts=facts, cases=[case], at=at)
            assert made is not None
            learning_notices.improvements_found(session, **of, owner=MARIA, improvements=[made], at=at)

    @property
    def states(self) -> set[str]:
        """The states of the newest runs of all cases."""
        return {self.stage.world.state(case) for case in self.cases}


def marked_stage(make_stage: MakeStage) -> Marked:
    """A Countersign with a marked case in every state."""
    return Marked(stage=make_stage(tell))


def _letters() -> Workflow[Letter, Reply]:
    made = Workflow[Letter, Reply](
        name="letters",
        decision="Who answers?",
        owner=MARIA,
        backup=SUE,
        input=Letter,
        output=Reply,
        key=lambda letter: f"letter-{letter.id}-{letter.name}",
        autonomy=Autonomy.floor(0.8, spot_checks=1),
        review=Review(text_in_channel=False),
    )

    @step
    def look_up(name: str, how: str) -> str:
        if how == "fails":
            raise RuntimeError(f"nobody is called {name}")
        return f"customer {name}"

    @made.propose
    def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
        return ask(text=letter.text, customer=look_up(letter.name, letter.how))

    @made.ask_source(idempotent=True)
    def ask_source(question: str, run: Run[Letter]) -> str:
        return f"asked {run.input.name}"

    @made.deliver(idempotent=False)
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        if run.input.how == "not delivered":
            raise NotDone(f"the desk knows no {run.input.name}")
        if run.input.how == "doubtful":
            raise OutcomeUnknown(f"no answer about {run.input.name}")
        return f"receipt for {run.input.name}"

    return made


def _other() -> Workflow[Letter, Reply]:
    made = Workflow[Letter, Reply](
        name="other", decision="Which?", owner=DAN, input=Letter, output=Reply, key=lambda letter: f"other-{letter.id}"
    )

    @made.propose
    def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
        return ask(text=letter.text)

    @made.deliver(idempotent=True)
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        return "done"

    return made
