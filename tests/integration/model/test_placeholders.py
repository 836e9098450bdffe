"""A workflow that tells a model no personal value: what goes over the wire, what comes back, and what is kept of it."""

import json
from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from store import schema
from store.db.database import Database
from tests.integration.model.scene import HAIKU, Scene
from tests.integration.model.server import AnthropicServer, message
from tests.world import World
from workflows import Ask, Autonomy, FindPersonal, Personal, Proposal, Run, Workflow, step
from workflows.model.port import Prompt
from workflows.model.scripted import ScriptedModel

MAIL = "ana.silva@example.org"
IBAN = "IE29 AIBK 9311 5212 3456 78"
SECRETS = ("Silva", "Ana", MAIL, "AIBK", "+44 161 234 5000", "234 5000", "Berg", "3456 78")


class Letter(BaseModel):
    """A letter of a customer."""

    id: int
    customer: Annotated[str, Personal]
    account: Annotated[str, Personal]
    text: Annotated[str, FindPersonal("GB")]


class Order(BaseModel):
    """An order, with the one who is to get it."""

    number: int
    to: Annotated[str, Personal]


class Reply(BaseModel):
    """The decision."""

    queue: Literal["claims", "billing"]
    mail: Annotated[str, Personal, Field(pattern=r"^[^@ ]+@[^@ ]+$")]
    reply: str


LETTER = {
    "id": 1,
    "customer": "Ana Silva",
    "account": IBAN,
    "text": (
        "My account ie29aibk93115212345678 was charged twice, order 4500123456.\n"
        f"Please call +44 161 234 5000 or write to {MAIL}.\nYours, ANA\nSILVA"
    ),
}


def letters(*, own: bool = True) -> Workflow[Letter, Reply]:
    made = Workflow[Letter, Reply](
        name="letters",
        decision="Who answers?",
        owner="U0MARIA",
        input=Letter,
        output=Reply,
        key=lambda letter: f"letter-{letter.id}",
        autonomy=Autonomy.floor(0.8),
        evidence=["queue"] if own else [],
        personal_to_model=False,
    )

    @step(name="last_orders", needs="the shop")
    def last_orders(customer: str) -> list[Order]:
        return [Order(number=17, to="Bo van der Berg")]

    if own:

        @made.propose
        def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
            return ask(letter=letter.text, about={letter.customer: "since 2019"}, orders=last_orders(letter.customer))

    @made.deliver(idempotent=True)
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        return "done"

    return made


def answered(**answer: str) -> str:
    values = {"queue": "claims", "mail": "[mail address 1]", "reply": "Dear [Customer 1.1], we look into it."}
    return json.dumps(
        {
            "evidence": [{"field": "reply", "quote": "Yours, [customer 1]"}],
            "reasons": ["[customer 1] was charged twice"],
            "answer": {**values, **answer},
            "confidence": dict.fromkeys(values, 0.95),
        }
    )


@pytest.fixture
def scene(migrated_sqlite_url: str, running: AnthropicServer) -> Iterator[Scene]:
    running.forget()
    database = Database(migrated_sqlite_url)
    scene = Scene(World(database=database, model=ScriptedModel()), running)
    yield scene
    scene.vendor.close()
    database.close()


def taken_in(scene: Scene, workflow: Workflow[Letter, Reply], **values: object) -> int:
    scene.world.registry.add(workflow)
    prompt = Prompt(name="letters.md", text="Answer the letter.", version="0123456789ab", model=HAIKU)
    scene.world.registry._prompts[workflow.name] = prompt
    case = scene.world.submit(workflow, **{**LETTER, **values}).case  # type: ignore[arg-type]  # plain values
    scene.world.work()
    return case


def sent(scene: Scene) -> str:
    return "\n".join(json.dumps(request.body, ensure_ascii=False) for request in scene.server.requests)


def test_no_personal_value_goes_over_the_wire_and_the_answer_has_them_again(scene: Scene) -> None:
    scene.server.will(message(answered()))
    case = taken_in(scene, letters())
    told = sent(scene)
    for secret in SECRETS:
        assert secret.casefold() not in told.casefold()
    asked = scene.server.requests[0].body["messages"][0]["content"]
    assert "My account [account 1] was charged twice, order 4500123456." in str(asked)
    assert "Please call [phone number 1] or write to [mail address 1]." in str(asked)
    assert "[to 1]" in str(asked)
    run = scene.world.case(case).newest
    assert run.proposal is not None
    assert run.proposal.output == {"queue": "claims", "mail": MAIL, "reply": "Dear Ana, we look into it."}
    assert run.proposal.reasons == ["Ana Silva was charged twice"]
    assert run.proposal.evidence == {"reply": "Yours, Ana Silva"}
    assert "the quote for Reply is not in the case" not in run.proposal.doubts


def test_what_is_kept_of_the_question_is_what_was_told(scene: Scene) -> None:
    scene.server.will(message(answered()))
    case = taken_in(scene, letters())
    with scene.world.database.read() as session:
        kept = session.query(schema.Content).filter_by(case_id=case, kind="attempt").one().body
        (asked,) = (
            line for line in scene.world.case(case).newest.steps if line.name == "ask" and line.state == "finished"
        )
    for secret in SECRETS:
        assert secret.casefold() not in kept.casefold()
        assert secret.casefold() not in json.dumps(asked.input, ensure_ascii=False).casefold()


def test_an_answer_that_cannot_be_read_is_told_without_the_values_that_it_holds(scene: Scene) -> None:
    """The error of a form may quote what stands in it."""
    scene.server.will(message(answered(mail="[customer 1]")), message(answered()))
    case = taken_in(scene, letters())
    assert len(scene.server.requests) == 2
    assert "could not be used" in sent(scene)
    for secret in SECRETS:
        assert secret.casefold() not in sent(scene).casefold()
    assert scene.world.case(case).newest.proposal is not None


def test_a_placeholder_that_stands_for_nothing_goes_to_a_person(scene: Scene) -> None:
    scene.server.will(message(answered(reply="Dear [customer 7], we look into it.")))
    case = taken_in(scene, letters())
    proposal = scene.world.case(case).newest.proposal
    assert proposal is not None
    assert proposal.confidence["reply"] == 0.5
    assert "Reply holds a placeholder that stands for nothing" in proposal.doubts


def test_a_text_that_writes_a_placeholder_gets_nobodys_name(scene: Scene) -> None:
    """A sender cannot have somebody's value put into an answer by writing its placeholder."""
    scene.server.will(message(answered(reply="You wrote [customer 1].")))
    case = taken_in(scene, letters(), text="I am [customer 1], and so is Ana Silva")
    proposal = scene.world.case(case).newest.proposal
    assert "[customer 2]" in sent(scene)
    assert proposal is None or proposal.output["reply"] == "You wrote [customer 1]."


def test_without_code_of_its_own_the_whole_input_is_told_with_placeholders(scene: Scene) -> None:
    scene.server.will(message(answered()))
    taken_in(scene, letters(own=False))
    for secret in SECRETS[:6]:
        assert secret.casefold() not in sent(scene).casefold()
    assert r"\"customer\": \"[customer 1]\"" in sent(scene)
