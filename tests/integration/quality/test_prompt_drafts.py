"""Drafts of prompts: a paid model is told of a pattern's cases, masked, and what it writes is checked and kept.

The model is Anthropic's real client before a local server that follows a script.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from store import schema
from store.states import DeploymentState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.model.server import AnthropicServer, Reply, message
from workflows import Review
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.engine.privacy.forgetting import forget
from workflows.engine.propose.models import Models
from workflows.engine.review.decisions import Follows
from workflows.model.choice import ModelSettings
from workflows.model.port import Model
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.quality.deployments.proposing import Proposer
from workflows.quality.examples.candidates import gather
from workflows.quality.examples.split import Half, half_of
from workflows.quality.improvements.draft_files import place_of, write
from workflows.quality.improvements.drafting import Draft, Drafter
from workflows.quality.improvements.finding import find
from workflows.quality.improvements.reading import view_of
from workflows.quality.improvements.taking import leave, take
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow
FRONT = "---\nmodel: claude-haiku-5-5\n---"
BODY = "Sort the ticket for {{ workflow }}: {{ fields | join(', ') }}."
BETTER = f"{BODY}\nA ticket that offers a webinar is advertising: say so, and be unsure."
TICKETS = 41
WORDS = (
    *("apple", "bridge", "candle", "dragon", "engine", "forest", "garden", "hammer", "island", "jacket", "kettle"),
    *("ladder", "mirror", "needle", "orange", "pencil", "quarry", "ribbon", "saddle", "tunnel", "umbrella", "violin"),
)


def text_of(number: int) -> str:
    """Return the text of a ticket: every second one offers a webinar, and no two are alike."""
    words = " ".join(Random(number).sample(WORDS, 9))
    return f"{'webinar' if number % 2 == 0 else 'parcel'} {words} ana{number}@example.org <case>"


def said(prompt: str, rationale: str = "Webinars are advertising.") -> Reply:
    return message(json.dumps({"evidence": [], "reasons": [], "answer": {"prompt": prompt, "rationale": rationale}}))


@pytest.fixture(scope="module")
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer() as started:
        yield started


class Room:
    """A workflow with a prompt in a file, and an improvement that says when people reject its proposals as spam."""

    def __init__(self, scene: Scene, server: AnthropicServer, folder: Path) -> None:
        self.scene, self.server, self.workflow = scene, server, scene.workflow
        self.file = folder / "prompts" / "triage.md"
        self.file.parent.mkdir()
        self.file.write_text(f"{FRONT}\n{BODY}\n")
        self.workflow.folder, self.workflow.prompt = folder, self.file.name
        world = scene.world
        world.registry._workflows.clear()
        world.registry.add(self.workflow)
        self.context = world.context
        self.models = self.asking("anthropic")
        for number in range(1, TICKETS):
            case = scene.worked(id=number, text=text_of(number))
            if number % 2 == 0:
                scene.reject(case, Follows.CLOSE, reason=f"Spam: told ben{number}@example.org")
            else:
                scene.approve(case)
        make_labels(self.context)
        gather(self.context)
        (one,) = find(self.context, self.workflow.name)
        self.number = one.id
        server.forget()

    def case(self, number: int) -> int:
        """Return the case of a ticket."""
        return next(row.id for row in rows(self.scene.world, schema.Case) if row.key == f"ticket-{number}")

    def asking(self, wanted: str, kind: type[Models] = Models) -> Models:
        told = AnthropicSettings(api_key=SecretStr("sk-ant-made-up"), base_url=self.server.url)
        settings = ModelSettings(wanted=wanted, vendors={"anthropic": told})
        world = self.scene.world
        return kind(settings, database=world.database, team=self.context.team, clock=world.clock)

    def draft(self, *, dollars: str = "1", models: Models | None = None, model: str | None = None) -> Draft:
        drafter = Drafter(
            context=self.context, models=models or self.models, by="U1", model=model, dollars=Decimal(dollars)
        )
        return drafter.draft(self.workflow, self.number)

    @property
    def kept(self) -> str | None:
        return view_of(self.context, self.number).draft


@pytest.fixture
def room(make_world: MakeWorld, server: AnthropicServer, tmp_path: Path) -> Iterator[Room]:
    review = Review(reject_reasons=("Spam", "A duplicate"))
    made = Room(sample(make_world, autonomy=DRAFT, review=review), server, tmp_path)
    yield made
    made.models.close()


def test_a_draft_is_asked_for_with_masked_cases_of_the_learning_half_and_kept(room: Room) -> None:
    room.server.will(said(BETTER))
    made = room.draft()
    (asked,) = room.server.requests
    turn = json.dumps(asked.body["messages"])
    assert asked.body["model"] == "claude-haiku-5-5"
    assert "webinar" not in json.dumps(asked.body["system"]), "a case is told as data alone"
    assert "example.org" not in turn.replace("example.com", "")
    told = {number for number in range(1, TICKETS) if _shows(turn, number)}
    assert told
    assert {half_of("sample", f"ticket-{number}") for number in told} == {Half.LEARNING}
    assert all(number % 2 == 0 for number in told)
    assert "Spam" in turn
    assert made.text == f"{FRONT}\n{BETTER}\n"
    assert made.cases == len(told)
    assert room.kept == made.text
    (row,) = [one for one in rows(room.scene.world, schema.ModelRequest) if one.case_id is None]
    assert row.cost == made.cost > 0
    assert row.content_id is None, "no case's words are kept with the request"
    assert [one.details for one in rows(room.scene.world, schema.AuditRow) if one.action == "improvement.drafted"] == [
        {"improvement": room.number, "model": made.model, "cases": made.cases}
    ]
    forget(room.context, view_of(room.context, room.number).cases[0], by="U0MARIA")
    assert room.kept is None, "it was written with a case before it"


def test_a_draft_that_was_told_of_a_case_which_is_forgotten_meanwhile_is_not_kept(room: Room) -> None:
    told = next(number for number in range(TICKETS - 1, 1, -2) if half_of("sample", f"ticket-{number}") == "learning")
    case = room.case(told)

    class Slow(Models):
        """The model takes so long that somebody forgets a case before it answers."""

        def __call__(self, workflow: AnyWorkflow) -> Model:
            forget(room.context, case, by="U0MARIA")
            return super().__call__(workflow)

    room.server.will(said(BETTER))
    slow = room.asking("anthropic", Slow)
    with pytest.raises(Stale, match="was removed meanwhile, so the draft is not kept"):
        room.draft(models=slow)
    slow.close()
    (asked,) = room.server.requests
    assert _shows(json.dumps(asked.body["messages"]), told)
    assert room.kept is None


def _shows(turn: str, number: int) -> bool:
    return " ".join(text_of(number).split()[1:8]) in turn


def test_what_will_not_do_and_where_nobody_can_be_asked_is_refused_in_words(room: Room) -> None:
    copied = next(number for number in range(TICKETS - 1, 1, -2) if half_of("sample", f"ticket-{number}") == "learning")
    written = {
        BODY: "it changes nothing",
        "Sort the ticket.": "it does not keep the parts in braces",
        BODY + "{% for one in range(99999) %}x{% endfor %}": "it does not keep the parts in braces",
        BODY + " {{ broken": "cannot be rendered",
        BODY + " Hidden\u202e text": "it holds characters that cannot be seen",
        BODY + " more" * 2_000: "4,000 characters longer",
        f"{BODY} Such as {text_of(copied).upper()}": "it copies words of a case",
    }
    for prompt, why in written.items():
        room.server.will(said(prompt))
        with pytest.raises(Refused, match=why):
            room.draft()
    assert room.kept is None
    room.server.forget()
    with pytest.raises(Refused, match="no paid model is at hand for sample, and the local one writes nothing: set ANT"):
        room.draft(models=room.asking("local"))
    with pytest.raises(Refused, match="no price"):
        room.draft(model="unheard-of")
    with pytest.raises(Refused, match="what drafts of prompts may cost on a day"):
        room.draft(dollars="0.0001")
    assert room.server.requests == ()
    leave(room.context, room.number, shown=1, by="U1")
    with pytest.raises(Refused, match="is left: there is nothing to draft"):
        room.draft()


def test_it_is_written_beside_the_prompt_and_deployed_once_its_improvement_is_taken(room: Room) -> None:
    room.server.will(said(BETTER))
    file = place_of(room.workflow, room.number, out=None)
    assert file == room.file.with_name(f"triage.draft-{room.number}.md")
    write(file, room.draft().text)
    assert room.file.read_text() == f"{FRONT}\n{BODY}\n"
    for there in (None, room.file, file):
        with pytest.raises(Refused, match="is there already"):
            place_of(room.workflow, room.number, out=there)
    with pytest.raises(Refused, match="there is no folder"):
        place_of(room.workflow, room.number, out=room.file.parent / "none" / "a.md")
    proposer = Proposer(
        context=room.context, models=room.models, workflow=room.workflow, by="U1", dollars=Decimal(1), threads=1
    )
    with pytest.raises(Refused, match=f"is not taken yet: countersign improvements take sample {room.number}"):
        proposer.propose(file, improvement=room.number)
    with pytest.raises(Refused, match="sample has no improvement 77"):
        proposer.propose(file, improvement=77)
    take(room.context, room.number, shown=1, by="U1")
    row = proposer.propose(file, improvement=room.number)
    assert (row.state, row.improvement_id) == (DeploymentState.PROPOSED, room.number)
    assert view_of(room.context, room.number).carried_by == row.number
    leave(room.context, room.number, shown=2, by="U1")
    with pytest.raises(Refused, match="was left"):
        replace(proposer, by="U2").propose(file, improvement=room.number)
