"""The card that asks whether a delivery happened: Slack takes it, whatever was sent, and it reads plainly."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.blocks import modals
from handlers.slack.blocks.doubt import doubt
from store.states import DeliveryState, RunState
from tests.unit.handlers.cases import ANA, LURES, NOW, few, keys, texts
from tests.unit.handlers.slack import message, modal, said
from workflows.engine.review.views import DoubtView, Hidden

PLAIN = DoubtView(
    generation=0,
    delivery=5,
    attempt=1,
    key="triage/T-17",
    state=DeliveryState.DOUBTFUL,
    case=17,
    case_key="T-17",
    workflow="triage",
    subject="Where is my parcel?",
    text="Where is my parcel?\nIt was to come on Monday.",
    values={"Queue": "delivery", "Reply": "We look for it."},
    rejection=False,
    why="no answer came",
    since=NOW,
    settled_by=None,
    settled_at=None,
    run_state=RunState.DOUBTFUL,
    can_be_delivered=False,
    receipt=None,
    hidden=Hidden(),
)
doubts = st.builds(
    DoubtView,
    generation=st.integers(0, 3),
    delivery=st.integers(1, 10**15),
    attempt=st.integers(1, 99),
    key=keys,
    state=st.sampled_from(DeliveryState),
    case=st.integers(1, 10**15),
    case_key=keys,
    workflow=st.just("triage"),
    subject=texts,
    text=texts,
    values=st.dictionaries(texts.filter(bool), texts, max_size=30),
    rejection=st.booleans(),
    why=st.none() | texts,
    since=st.just(NOW),
    settled_by=st.none() | st.just(ANA) | st.just("cli:kim"),
    settled_at=st.none() | st.just(NOW),
    run_state=st.sampled_from(RunState),
    can_be_delivered=st.booleans(),
    receipt=st.none() | texts,
    hidden=st.just(Hidden()),
)


@few
@given(doubts)
def test_whatever_was_sent_slack_takes_the_card_and_what_one_looks_at(view: DoubtView) -> None:
    message(doubt(view), named=[ANA])
    modal(modals.doubt(view))


def test_it_says_what_was_sent_and_what_went_wrong() -> None:
    drawn = doubt(PLAIN)
    assert drawn.text == "Look: did this happen?: Where is my parcel? (triage, T-17)"
    assert [line for line in message(drawn).splitlines() if line] == [
        "Did this happen? Where is my parcel?",
        "Nobody knows whether this was delivered, 2026-11-19 09:30 UTC. Look there, then say what you found. It is not "
        "sent again by itself.",
        "no answer came",
        "What was sent",
        "Queue: delivery",
        "Reply: We look for it.",
        "It happened"
        "It happened?You looked in the system of record, and it is there. The case is closed as delivered."
        "Yes, it is thereGo back",
        "It did not"
        "It did not happen?You looked in the system of record, and it is not there. It may then be delivered again."
        "It is not thereGo back",
        "Look",
        "triage · T-17 · case 17 · attempt 1",
    ]


@pytest.mark.parametrize(
    ("state", "more", "text"),
    [
        ("applied", {"settled_by": ANA, "settled_at": NOW}, "It happened"),
        ("failed", {"settled_by": ANA, "settled_at": NOW, "can_be_delivered": True}, "It did not happen"),
        ("attempting", {"settled_by": ANA, "settled_at": NOW}, "It is being delivered again"),
        ("applied", {"settled_by": ANA, "settled_at": NOW, "receipt": "R-1"}, "It happened"),
    ],
)
def test_the_notification_says_how_it_stands(state: str, more: dict[str, object], text: str) -> None:
    view = replace(PLAIN, state=state, **more)  # type: ignore[arg-type]  # the fields that the state goes with
    assert doubt(view).text.startswith(f"{text}: ")


def test_what_was_delivered_after_all_shows_its_receipt_and_who_had_looked() -> None:
    view = replace(PLAIN, state=DeliveryState.APPLIED, settled_by=ANA, settled_at=NOW, receipt="R-1")
    told = message(doubt(view), named=[ANA])
    assert "It had not happened, said by @U0ANA" in told
    assert "Applied: R-1" in told


@pytest.mark.parametrize("lure", LURES)
def test_it_pings_nobody(lure: str) -> None:
    """A14, A15"""
    view = replace(PLAIN, subject=lure, text=lure, why=lure, values={lure: lure}, case_key=lure, receipt=lure)
    message(doubt(view))
    assert said(modal(modals.doubt(view)))
