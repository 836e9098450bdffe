"""The card of a review: whatever stands in a case, Slack takes it, it pings nobody, and it says how things are."""

import json
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given

from handlers.slack.blocks import modals
from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.ids import Shown
from handlers.slack.specimens.reviews import MADE_FROM
from handlers.texts.review import decided, status
from store.states import DeliveryState, ReviewState, RunState
from tests.slack.stage import dict_of, list_of, options, words
from tests.unit.handlers.cases import ANA, COLUMNS, LURES, MARIA, NOW, decision, delivery, few, value, view, views
from tests.unit.handlers.slack import as_sent, message
from workflows.engine.case.lookup import one_line_of
from workflows.engine.reasons import Code, FieldNumber, Reason
from workflows.engine.review.decisions import DecisionKind, Follows
from workflows.engine.review.views import CardView

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
"""Else a case that fails is hidden by the complaint that it is long."""


def value_of(element: object, key: str) -> str:
    """One value of an element."""
    assert isinstance(element, dict)
    return str(element[key])


def in_thread(shown: CardView) -> Drawn:
    """The message on a card's decision, in its thread."""
    return fitted(lambda room: decided.decided(shown, room))


WIDE = ["x", "я", "の", "\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}", '"', "<"]
"""Letters that take one character or many in what is sent."""


@few
@given(views)
def test_whatever_a_review_holds_its_card_is_taken_and_pings_only_who_acted(shown: CardView) -> None:
    drawn = card(shown)
    message(drawn, named=[ANA, MARIA])
    assert status.in_brief(shown) in drawn.text
    assert len(drawn.text) <= 600


@pytest.mark.slow
@few
@given(views)
def test_whatever_a_review_holds_its_card_has_the_buttons_of_its_state(shown: CardView) -> None:
    """Nothing in a case adds a button, takes one away, or changes which review it decides."""
    (row,) = [block for block in card(shown).blocks if block["type"] == "actions"]
    elements = row["elements"]
    assert isinstance(elements, list)
    reference = str(Shown(id=shown.review, version=shown.version, generation=shown.generation))
    delivered = str(Shown(id=shown.case, version=shown.run, generation=shown.generation))
    can_be_corrected = shown.run_state == "delivered" and not shown.corrected and not shown.revised
    if shown.state == "awaiting_second":
        expected = ["approve", "edit", "reject", "undo", "more"]
    elif shown.state != "open":
        waits = ["answer_for_them"] if shown.state == "asked" else []
        expected = [*waits, "details", *(["correct"] if can_be_corrected else [])]
    elif shown.has_proposal:
        expected = ["approve", "edit", "reject", "more"]
    else:
        expected = ["edit", "reject", "more"]
    assert [element["action_id"] for element in elements] == expected
    for element in elements:
        if element["action_id"] == "more":
            more = ["details", *(["ask_source"] if shown.can_ask else [])]
            more += [*(["assign"] if shown.state == "open" else []), "report_wrong"]
            assert [option["value"] for option in element["options"]] == [f"{one}:{reference}" for one in more]
        else:
            assert element["value"] == (delivered if element["action_id"] == "correct" else reference)
    beside = [value_of(block["accessory"], "value") for block in card(shown).blocks if "accessory" in block]
    assert {*beside} <= {reference}


def test_a_menu_holds_what_slack_takes() -> None:
    """A report is left to the menu of the message where all the others can be done."""
    shown = card(replace(view(), can_ask=True, can_escalate=True, alike=3))
    (row,) = [block for block in shown.blocks if block["type"] == "actions"]
    menu = dict_of(list_of(dict_of(as_sent(row))["elements"])[-1])
    chosen = [value.partition(":")[0] for value in options(menu)]
    assert chosen == ["details", "ask_source", "alike", "escalate", "assign"]


@few
@given(views)
def test_what_is_left_out_of_a_card_is_said_to_be(shown: CardView) -> None:
    told = words(as_sent(card(shown).blocks))
    decides = shown.has_proposal if shown.state == "open" else any(one.decided is not None for one in shown.values)
    # Of a decided correction only what it changes is shown.
    is_difference = shown.correction and shown.state != "open"
    if decides and not is_difference and len(shown.values) > 30:
        assert re.search(r"… and \d+ more fields? under Details", told)


@pytest.mark.parametrize("letter", WIDE)
def test_a_long_case_is_shown_in_part_and_the_rest_counted(letter: str) -> None:
    told = message(card(view(subject=letter * 100_000, text=letter * 100_000)))
    shown, more = re.findall(r"\n(.*?) … and ([\d,]+) more characters", told)[0]
    assert len(shown) + int(more.replace(",", "")) == 100_000 * (6 if "\\u" in shown else 1)


@pytest.mark.parametrize("letter", ["x", "の"])
def test_many_fields_are_shown_within_the_limits_of_a_message(letter: str) -> None:
    """Whatever they hold, and with evidence for each."""
    for number, length in product([5, 30, 120], [1, 40, 120, 300]):
        text = letter * length
        fields = [value(f"field_{place}", text, evidence=text, alternatives={text: 0.04}) for place in range(number)]
        message(card(view(values=fields)))
        decided = [replace(one, decided=text[:-1] + "!") for one in fields]
        shown = view(
            values=decided, state=ReviewState.DECIDED, decision=decision("edited"), run_state=RunState.DELIVERED
        )
        message(card(shown), named=[ANA])


@pytest.mark.parametrize("letter", WIDE)
def test_a_correction_of_many_short_fields_is_shown_within_the_limits_of_a_message(letter: str) -> None:
    fields = [value(f"field_{place}", letter * 100, delivered=letter * 99) for place in range(30)]
    message(card(view(values=fields, correction=True)))


@pytest.mark.parametrize("name", ["question", "key", "workflow", "subject", "text", "model"])
def test_a_long_text_of_any_kind_fits_a_card(name: str) -> None:
    message(card(view(**{name: "long " * 20_000})))


@pytest.mark.parametrize("name", ["why", "nevers", "model_says"])
@pytest.mark.parametrize("number", [1, 3, 50])
def test_a_list_of_long_texts_fits_a_card(name: str, number: int) -> None:
    """The reasons may hold long texts of the model or of an error."""
    long = "long " * 800
    one = Reason(code=Code.DOUBT, said=long) if name == "why" else long
    message(card(view(**{name: [one] * number})))


@pytest.mark.parametrize("name", ["reason", "problem", "receipt"])
def test_a_long_text_about_a_decision_fits_a_card(name: str) -> None:
    long = {name: "long " * 20_000}
    made = decision("rejected", **({"reason": long["reason"]} if name == "reason" else {}))
    rest = {"delivery": delivery(**long)} if name == "receipt" else {} if name == "reason" else long
    for state in (RunState.FAILED, RunState.DOUBTFUL, RunState.DELIVERED, RunState.CLOSED):
        shown = view(state=ReviewState.DECIDED, decision=made, run_state=state, **rest)
        message(card(shown), named=[ANA])
        if name == "reason":
            assert "more characters" in message(in_thread(shown))


def test_rules_that_were_passed_over_fit_a_card_however_long() -> None:
    decided = decision("edited", confirmed=["send money to the wrong person " * 40] * 10)
    message(card(view(state=ReviewState.DECIDED, decision=decided, run_state=RunState.READY)), named=[ANA])


def test_a_long_label_fits_a_card() -> None:
    """The author of a workflow may give a field a whole sentence for a title."""
    fields = [value(f"field_{place}", "x", label="how much of it is owed " * 40) for place in range(30)]
    message(card(view(values=fields)))


def test_one_or_two_reasons_why_a_person_is_asked_are_told_and_the_rest_is_counted() -> None:
    reasons = [Reason(code=Code.DOUBT, said=f"reason {number}") for number in range(9)]
    assert "Why you are asked: Reason 0\n" in message(card(view(why=reasons[:1])))
    assert "Why you are asked\nReason 0\nReason 1\n" in message(card(view(why=reasons[:2])))
    assert "Reason 1\n… and 7 more reasons under Details" in message(card(view(why=reasons)))


def test_what_speaks_for_a_proposal_is_told_under_details_and_not_on_the_card() -> None:
    """The model's own reasons, its evidence, how sure it is of what nobody doubts, and the question."""
    told = view(
        question="Which queue?",
        model_says=["it says charged"],
        values=[value(evidence="charged me", confidence=0.97), value("team", confidence=0.9)],
    )
    on_card, under_details = message(card(told)), words(as_sent(modals.details(told)["blocks"]))
    for said in ("Which queue?", "it says charged", "charged me", "0.97"):
        assert said not in on_card
        assert said in under_details


def test_too_little_confidence_is_told_in_words_beside_its_number() -> None:
    fields = (FieldNumber(name="queue", label="Queue", number=0.5),)
    asked = [Reason(code=Code.BELOW_FLOOR, floor=0.85, of=2, fields=fields)]
    told = message(card(view(why=asked, values=[value("queue", doubtful=True, confidence=0.5)])))
    assert "⚠ Check: Queue: billing · 50% sure" in told
    assert "Why you are asked: Less than 85% sure" in told


def test_of_a_long_case_some_lines_are_shown_and_of_a_decided_one_two() -> None:
    text = "\n".join(f"line {number} of it" for number in range(1, 20))
    shown = view(text=text, subject="line 1 of it")
    told = message(card(shown))
    assert "line 5 of it … and" in told
    assert "line 6" not in told
    decided = message(
        card(replace(shown, state=ReviewState.DECIDED, decision=decision("approved"), run_state=RunState.READY)),
        named=[ANA],
    )
    assert "line 2 of it\nline 3 of it … and" in decided


def test_a_doubtful_field_stands_first_and_out_by_a_sign_and_a_word() -> None:
    """Nothing stands out where nothing is doubted."""
    fields = [
        value("team"),
        value("queue", doubtful=True, confidence=0.5, alternatives={"returns": 0.3}),
        value("reply", "We look into it.\nUntil then, please wait.", doubtful=True, confidence=None),
        value("priority"),
    ]
    told = message(card(view(values=fields)))
    assert "⚠ Check: Queue: billing · 50% sure, else returns" in told
    assert "⚠ Check: Reply · no usable confidence" in told
    assert told.index("⚠ Check: Queue") < told.index("⚠ Check: Reply") < told.index("Team")
    assert told.count("⚠") == 2
    assert "⚠" not in message(card(view()))


def test_a_long_text_that_is_as_unsure_as_the_field_it_follows_from_is_not_marked_again() -> None:
    long = "We look into it, and write to you with what we find. " * 3
    fields = [value("queue", doubtful=True, confidence=0.5), value("reply", long, doubtful=True, confidence=0.5)]
    told = message(card(view(values=fields)))
    assert told.count("⚠") == told.count("50% sure") == 1
    less = message(card(view(values=[fields[0], replace(fields[1], confidence=0.4)])))
    assert "⚠ Check: Reply · 40% sure" in less


def test_where_most_fields_are_doubtful_one_line_says_so_and_the_others_stand_on_another() -> None:
    fields = [
        value(f"f{number}", str(number), doubtful=number % 2 == 1, confidence=number / 10) for number in range(10)
    ]
    told = message(card(view(values=fields)))
    assert "⚠ Check: 10% to 90% sure\nF1: 1\nF3: 3\nF5: 5\nF7: 7\nF9: 9\n" in told
    assert "Not in doubt: F0: 0 · F2: 2 · F4: 4 · F6: 6 · F8: 8\n" in told
    assert told.count("⚠") == 1


def test_a_button_shows_all_of_a_long_proposed_text_where_the_case_itself_is_short() -> None:
    def presses(shown: CardView) -> list[str]:
        return [value_of(block["accessory"], "action_id") for block in card(shown).blocks if "accessory" in block]

    assert presses(view(values=[value("reply", "We look into it. " * 30)])) == ["claim", "details"]
    assert presses(view(values=[value("reply", "We look into it. " * 9)])) == ["claim"]


def test_rows_stand_on_a_card_in_columns() -> None:
    told = message(card(view(values=[value("lines", "Kettle, 1 l | 2 | 41.50\nLid | 10 | 4.00", columns=COLUMNS)])))
    assert "Article      Number  Amount\nKettle, 1 l       2   41.50\nLid              10    4.00" in told


def test_what_the_card_shows_is_approved_with_one_press() -> None:
    """A rule that forbids *alone* asks for a person, and here one is."""
    (row,) = [block for block in card(view(nevers=["send money alone"])).blocks if block["type"] == "actions"]
    assert "confirm" not in str(as_sent(row))


@pytest.mark.parametrize("lure", LURES)
def test_untrusted_text_stays_in_its_labelled_place(lure: str) -> None:
    """A case that says it is approved already says so in a quote, below our own words."""
    fake = f"{lure}\nApproved by @cfo\nNothing to do here."
    blocks = card(view(text=fake, subject=fake, values=[value(proposed=fake, evidence=fake)])).blocks
    quotes = [piece for block in blocks for piece in _pieces(block) if "Nothing to do here." in words(as_sent(piece))]
    assert {piece["type"] for piece in quotes} <= {"rich_text_quote", "rich_text_list", "header"}
    (heading, status_lines) = blocks[0], words(as_sent(blocks[1]))
    assert "\n" not in words(as_sent(heading["text"]))
    assert "Waits for your decision" in status_lines
    assert "Approved" not in status_lines


def test_a_person_who_is_no_slack_user_is_named_in_plain_text() -> None:
    told = message(
        card(view(state=ReviewState.DECIDED, decision=decision(by="cli:<@U0EVE>"), run_state=RunState.READY))
    )
    assert "Approved by cli:<@U0EVE>" in told


def _pieces(block: Block) -> list[Block]:
    if block["type"] == "header":
        return [{"type": "header", "text": block["text"]}]
    elements = block["elements"] if block["type"] == "rich_text" else []
    assert isinstance(elements, list)
    return elements


# How a review stands, in words

ENDS = {
    RunState.READY: "Recorded",
    RunState.RUNNING: "Recorded",
    RunState.HOLDING: "Recorded",
    RunState.DELIVERING: "Recorded",
    RunState.DELIVERED: "Applied",
    RunState.CLOSED: "Closed",
    RunState.FAILED: "Apply failed",
    RunState.PARKED: "Apply failed",
    RunState.DOUBTFUL: "Apply in doubt",
    RunState.SUPERSEDED: "Superseded",
}
REJECTED = ENDS | {
    RunState.DELIVERED: "Closed",
    RunState.FAILED: "Closing failed",
    RunState.PARKED: "Closing failed",
    RunState.DOUBTFUL: "Closing in doubt",
}
"""Nothing of a rejection is ever applied."""


@pytest.mark.parametrize("kind", DecisionKind)
def test_what_became_of_a_decision_is_told_apart(kind: DecisionKind) -> None:
    """In the card and in its notification, and in no other words than its own."""
    closes = kind in (DecisionKind.REJECTED, DecisionKind.UPHELD, DecisionKind.EXPIRED)
    for run, expected in (REJECTED if closes else ENDS).items():
        drawn = card(view(state=ReviewState.DECIDED, decision=decision(str(kind)), run_state=run))
        told = message(drawn, named=[ANA])
        assert f"{status.in_brief(view())}" not in drawn.text
        assert re.search(rf"^{re.escape(expected)}", told, re.MULTILINE)
        assert drawn.text.partition(":")[0].endswith(f", {expected.lower()}")
        others = {*ENDS.values(), *REJECTED.values()} - {expected}
        assert not [
            other
            for other in others
            if re.search(rf"^{re.escape(other)}", told, re.MULTILINE) and not expected.startswith(other)
        ], run


APPLIES = [DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.APPLIED]


@pytest.mark.slow
def test_no_rejection_is_called_applied_whatever_follows_and_whatever_became_of_it() -> None:
    for run, follows, receipt, held in product(ENDS, [None, *Follows], [None, "told"], [None, "down", "behind"]):
        for maybe, state, correction in product([False, True], APPLIES, [False, True]):
            shown = view(
                state=ReviewState.DECIDED,
                decision=decision("rejected", follows=str(follows) if follows else None),
                run_state=run,
                delivery=delivery(receipt=receipt, maybe_applied=maybe, state=state, target="the desk", next_at=NOW),
                held=held,
                correction=correction,
            )
            drawn = card(shown)
            assert not re.search(r"\bappl", message(drawn, named=[ANA]) + drawn.text, re.IGNORECASE), shown


def test_a_closed_case_says_whether_its_system_was_told() -> None:
    closed = view(state=ReviewState.DECIDED, decision=decision("rejected"), run_state=RunState.CLOSED)
    told = replace(closed, delivery=delivery(receipt="told the desk"))
    assert "Closed; its system was told: told the desk" in message(card(told), named=[ANA])
    assert "Closed; nothing was delivered." in message(card(closed), named=[ANA])


DESK = {"target": "the help desk", "state": "waiting", "receipt": None, "next_at": NOW, "waiting_since": NOW}


@pytest.mark.parametrize(
    ("run", "stands", "says", "brief"),
    [
        ("holding", {"down_since": NOW}, "Recorded; the help desk is down, tried again at 2026-", "recorded"),
        ("holding", {}, "Recorded; the help desk did not take it yet, tried again at 2026-", "recorded"),
        (
            "holding",
            {"maybe_applied": True},
            "Not confirmed; it may be applied. It is made again under the same key at 2026-",
            "not confirmed",
        ),
        (
            "failed",
            {"maybe_applied": True, "state": "failed"},
            "Not confirmed; it may be applied. An engineer can say /rerun 17: it is made again under the same key.",
            "not confirmed",
        ),
        (
            "failed",
            {"maybe_applied": True, "state": "failed", "keyed": False},
            "Not confirmed; a part of it may be applied. An engineer can say /rerun 17: it goes on after what is done.",
            "not confirmed",
        ),
    ],
)
def test_what_waits_and_what_nobody_confirmed_is_not_called_failed(
    run: str, stands: dict[str, object], says: str, brief: str
) -> None:
    """F82: the fourth and fifth thing that can become of a decision, in words of their own."""
    shown = view(
        state=ReviewState.DECIDED,
        decision=decision("approved"),
        run_state=RunState(run),
        delivery=delivery(**{**DESK, **stands}),
        held="down" if run == "holding" else None,
    )
    drawn = card(shown)
    told = message(drawn, named=[ANA])
    assert says in told
    assert "failed" not in told.lower()
    assert drawn.text.startswith(f"Approved, {brief}")


ALL = list(product(ReviewState, [None, *DecisionKind], RunState, [False, True], [False, True]))


@pytest.mark.parametrize("state", list(ReviewState))
def test_no_combination_of_states_is_without_words(state: ReviewState) -> None:
    """Nor is an open review called closed, or what is not delivered called applied."""
    for _, kind, run, has_proposal, correction in [one for one in ALL if one[0] == state]:
        decided = decision(str(kind)) if kind is not None else None
        shown = view(state=state, decision=decided, run_state=run, has_proposal=has_proposal, correction=correction)
        drawn = card(shown)
        told = message(drawn, named=[ANA])
        assert told
        is_open = state is ReviewState.OPEN
        assert is_open == bool(re.match("(Decision needed|To be filled in|Correction to decide):", drawn.text))
        waits = is_open or state in (ReviewState.AWAITING_SECOND, ReviewState.ASKED)
        assert waits == ("aits " in told)


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_what_still_waits_is_not_called_applied(kind: DecisionKind) -> None:
    """The notification and the card say the same of a decided review whose run waits."""
    drawn = card(view(state=ReviewState.DECIDED, decision=decision(str(kind)), run_state=RunState.WAITING))
    assert "applied" not in drawn.text
    assert "Applied" not in message(drawn, named=[ANA])


@pytest.mark.parametrize("state", [ReviewState.AWAITING_SECOND, ReviewState.ASKED])
def test_a_review_that_waits_for_somebody_else_is_not_called_superseded(state: ReviewState) -> None:
    drawn = card(view(state=state, decision=decision("approved")))
    assert "Superseded" not in drawn.text
    assert "Superseded" not in message(drawn, named=[ANA])


def test_the_reason_why_nothing_is_to_be_done_is_said() -> None:
    ends = [
        (view(state=ReviewState.SUPERSEDED, revised=True), "Superseded: the case changed"),
        (view(state=ReviewState.SUPERSEDED), "Superseded: the case was run again"),
        (view(state=ReviewState.EXPIRED), "Expired"),
        (
            view(
                state=ReviewState.DECIDED,
                decision=decision("rejected", follows="propose_again"),
                run_state=RunState.SUPERSEDED,
            ),
            "To be proposed again on a new card",
        ),
    ]
    for shown, why in ends:
        assert f"{why}." in message(card(shown), named=[ANA])
    assert len({card(shown).text for shown, _ in ends}) == len(ends)


def test_a_proposal_that_is_made_again_is_said_so_in_the_notification_too() -> None:
    shown = view(
        state=ReviewState.DECIDED, decision=decision("rejected", follows="propose_again"), run_state=RunState.SUPERSEDED
    )
    assert "again" in card(shown).text


def test_a_rejected_review_that_is_filled_in_by_hand_says_who_rejected_it_and_why() -> None:
    rejected = decision("rejected", follows="by_hand", reason="wrong queue", by=MARIA)
    drawn = card(view(has_proposal=False, decision=rejected, version=2))
    told = message(drawn, named=[MARIA])
    assert drawn.text.startswith("To be filled in: ")
    assert "Rejected by @U0MARIA" in told
    assert "wrong queue" in told


def test_what_a_person_decided_is_on_the_card_and_what_they_changed_in_its_thread() -> None:
    fields = [value(decided="refunds"), value("note", "same", decided="same"), value("why", None, decided="new")]
    shown = view(values=fields, state=ReviewState.DECIDED, decision=decision("edited"), run_state=RunState.READY)
    assert "Queue: refunds\nNote: same\nWhy: new" in message(card(shown), named=[ANA])
    assert message(in_thread(shown)) == "Changed from what was proposed\nQueue: ~billing~ → refunds"


def test_a_long_text_that_a_person_changed_is_told_before_and_after() -> None:
    shown = view(values=[value("note", "before " * 40, decided="after " * 40)], decision=decision("edited"))
    told = message(in_thread(shown))
    assert "Note, was:\nbefore before" in told
    assert "Note, now:\nafter after" in told


def test_a_field_that_a_person_emptied_is_shown_as_emptied() -> None:
    fields = [value(decided="")]
    shown = view(values=fields, state=ReviewState.DECIDED, decision=decision("edited"), run_state=RunState.READY)
    assert "Queue: –" in message(card(shown), named=[ANA])
    assert "Queue: ~billing~ → –" in message(in_thread(shown))


def test_why_a_person_refused_a_proposal_is_told_in_its_thread_and_names_nobody() -> None:
    refused = decision("rejected", reason="not ours", follows=Follows.CLOSE)
    assert message(in_thread(view(decision=refused))) == "Rejected: the case closes\nnot ours"


@few
@given(views)
def test_whatever_a_decision_holds_its_thread_is_told_of_it_and_nobody_is_called(shown: CardView) -> None:
    message(in_thread(shown))


def test_the_person_on_it_and_the_deadline_are_said() -> None:
    told = message(card(view(claimed_by=MARIA, claimed_at=NOW, answer_by=NOW)), named=[MARIA])
    assert "Decide by 2026-11-19 09:30 UTC · @U0MARIA is on it since 2026-11-19 09:30 UTC\n" in told


def test_a_person_takes_a_review_on_by_one_press_or_takes_it_over() -> None:
    def presses(shown: CardView) -> list[str]:
        return [value_of(block["accessory"], "action_id") for block in card(shown).blocks if "accessory" in block]

    assert presses(view()) == ["claim"]
    assert presses(view(claimed_by=MARIA, claimed_at=NOW)) == ["take_over"]
    assert presses(view(text="I was charged twice\n" + "and more " * 60)) == ["claim", "details"]
    assert presses(view(state=ReviewState.DECIDED, decision=decision(), run_state=RunState.READY)) == []


def test_an_open_card_says_in_small_print_what_its_workflow_may_do() -> None:
    *_, plain = card(view()).blocks
    *above, small = card(view(may="choose a queue, draft a reply")).blocks
    assert words(as_sent([small])) == words(as_sent([plain])) + "It may choose a queue, draft a reply"
    assert "draft a reply" not in words(as_sent(above))
    decided = view(may="choose a queue", state=ReviewState.DECIDED, decision=decision(), run_state=RunState.DELIVERED)
    assert "It may" not in words(as_sent(card(decided).blocks))


def test_a_card_of_a_case_that_follows_another_calls_nobody_for_what_they_decided() -> None:
    shown = json.dumps(card(view(made_from=MADE_FROM)).blocks)
    assert "From crawl order 8841, which a person decided: " in "".join(re.findall('"text": "([^"]*)"', shown))
    assert '"user_id"' not in shown


@pytest.mark.parametrize(
    ("text", "line"),
    [("```\ncode <b>\n```", "code <b>"), ("\n🎉\nParty", "Party"), ("---", "---"), (" \n", "ticket-1")],
)
def test_a_case_is_named_by_its_first_line_that_says_something(text: str, line: str) -> None:
    assert one_line_of(text, "ticket-1") == line
