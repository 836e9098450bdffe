"""Three workflows, each with its own review: a page is crawled, a text is drafted from it, and the text is checked."""

from dataclasses import dataclass, field

from pydantic import BaseModel, JsonValue

from store import schema
from store.states import FollowUpState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, rows
from tests.world import World
from workflows import Autonomy, Review, Run, Workflow
from workflows.engine.review import reviews
from workflows.engine.review.wrong import corrections
from workflows.engine.sources import follow_ups
from workflows.model.scripted import says


class Page(BaseModel):
    """The input of the first workflow."""

    url: str


class Facts(BaseModel):
    """Its output, and the input of the second one."""

    topic: str
    use: bool = True


class Brief(BaseModel):
    """The input of the second workflow."""

    url: str
    topic: str


class Draft(BaseModel):
    """The output of the second workflow."""

    text: str


class Check(BaseModel):
    """The output of the third workflow."""

    fine: bool


@dataclass(kw_only=True)
class Chain:
    """A world with the three workflows."""

    world: World
    crawl: Workflow[Page, Facts]
    draft: Workflow[Brief, Draft]
    check: Workflow[Draft, Check]
    errors: list[Exception] = field(default_factory=list)
    """Errors that the next calls of the function after `crawl` raise, in order."""
    called: list[str] = field(default_factory=list)
    """Keys with which that function was called."""

    def work(self) -> None:
        """Work until nothing is ready and nothing follows."""
        while self.world.work() or follow_ups.look(self.world.context):
            pass

    def crawled(self, url: str = "a") -> int:
        """Take a page in, and work; returns its case."""
        case = self.world.submit(self.crawl, url=url).case
        self.work()
        return case

    def approve(self, case: int, *, by: str = "U1") -> None:
        """Approve what is proposed, and work."""
        review = self.world.review(case)
        reviews.approve(self.world.context, review.id, review.version, by=by)
        self.work()

    def correct(self, case: int, output: BaseModel, *, by: str = "U1") -> None:
        """Correct what was delivered, and work."""
        corrections.correct(self.world.context, case, output, by="U9")
        self.approve(case, by=by)

    def child(self, case: int) -> int:
        """Return the newest case that was made from this one."""
        return self.made(case)[-1]

    def made(self, case: int) -> list[int]:
        """Return the cases that were made from this one, once for each follow-up."""
        return [row.made_case_id for row in self.of(case) if row.made_case_id is not None]

    def of(self, case: int) -> list[schema.FollowUp]:
        """Return the follow-ups of a case."""
        return [row for row in rows(self.world, schema.FollowUp) if row.case_id == case]

    def states(self, case: int) -> list[FollowUpState]:
        """Return the states of a case's follow-ups."""
        return [row.state for row in self.of(case)]

    def acts(self, case: int) -> list[str]:
        """Return what the audit says of a case's follow-ups."""
        return [act.action for act in self.world.case(case).audit if act.action.startswith("follow_up.")]


_VALUES: dict[str, dict[str, JsonValue]] = {
    "crawl": {"topic": "tea", "use": True},
    "draft": {"text": "a text"},
    "check": {"fine": True},
}


def chain(
    make_world: MakeWorld, *, autonomy: Autonomy | None = None, review: Review = CARDS, key_of_draft: str = "{url}"
) -> Chain:
    """Return the three workflows in a world. `autonomy`: of the first one; left out, a person decides."""
    world = make_world(lambda question: says(_VALUES[question.workflow], confidence=0.9))
    first: Workflow[Page, Facts] = Workflow(
        name="crawl",
        decision="What is the page about?",
        owner="U0ANN",
        input=Page,
        output=Facts,
        key=lambda page: page.url,
        review=review,
        autonomy=autonomy,
    )
    second: Workflow[Brief, Draft] = Workflow(
        name="draft",
        decision="What do we write?",
        owner="U0BEN",
        input=Brief,
        output=Draft,
        key=lambda brief: key_of_draft.format(**brief.model_dump()),
        review=review,
    )
    third: Workflow[Draft, Check] = Workflow(
        name="check",
        decision="Is it fine?",
        owner="U0CAT",
        input=Draft,
        output=Check,
        key=lambda draft: draft.text,
        review=review,
    )
    made = Chain(world=world, crawl=first, draft=second, check=third)

    @first.then(second)
    def to_draft(facts: Facts, run: Run[Page]) -> Brief | None:
        made.called.append(run.key)
        if made.errors:
            raise made.errors.pop(0)
        return Brief(url=run.input.url, topic=facts.topic) if facts.use else None

    @second.then("check")
    def to_check(draft: Draft, run: Run[Brief]) -> Draft:
        return Draft(text=f"{run.input.url}: {draft.text}")

    for one in (first, second, third):
        one.deliver(idempotent=True)(lambda _, run: f"receipt {run.key}")
        world.registry.add(one)
    world.registry.check_follow_ups()
    return made
