"""Messages about paused workflows: Slack takes them, whatever the reason is, and they ping nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.paragraphs import told as shown
from handlers.texts.operations import pauses
from store.states import ReviewState, RunState
from tests.unit.handlers.cases import ANA, NOW, decision, few, people, texts, view
from tests.unit.handlers.slack import message
from workflows.engine.pauses import Pause, Paused, PauseStatus, Resumed
from workflows.engine.propose.policy import Facts, decide

some_pauses = st.builds(
    Pause,
    workflow=st.sampled_from(["triage", "x" * 100]),
    at=st.just(NOW),
    by=people,
    by_itself=st.booleans(),
    reason=texts.map(lambda text: text[:300]),
    holds_deliveries=st.booleans(),
)
counts = st.sampled_from([0, 1, 2, 10_000])
pause_statuses = st.builds(
    PauseStatus,
    workflow=st.sampled_from(["triage", "x" * 100]),
    pause=st.none() | some_pauses,
    waiting=counts,
    empty=counts,
    held=counts,
)


def pause(**other: object) -> Pause:
    """A plain pause."""
    plain = {"workflow": "triage", "at": NOW, "by": "U0KIM", "by_itself": False, "reason": "it is wrong"}
    return Pause(**{**plain, "holds_deliveries": False, **other})  # type: ignore[arg-type]  # a test names some


@few
@given(some_pauses, pause_statuses, st.lists(pause_statuses, min_size=1, max_size=40), st.booleans())
def test_slack_takes_whatever_is_said_of_pauses(
    made: Pause, status: PauseStatus, many: list[PauseStatus], changed: bool
) -> None:
    """A note to a channel calls nobody; what only one person reads may name who paused it."""
    message(shown(pauses.stopped(made.workflow, made)))
    named = {one.pause.who for one in [*many, status] if one.pause is not None} | {made.who}
    message(shown(pauses.paused(Paused(pause=made, changed=changed), status)), named=[*named])
    message(shown(pauses.resumed(Resumed(status=status, changed=changed), askable=status.empty)), named=[*named])
    message(shown(pauses.pause_statuses(many, usage="pause")), named=[*named])


def test_a_list_of_many_workflows_counts_what_it_leaves_out() -> None:
    many = [PauseStatus(workflow=f"w{place}", pause=None, waiting=0, empty=0, held=0) for place in range(40)]
    assert "and 10 more" in message(shown(pauses.pause_statuses(many, usage="resume")))


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (pause(), "This workflow is paused: it is wrong"),
        (pause(by="cli:kim"), "This workflow is paused by cli:kim: it is wrong"),
        (pause(by="countersign", by_itself=True), "This workflow is paused by Countersign: it is wrong"),
    ],
)
def test_a_card_says_that_it_is_paused_and_by_whom_where_that_is_more_than_an_id(by: Pause, said: str) -> None:
    told = message(card(view(has_proposal=False, why=decide(Facts(proposed=False, paused=by)).reasons)))
    assert said in told
    assert ANA not in told


def test_a_held_decision_is_said_to_be_recorded_and_held() -> None:
    held = view(state=ReviewState.DECIDED, decision=decision(), run_state=RunState.HOLDING)
    assert "Recorded; held until the workflow is resumed." in message(card(held), named=[ANA])
