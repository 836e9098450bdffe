"""The data map of a workflow: what it says follows from the declaration and the settings, and from nothing else."""

from datetime import timedelta
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel

from handlers.texts.governance.data_map import data_map, data_map_in_brief
from handlers.texts.pieces import Bullets, Line, Paragraph, Told, Words
from workflows import Ask, FindPersonal, Personal, Proposal, Retention, Review, Run, Second, Workflow, step
from workflows.engine.read.declared.data_map import data_map_of
from workflows.engine.read.declared.data_map_views import ModelKind, Sensitivity, Share, Surroundings, TargetKind


class Letter(BaseModel):
    """A letter."""

    id: int
    customer: Annotated[str, Personal]
    text: Annotated[str, FindPersonal("GB")]


class Reply(BaseModel):
    """The decision."""

    queue: Literal["claims", "billing"]
    account: Annotated[str, Personal]
    words: str


VENDOR = Surroundings(model=ModelKind.VENDOR, vendor="anthropic", models=["m-1", "m-2"])
SPANS = Surroundings(model=ModelKind.LOCAL, collector="http://collector:4318", spans_content=True)


@step(needs="the shop")
def last_orders(customer: str) -> list[str]:
    return []


def letters(
    *,
    own: bool = False,
    personal_to_model: bool = True,
    review: Review | None = None,
    retention: Retention | None = None,
) -> Workflow[Letter, Reply]:
    made = Workflow[Letter, Reply](
        name="letters",
        decision="Who answers?",
        owner="U0MARIA",
        input=Letter,
        output=Reply,
        key=lambda letter: str(letter.id),
        personal_to_model=personal_to_model,
        review=review or Review(post_to="C0SUPPORT", reviewers=["U0ANA", "S0TEAM"]),
        retention=retention,
    )

    if own:

        @made.propose
        def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
            return ask(text=letter.text, orders=last_orders(letter.customer))

    @made.deliver(idempotent=True, target="the ledger", does="execute")
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        return "done"

    @made.ask_source(target="the mail")
    def ask_source(question: str, run: Run[Letter]) -> str:
        return "asked"

    return made


def shares(
    workflow: Workflow[Letter, Reply], surroundings: Surroundings = VENDOR
) -> dict[str, tuple[str, str, str, str]]:
    found = data_map_of(workflow, surroundings).fields
    return {
        one.name: (one.sensitivity.value, one.to_model.value, one.in_channel.value, one.in_spans.value) for one in found
    }


def test_each_field_says_who_gets_how_much_of_it() -> None:
    assert shares(letters()) == {
        "id": ("plain", "whole", "whole", "nothing"),
        "customer": ("personal", "whole", "masked", "nothing"),
        "text": ("searched", "whole", "masked", "nothing"),
        "queue": ("plain", "whole", "whole", "nothing"),
        "account": ("personal", "whole", "masked", "nothing"),
        "words": ("plain", "whole", "whole", "nothing"),
    }


def test_what_the_declaration_closes_is_closed_in_the_map() -> None:
    closed = Review(post_to="C0SUPPORT", text_in_channel=False)
    assert shares(letters(personal_to_model=False, review=closed)) == {
        "id": ("plain", "whole", "nothing", "nothing"),
        "customer": ("personal", "placeholder", "nothing", "nothing"),
        "text": ("searched", "placeholder", "nothing", "nothing"),
        "queue": ("plain", "whole", "whole", "nothing"),
        "account": ("personal", "placeholder", "nothing", "nothing"),
        "words": ("plain", "whole", "nothing", "nothing"),
    }
    assert {share[2] for share in shares(letters(review=Review())).values()} == {"nothing"}


def test_an_authors_own_code_is_said_to_hand_over_what_it_does() -> None:
    found = data_map_of(letters(own=True, personal_to_model=False), VENDOR)
    assert {one.name: one.to_model for one in found.fields}["id"] is Share.BY_CODE
    assert {one.name: one.to_model for one in found.fields}["customer"] is Share.PLACEHOLDER
    assert [(one.step, one.system) for one in found.systems] == [("last_orders", "the shop")]
    assert [(one.kind, one.system) for one in found.targets] == [
        (TargetKind.DELIVER, "the ledger"),
        (TargetKind.ASK_SOURCE, "the mail"),
    ]


def test_with_the_local_model_nothing_leaves_for_a_model_and_spans_hold_what_a_channel_may_be_shown() -> None:
    found = shares(letters(), SPANS)
    assert {share[1] for share in found.values()} == {"nothing"}
    assert (found["text"][3], found["id"][3]) == ("masked", "whole")
    assert {share[3] for share in shares(letters(review=Review(text_in_channel=False)), SPANS).values()} == {"nothing"}


def test_everybody_who_may_read_a_case_is_named_once() -> None:
    second = Second[Letter, Reply](sentence="always", by="S0LEADS")
    review = Review(reviewers=["U0ANA", "U0MARIA"], escalate_to="U0KIM", second=second)
    assert data_map_of(letters(review=review)).readers == ["U0ANA", "U0MARIA", "S0LEADS", "U0KIM"]


def in_words(told: Told) -> str:
    return "\n".join(text for part in told.parts for one in part for text in _lines(one))


def _lines(paragraph: Paragraph) -> list[str]:
    lines = paragraph.lines if isinstance(paragraph, Bullets) else [paragraph]
    return [_line(one) for one in lines if isinstance(one, Line)]


def _line(line: Line) -> str:
    return "".join(piece.text if isinstance(piece, Words) else getattr(piece, "id", "") for piece in line.pieces)


def test_it_is_said_in_words_what_is_found_what_is_not_and_what_others_decide() -> None:
    kept = Retention(input=30, model=1, steps=None)
    told = in_words(data_map(data_map_of(letters(retention=kept), VENDOR, sources=["file a.csv", "command line"])))
    for said in (
        "Its newest cases came from: file a.csv, command line.",
        "customer (personal). model: as it is; channel: masked; target: what its code hands over.",
        "text (free text, searched). model: as it is; channel: with what is found in it masked; target: what its code "
        "hands over.",
        "Personal as a whole: customer (input), account (output).",
        "Not found are names, postal addresses, dates of birth, and all else that is written in words.",
        "of GB, phone, national and VAT numbers",
        "Model: m-1, m-2 of anthropic gets the whole input.",
        "Slack: C0SUPPORT shows a case with personal values masked, both declared and found.",
        "All of a case, in Slack: U0ANA, S0TEAM, U0MARIA, and engineers.",
        "The ledger is told what was decided; the automation's code can hand over the whole input.",
        "Spans: none are sent.",
        "Input, and what its source answered: 30 days after its case ended.",
        "What a model was told, and its raw answers: 1 day after its case ended.",
        "What steps were given and returned, and error texts: until somebody removes them.",
        "At the vendor of the model: as its terms say. Countersign does not decide it.",
        "In Slack: as the workspace's own retention says. Countersign does not decide it.",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("surroundings", "said"),
    [
        (SPANS, "Model: the one in this process; nothing leaves this machine for it."),
        (Surroundings(model=ModelKind.SAMPLES), "Model: none, answers written by hand; nothing leaves this machine"),
        (Surroundings(model=ModelKind.NONE), "Model: none is asked, as the workflow has no prompt."),
        (Surroundings(), "Model: the one that the settings choose gets the whole input, with placeholders in place of"),
    ],
)
def test_the_model_is_named_as_the_settings_choose_it(surroundings: Surroundings, said: str) -> None:
    view = data_map_of(letters(personal_to_model=False), surroundings)
    assert said in in_words(data_map(view))
    assert any(said in _line(one) for one in data_map_in_brief(view))


def test_a_declaration_without_anything_personal_says_so() -> None:
    class Plain(BaseModel):
        text: str

    made = Workflow[Plain, Plain](
        name="plain", decision="?", owner="U0MARIA", input=Plain, output=Plain, key=lambda plain: plain.text
    )
    view = data_map_of(made)
    assert {one.sensitivity for one in view.fields} == {Sensitivity.PLAIN}
    assert "Nothing is declared as personal, so nothing is masked." in in_words(data_map(view))
    assert timedelta(days=view.retention.input or 0) == timedelta(days=365)
