"""The modals: Slack takes each of them, whatever a case holds, and nothing that was typed or proposed is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.json import Object, objects
from handlers.slack import limits
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.parts.columns import WIDTH
from handlers.slack.blocks.parts.inputs import State, read_labelled, read_plainly
from handlers.slack.ids import Listed, Shown
from handlers.texts.review.forms import Note
from store.states import ReviewState
from tests.slack.stage import words
from tests.unit.handlers.cases import (
    ANA,
    COLUMNS,
    MARIA,
    NOW,
    decision,
    few,
    longer,
    texts,
    value,
    view,
    views,
    waiting,
)
from tests.unit.handlers.slack import hidden, modal, said, untouched
from workflows.engine.errors import NeverBroken
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.decisions import Follows
from workflows.engine.review.form.forms import form_mark
from workflows.engine.review.views import CardView, WaitingReview, WaitingView
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.sanitize import sanitize

PEOPLE = [ANA, MARIA]
fields = st.builds(
    Field,
    name=st.just("field"),
    label=texts,
    kind=st.sampled_from(Kind),
    required=st.booleans(),
    choices=st.lists(texts, max_size=5, unique=True).map(tuple),
    help=st.none() | texts,
    max_length=st.none() | st.integers(1, 5_000),
)


@pytest.mark.slow
@few
@given(views)
def test_whatever_a_review_holds_the_modal_of_it_is_taken(shown: CardView) -> None:
    notice = answers.too_late(shown, "U0BEN")
    for view_ in (modals.review(shown), modals.review(shown, notice=notice)):
        kept = modal(view_, named=PEOPLE)
        assert Shown.read(str(kept["private_metadata"])) == Shown(
            id=shown.review, version=shown.version, generation=shown.generation
        )


@few
@given(views)
def test_whatever_a_review_holds_its_details_are_taken(shown: CardView) -> None:
    kept = modal(modals.details(shown))
    told = said(kept)
    whole = _close(told)
    if any(one.decided and _close(sanitize(one.decided)) not in whole for one in shown.values):
        assert f"There is more than fits here: countersign case {shown.case}" in told


@few
@given(views)
def test_whatever_a_review_holds_it_can_be_rejected(shown: CardView) -> None:
    kept = modal(modals.rejection_form(shown))
    assert Shown.read(str(kept["private_metadata"])) == Shown(
        id=shown.review, version=shown.version, generation=shown.generation
    )


@few
@given(views, st.lists(fields, max_size=5), texts, st.lists(texts, max_size=3), st.integers(0, 9))
def test_whatever_a_review_holds_its_form_is_taken_or_said_to_be_too_large(
    shown: CardView, some: list[Field], text: str, nevers: list[str], generation: int
) -> None:
    """Also where what is kept no longer fits the fields as they are now."""
    named = [Field(**{**vars(field), "name": f"field_{place}"}) for place, field in enumerate(some)]
    entries = {field.name: text for field in named}
    broken = NeverBroken(nevers, barred=False) if nevers else None
    noted = {name: [Note(text=text, mark="0" * 12 if generation else None)] for name in ("", "field_0", "field_1")}
    form = modals.edit_form(
        shown,
        named,
        entries,
        generation=generation,
        broken=broken,
        changed=text,
        dropped={"note": text},
        redrawn=nevers,
        notes=noted,
        taken_up=NOW,
    )
    if form is not None:
        modal(form)


@few
@given(views, st.lists(texts, min_size=1, max_size=60))
def test_whatever_rule_an_approval_meets_it_is_told_and_what_is_safe_is_the_prominent_choice(
    shown: CardView, nevers: list[str]
) -> None:
    kept = modal(modals.rule_met(shown, NeverBroken(nevers, barred=False)))
    assert kept["submit"] == {"type": "plain_text", "text": "Go back", "emoji": False}
    (row,) = [block for block in objects(kept["blocks"]) if block["type"] == "actions"]
    (button,) = objects(row["elements"])
    assert "style" not in button


@few
@given(waiting)
def test_whatever_waits_its_list_is_taken(page: WaitingView) -> None:
    kept = modal(modals.waiting_list(page, listed=Listed(among="C0SUPPORT")))
    assert kept["private_metadata"] == "C0SUPPORT.0"
    values = [
        str(element["value"])
        for block in objects(kept["blocks"])
        if block["type"] == "actions" and block["block_id"] != "pages"
        for element in objects(block["elements"])
    ]
    assert values == [str(Shown(id=one.review, version=one.version, generation=one.generation)) for one in page.reviews]


@few
@given(st.dictionaries(texts, longer, max_size=4), texts)
def test_whatever_was_typed_is_handed_back_in_what_is_told(entered: dict[str, str], why: str) -> None:
    kept = modal(modals.told(answers.refused(why), typed=entered))
    assert kept["title"] == {"type": "plain_text", "text": "Not recorded", "emoji": False}
    pieces = [words([piece]) for piece in _quotes(kept)]
    together = _close("".join(pieces))
    for text in entered.values():
        assert any(len(one) > 60_000 for one in entered.values()) or _close(sanitize(text)) in together


@pytest.mark.parametrize("number", [2, 30, 49, 50, 60, 90])
def test_none_of_many_fields_that_were_typed_is_lost(number: int) -> None:
    """A form holds up to a hundred inputs; when it comes too late, each of them is handed back."""
    typed = {f"field_{place}": f"my text {place}." for place in range(number)}
    told = said(modal(modals.told(answers.refused("too late"), typed=typed)))
    lost = [name for name, text in typed.items() if text not in told]
    assert not lost or f"{len(lost)} more" in told


@pytest.mark.parametrize(
    ("letter", "number"), [("x", 1), ("の", 2), ("\N{PILE OF POO}", 4), ("é", 9), ("x", 9), ("の", 1)]
)
def test_long_texts_that_were_typed_are_handed_back_within_the_size_of_a_modal(letter: str, number: int) -> None:
    typed = {f"field_{place}": letter * 30_000 for place in range(number)}
    told = said(modal(modals.told(answers.refused("too late"), typed=typed)))
    shown = told.count(sanitize(letter))
    assert shown == 30_000 * number or "You typed more than fits here." in told


@pytest.mark.parametrize(
    ("letter", "length"),
    [
        ("x", 60_000),
        ('"', 100_000),
        ("é", 250_000),
        ("の", 60_000),
        ("\N{PILE OF POO}", 250_000),
        ("\N{ZERO WIDTH SPACE}", 100_000),
    ],
)
def test_the_details_of_a_very_long_case_are_taken_and_the_rest_is_counted(letter: str, length: int) -> None:
    """An input may have 256 kB; a person has to be able to read it before they decide."""
    told = said(modal(modals.details(view(text=letter * length))))
    assert told.count(sanitize(letter)) == length or re.search(r"more|countersign case 17", told)


@pytest.mark.parametrize("letter", ["x", "の"])
@pytest.mark.parametrize("number", [1, 4, 10])
def test_the_details_of_long_values_are_taken_and_what_is_left_out_is_said(letter: str, number: int) -> None:
    values = [value(f"field_{place}", letter * 30_000, decided=letter * 29_000) for place in range(number)]
    told = said(modal(modals.details(view(text=letter * 30_000, values=values))))
    assert told.count(letter * 100) >= 890 * number or re.search(r"more|countersign case 17", told)


def test_what_does_not_fit_the_details_is_said_and_where_to_find_it() -> None:
    values = [value(f"field_{place}", f"proposed {place}") for place in range(120)]
    kept = modal(modals.details(view(values=values)))
    assert len(objects(kept["blocks"])) == limits.VIEW_BLOCKS
    assert said(kept).endswith("There is more than fits here: countersign case 17")


def test_the_details_say_what_is_proposed_how_sure_that_is_and_why_in_full() -> None:
    one = value(
        proposed="billing " * 1_000,
        confidence=0.0,
        alternatives={"refunds": 0.25, "sales": 0.125, "spam": 0.0625},
        evidence="charged twice",
    )
    told = said(modal(modals.details(view(values=[one], model_says=[f"reason {number}" for number in range(12)]))))
    assert "Queue, proposed · confidence 0.00" in told
    assert told.replace("\n", "").count("billing ") >= 999
    assert "refunds 0.25, sales 0.12, spam 0.06" in told
    assert "charged twice" in told
    assert all(f"reason {number}" in told for number in range(12))


def test_the_details_say_what_the_workflow_may_do() -> None:
    assert "may" not in said(modal(modals.details(view())))
    told = said(modal(modals.details(view(may="choose a queue, draft a reply"))))
    assert "What this workflow may do\nchoose a queue, draft a reply" in told


def test_the_details_of_a_correction_say_what_was_delivered() -> None:
    told = said(modal(modals.details(view(values=[value(delivered="sales")], correction=True))))
    assert "sales" in told


def test_the_form_names_its_case_and_carries_the_version_that_was_shown() -> None:
    some = [Field(name="queue", label="Queue", kind=Kind.TEXT, required=True)]
    form = modals.edit_form(view(version=3), some, {"queue": "billing"})
    assert form is not None
    kept = modal(form)
    assert kept["private_metadata"] == "7.3"
    assert objects(kept["blocks"])[0]["block_id"] == f"form!{form_mark(some)}"
    assert kept["callback_id"] == "edit"
    assert "I was charged twice" in said(kept)


def test_a_doubtful_field_stands_out_in_the_form_and_above_it() -> None:
    """Its label says so, and what helps with it says how sure the model is. What was typed is handed back without."""
    some = [
        Field(name="queue", label="Queue", kind=Kind.TEXT, required=True, help="One of ours."),
        Field(name="reply", label="Reply", kind=Kind.TEXT, required=True),
    ]
    form = modals.edit_form(view(values=[value(doubtful=True, confidence=0.5), value("reply")]), some, {})
    assert form is not None
    about, queue, reply = objects(modal(form)["blocks"])
    assert "I was charged twice\n⚠ Check: Queue\n" in words([about])
    assert (queue["label"], queue["hint"]) == (
        plain_text("⚠ Check: Queue"),
        plain_text("50% sure. Proposed: billing. One of ours."),
    )
    assert (reply["label"], reply["hint"]) == (plain_text("Reply"), plain_text("Proposed: billing."))
    typed: State = {"queue.0.0": {"value": {"value": "sales"}}}
    assert read_labelled(typed, {"queue.0.0": "⚠ Check: Queue"}) == {"Queue": "sales"}


def test_a_form_that_is_filled_in_doubts_nothing() -> None:
    some = [Field(name="queue", label="Queue", kind=Kind.TEXT, required=True)]
    form = modals.edit_form(view(values=[value(doubtful=True)], has_proposal=False), some, {})
    assert form is not None
    assert "⚠" not in str(form)


@pytest.mark.parametrize("number", [98, 99])
def test_rows_stand_in_columns_above_their_input_where_there_is_room_for_them(number: int) -> None:
    """One block of a hundred is the case's own."""
    lines = Field(name="lines", label="Lines", kind=Kind.ROWS, required=True, columns=COLUMNS)
    some = [lines, *(Field(name=f"f{place}", label="x", kind=Kind.TEXT, required=True) for place in range(number - 1))]
    form = modals.edit_form(view(), some, {"lines": "Kettle, 1 l | 2 | 41.50\nLid | 10 | 4.00"})
    assert form is not None
    table = "Lines, before your changes\nArticle      Number  Amount\nKettle, 1 l       2   41.50"
    assert (table in said(modal(form))) == (number == 98)


def test_a_case_that_was_laid_out_keeps_its_columns_in_the_form() -> None:
    rows = [
        f"{article:<40}{amount:>30}" for article, amount in (("Kettle", "41.50"), ("Lid", "4.00"), ("Sum", "45.50"))
    ]
    form = modals.edit_form(view(text="\n".join(["I was charged twice", *rows])), [], {})
    assert form is not None
    kept = [line for line in said(modal(form)).split("\n") if line.endswith("0")]
    assert {len(line) for line in kept} == {WIDTH}


@pytest.mark.parametrize("number", [98, 99, 100, 200])
def test_a_form_with_too_many_fields_is_said_to_be_too_large_and_not_cut(number: int) -> None:
    some = [Field(name=f"field_{place}", label="x", kind=Kind.TEXT, required=True) for place in range(number)]
    form = modals.edit_form(view(), some, {})
    assert (form is not None) == (number < 100)
    if form is not None:
        assert len([block for block in objects(modal(form)["blocks"]) if block["type"] == "input"]) == number


def test_a_rejection_asks_what_is_to_follow_and_chooses_nothing_for_the_person() -> None:
    def offered(shown: CardView, *, can_propose: bool = True) -> list[str]:
        kept = modal(modals.rejection_form(shown, can_propose=can_propose))
        (element,) = [block["element"] for block in objects(kept["blocks"]) if block.get("block_id") == "follows"]
        assert isinstance(element, dict)
        assert "initial_option" not in element
        return [str(option["value"]) for option in objects(element["options"])]

    assert offered(view()) == [Follows.CLOSE, modals.FILL_IN_NOW, Follows.BY_HAND, Follows.PROPOSE_AGAIN]
    assert offered(view(), can_propose=False) == [Follows.CLOSE, modals.FILL_IN_NOW, Follows.BY_HAND]
    assert offered(view(has_proposal=False)) == [Follows.CLOSE, Follows.PROPOSE_AGAIN]
    assert offered(view(correction=True)) == [Follows.CLOSE, modals.FILL_IN_NOW, Follows.BY_HAND]
    assert offered(view(has_proposal=False, correction=True)) == [Follows.CLOSE]


def test_a_rejection_is_read_as_it_was_typed() -> None:
    kept = modal(modals.rejection_form(view()))
    blocks = {str(block.get("block_id")): block for block in objects(kept["blocks"])}
    state: State = {
        "reason": {"value": {"type": "plain_text_input", "value": "not a refund\n"}},
        "follows": {"value": {"type": "radio_buttons", "selected_option": {"value": "close"}}},
    }
    assert set(state) <= set(blocks)
    assert read_plainly(state) == {"reason": "not a refund\n", "follows": "close"}


def test_a_rejection_without_a_reason_is_stopped_by_slack_itself() -> None:
    kept = modal(modals.rejection_form(view()))
    with pytest.raises(AssertionError, match="reason"):
        untouched(kept)


@pytest.mark.parametrize(
    ("first", "shown", "total", "pages", "above"),
    [
        (0, 3, 3, {}, "1 to 3 of 3"),
        (0, 10, 11, {"page.on": "10"}, "1 to 10 of 11"),
        (10, 1, 11, {"page.back": "0"}, "11 to 11 of 11"),
        (10, 10, 1_234, {"page.back": "0", "page.on": "20"}, "11 to 20 of 1,234"),
        (5, 10, 20, {"page.back": "0", "page.on": "15"}, "6 to 15 of 20"),
    ],
)
def test_the_list_is_turned_page_by_page(first: int, shown: int, total: int, pages: dict[str, str], above: str) -> None:
    reviews = [_waits(place) for place in range(shown)]
    kept = modal(
        modals.waiting_list(WaitingView(reviews=reviews, first=first, total=total), listed=Listed(among="C0SUPPORT"))
    )
    turns = {
        str(element["action_id"]): str(element["value"])
        for block in objects(kept["blocks"])
        if block.get("block_id") == "pages"
        for element in objects(block["elements"])
    }
    assert turns == pages
    assert above in said(kept)


def test_an_empty_list_says_so() -> None:
    kept = modal(modals.waiting_list(WaitingView(reviews=[], first=0, total=0), listed=Listed(among="C0SUPPORT")))
    assert said(kept) == "Nothing waits here any more."


@pytest.mark.parametrize("state", list(ReviewState))
def test_what_came_of_a_press_stands_above_the_review(state: ReviewState) -> None:
    shown = view(state=state, decision=decision("approved", by=MARIA))
    told = said(modal(modals.review(shown, notice=answers.too_late(shown, "U0BEN")), named=[MARIA]))
    assert told.startswith("Already approved by @U0MARIA, 2026-11-19 09:30 UTC. Nothing of yours was recorded.")


@given(texts)
def test_a_refusal_pings_nobody_and_is_a_sentence(text: str) -> None:
    for owner in (None, ANA, "cli:ana"):
        drawn = answers.refused(text, owner=owner)
        told = said(modal(modals.told(drawn), named=[ANA]))
        assert told
        assert "<" not in drawn.text
        assert not hidden(drawn.text)


def plain_text(text: str) -> Object:
    return {"type": "plain_text", "text": text, "emoji": False}


def _waits(place: int) -> WaitingReview:
    return WaitingReview(
        generation=0,
        review=place,
        version=1,
        workflow="triage",
        key=f"T-{place}",
        subject="Help",
        why=Reason(code=Code.DRAFT),
        answer_by=NOW,
    )


def _quotes(kept: Object) -> list[Object]:
    pieces = [piece for block in objects(kept["blocks"]) for piece in objects(block.get("elements"))]
    return [piece for piece in pieces if piece.get("type") == "rich_text_quote"]


def _close(text: str) -> str:
    """A text without its spaces, of which some go where it is cut into parts."""
    return "".join(text.split())
