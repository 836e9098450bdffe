"""A declaration is a value: what cannot work is refused at once, and what is left out has a careful default."""

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.sample import Desk, Ticket, Triage, sample_workflow
from workflows import Autonomy, BadDeclaration, Proposal, Review, Run, Workflow, step


def declared(**changes: Any) -> Workflow[Ticket, Triage]:
    given: dict[str, Any] = {
        "name": "triage",
        "decision": "Which queue?",
        "owner": "U0MARIA",
        "input": Ticket,
        "output": Triage,
        "key": lambda ticket: f"ticket-{ticket.id}",
    }
    return Workflow(**{**given, **changes})


def test_what_is_left_out_has_a_careful_default() -> None:
    workflow = declared()
    assert workflow.autonomy == Autonomy.draft() == Autonomy(at_least=None)
    assert workflow.review == Review(post_to=None, reviewers=None, answer_within=timedelta(hours=8), by_hand=None)
    assert (workflow.scope, workflow.prompt, workflow.examples) == (None, None, None)
    assert (workflow.may, workflow.nevers, workflow.templates) == (None, (), {})
    assert workflow.effect is None
    assert workflow.rejection_effect is None


def test_a_workflow_lives_in_the_folder_of_the_module_that_declares_it(tmp_path: Path) -> None:
    here = Path(__file__).parent
    assert declared().folder == here
    typed = Workflow[Ticket, Triage](
        name="triage", decision="?", owner="U1", input=Ticket, output=Triage, key=lambda ticket: str(ticket.id)
    )
    assert typed.folder == here
    assert declared(folder=tmp_path).folder == tmp_path


class Empty(BaseModel):
    pass


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "a name is lower-case words joined by hyphens"),
        ({"name": "Triage"}, "a name is lower-case words joined by hyphens"),
        ({"name": "tri age"}, "a name is lower-case words joined by hyphens"),
        ({"name": "tri_age"}, "a name is lower-case words joined by hyphens"),
        ({"name": "tri/age"}, "a name is lower-case words joined by hyphens"),
        ({"name": "triage-"}, "a name is lower-case words joined by hyphens"),
        ({"name": "triage\n"}, "a name is lower-case words joined by hyphens"),
        ({"name": "1triage"}, "a name is lower-case words joined by hyphens"),
        ({"name": "tri--age"}, "a name is lower-case words joined by hyphens"),
        ({"name": "größe"}, "a name is lower-case words joined by hyphens"),
        ({"name": "t" * 101}, "a name is lower-case words joined by hyphens"),
        ({"decision": " "}, "workflow triage: decision is empty"),
        ({"owner": ""}, "workflow triage: owner is empty"),
        ({"input": Empty}, "workflow triage: input Empty has no fields"),
        ({"output": Empty}, "workflow triage: output Empty has no fields"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_declaration_that_cannot_work_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadDeclaration, match=said):
        declared(**changes)


@pytest.mark.parametrize("name", ["t", "triage", "support-triage", "a1-b2-c3", "t" * 100])
def test_a_good_name_is_taken(name: str) -> None:
    assert declared(name=name).name == name


@pytest.mark.parametrize("floor", [0.0, -0.1, 1.0000001, math.nan, math.inf, -math.inf])
def test_a_floor_is_above_0_and_at_most_1(floor: float) -> None:
    with pytest.raises(BadDeclaration, match="a floor is above 0 and at most 1, not"):
        Autonomy.floor(floor)


@pytest.mark.parametrize("floor", [0.0, -0.1, 1.0000001, math.nan, math.inf, -math.inf])
def test_a_floor_cannot_be_smuggled_in_past_its_check(floor: float) -> None:
    """Nothing is below NaN or -1: a workflow with such a floor would resolve every case alone."""
    with pytest.raises(BadDeclaration, match="a floor is above 0 and at most 1, not"):
        Autonomy(at_least=floor)


@pytest.mark.parametrize("floor", [1e-9, 0.5, 1.0, 1])
def test_a_good_floor_is_taken(floor: float) -> None:
    assert Autonomy.floor(floor) == Autonomy(at_least=floor)


def test_a_never_needs_its_sentence() -> None:
    with pytest.raises(BadDeclaration, match="a never needs its sentence"):
        declared().never("  ")


def test_a_template_is_for_a_field_of_the_output() -> None:
    with pytest.raises(BadDeclaration, match="a template for 'answer', which is not a field of the output"):
        declared().template("answer")


@pytest.mark.parametrize("tries", [0, -1])
def test_a_step_is_tried_at_least_once(tries: int) -> None:
    with pytest.raises(BadDeclaration, match=f"step look_up: tries has to be 1 or more, not {tries}"):

        @step(tries=tries)
        def look_up(ticket: int) -> str:
            return ""


@pytest.mark.parametrize("name", ["ask", "start", "deliver", "deliver/look_up", "", " ", "x" * 101, "two\nlines"])
def test_a_step_does_not_take_a_name_that_means_something_else(name: str) -> None:
    """`start`, `deliver` and `ask` say where a rerun begins, and a slash whose step it is; a journal row is kept of 100
    characters."""
    with pytest.raises(BadDeclaration):

        @step(name=name)
        def look_up(ticket: int) -> str:
            return ""


def test_several_nevers_are_kept_in_their_order() -> None:
    workflow = sample_workflow(Desk())
    assert [(never.sentence, never.on_edit) for never in workflow.nevers] == [
        ("answer a safety report alone", "confirm"),
        ("promise money", "bar"),
    ]


def test_an_effect_is_taken_for_one_that_cannot_be_repeated_unless_it_says_so() -> None:
    careful, repeatable = declared(), declared()

    @careful.deliver
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        return "done"

    @repeatable.deliver(idempotent=True)
    def deliver_again(triage: Triage, run: Run[Ticket]) -> str:
        return "done"

    effects = [careful.effect, repeatable.effect]
    assert [effect.idempotent for effect in effects if effect is not None] == [False, True]
    assert deliver(Triage(queue="billing"), Run(id=1, case=1, input=Ticket(id=1, text="x"), key="k", by="U1")) == "done"


def test_an_author_can_call_his_own_code_in_a_test() -> None:
    """A decorated function is still the plain function."""
    workflow = declared()

    @workflow.never("pay alone")
    def pays(ticket: Ticket, triage: Triage) -> bool:
        return "pay" in triage.reply

    assert pays(Ticket(id=1, text="x"), Triage(queue="billing", reply="we pay"))


def test_left_out_the_model_is_asked_with_the_whole_input() -> None:
    asked: dict[str, object] = {}

    def ask(**data: object) -> Proposal[Triage]:
        asked.update(data)
        return Proposal(output=Triage(queue="billing"), confidence={})

    declared().make_proposal(Ticket(id=7, text="hello"), ask)
    assert asked == {"ticket": {"id": 7, "text": "hello", "language": "en"}}


def test_left_out_the_text_of_a_case_is_all_its_text_fields() -> None:
    assert declared().text_of(Ticket(id=7, text="hello", language="de")) == "hello\nde"
    assert declared(text=lambda ticket: ticket.text).text_of(Ticket(id=7, text="hello")) == "hello"


def test_a_target_has_the_name_that_its_author_gives_it_or_one_of_its_own() -> None:
    sample = sample_workflow(Desk())
    assert sample.target == sample.rejection_target == "the target of sample"
    assert sample.effect is not None
    sample.deliver(idempotent=True, target="the help desk")(sample.effect.apply)
    assert sample.target == sample.rejection_target == "the help desk"
    for name in ("", " ", "two\nlines", "x" * 101):
        with pytest.raises(BadDeclaration, match="a target's name has 1 to 100 printable characters"):
            sample.deliver(target=name)
        with pytest.raises(BadDeclaration, match="a target's name"):
            sample.on_reject(target=name)


@pytest.mark.parametrize("needs", ["", " ", "two\nlines", "x" * 101])
def test_what_a_step_needs_has_a_name_that_can_be_shown(needs: str) -> None:
    with pytest.raises(BadDeclaration, match="1 to 100 printable characters"):
        step(name="find", needs=needs)(lambda: None)


@pytest.mark.parametrize("said", [datetime(2027, 3, 1, tzinfo=UTC), "2027-03-01", 14])
def test_the_end_of_access_is_a_day_or_a_function(said: Any) -> None:
    sample = sample_workflow(Desk())
    with pytest.raises(BadDeclaration, match="expires is a date, or a function that returns one"):
        sample.deliver(expires=said)
    for good in (date(2027, 3, 1), lambda: None):
        sample.deliver(expires=good)(lambda triage, run: "done")
        assert sample.effect is not None
        assert sample.effect.expires is good


@pytest.mark.parametrize(
    "reasons", ["Not ours", [""], [" x"], ["x" * 76], ["a\nb"], ["a", "a"], [f"reason {n}" for n in range(21)], [1]]
)
def test_reasons_for_a_rejection_that_cannot_be_shown_or_told_apart_are_refused(reasons: Any) -> None:
    with pytest.raises(BadDeclaration, match="reject_reasons are at most 20 different texts of 1 to 75 printable"):
        Review(reject_reasons=reasons)
    assert Review(reject_reasons=["x" * 75, "b"]).reject_reasons == ("x" * 75, "b")
