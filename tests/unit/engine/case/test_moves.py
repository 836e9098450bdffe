"""The tables of states: complete, without dead ends, and nothing moves outside them."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from store import schema
from store.states import ENDED, STOPPED, DeliveryState, OutboxState, ReviewState, RunState, SpotCheckState
from tests.world import Clock
from workflows.engine.case.moves import DELIVERY_MOVES, OUTBOX_MOVES, REVIEW_MOVES, RUN_MOVES, SPOT_CHECK_MOVES
from workflows.engine.case.transitions import ImpossibleMove, move_delivery, move_review, move_run

Moves = Mapping[StrEnum, frozenset[StrEnum]]


def _words(moves: Mapping[RunState, frozenset[RunState]] | Mapping[ReviewState, frozenset[ReviewState]]) -> Moves:
    return {state: frozenset(targets) for state, targets in moves.items()}


RUN, REVIEW = _words(RUN_MOVES), _words(REVIEW_MOVES)
DELIVERY: Moves = {state: frozenset(targets) for state, targets in DELIVERY_MOVES.items()}
OUTBOX: Moves = {state: frozenset(targets) for state, targets in OUTBOX_MOVES.items()}
SPOT_CHECK: Moves = {state: frozenset(targets) for state, targets in SPOT_CHECK_MOVES.items()}

TABLES = [
    pytest.param(RunState, RUN, RunState.READY, id="run"),
    pytest.param(ReviewState, REVIEW, ReviewState.OPEN, id="review"),
    pytest.param(DeliveryState, DELIVERY, DeliveryState.INTENDED, id="delivery"),
    pytest.param(OutboxState, OUTBOX, OutboxState.DUE, id="outbox"),
    pytest.param(SpotCheckState, SPOT_CHECK, SpotCheckState.OPEN, id="spot check"),
]


def reachable(moves: Moves, start: StrEnum) -> set[StrEnum]:
    """All states that moves lead to, the start included."""
    found, todo = {start}, [start]
    while todo:
        new = moves[todo.pop()] - found
        found |= new
        todo += new
    return found


@pytest.mark.parametrize(("states", "moves", "start"), TABLES)
def test_every_state_has_its_line_in_the_table(states: type[StrEnum], moves: Moves, start: StrEnum) -> None:
    assert set(moves) == set(states)
    assert set().union(*moves.values()) <= set(states)


@pytest.mark.parametrize(("states", "moves", "start"), TABLES)
def test_every_state_can_be_reached_from_the_first(states: type[StrEnum], moves: Moves, start: StrEnum) -> None:
    assert reachable(moves, start) == set(states)


def test_a_run_that_ended_is_at_most_superseded() -> None:
    assert {state: set(RUN_MOVES[state]) for state in ENDED} == {
        RunState.DELIVERED: set(),
        RunState.CLOSED: {RunState.SUPERSEDED},
        RunState.SUPERSEDED: set(),
    }


def test_only_delivered_and_superseded_runs_have_no_way_on() -> None:
    assert {state for state, moves in RUN_MOVES.items() if not moves} == {RunState.DELIVERED, RunState.SUPERSEDED}


@pytest.mark.parametrize("state", sorted(set(RunState) - ENDED))
def test_a_run_in_any_other_state_can_still_come_to_an_end(state: RunState) -> None:
    assert reachable(RUN, state) & ENDED


@pytest.mark.parametrize("state", sorted(set(RunState) - ENDED - {RunState.PARKED, RunState.FAILED}))
def test_a_run_that_is_neither_ended_nor_to_be_replaced_can_still_be_delivered(state: RunState) -> None:
    assert RunState.DELIVERED in reachable(RUN, state)


def test_a_stopped_run_goes_on_only_through_somebody() -> None:
    """A failed and a parked one are replaced by a rerun; what a person finds out settles a doubtful one."""
    assert {state: set(RUN_MOVES[state]) for state in STOPPED} == {
        RunState.FAILED: {RunState.SUPERSEDED},
        RunState.PARKED: {RunState.SUPERSEDED},
        RunState.DOUBTFUL: {RunState.DELIVERED, RunState.CLOSED, RunState.FAILED},
    }


@pytest.mark.parametrize("state", [RunState.DELIVERING, RunState.DOUBTFUL, RunState.DELIVERED])
def test_what_is_being_delivered_or_was_is_never_superseded(state: RunState) -> None:
    assert RunState.SUPERSEDED not in RUN_MOVES[state]


def test_an_applied_effect_stays_applied() -> None:
    assert DELIVERY_MOVES[DeliveryState.APPLIED] == frozenset()


def test_a_doubtful_effect_is_never_attempted_again_by_itself() -> None:
    assert DELIVERY_MOVES[DeliveryState.DOUBTFUL] == {DeliveryState.APPLIED, DeliveryState.FAILED}


@given(st.data())
def test_however_a_run_moves_there_is_a_way_to_its_end(data: st.DataObject) -> None:
    """A random walk never comes to a state without either an end or a way on."""
    state = RunState.READY
    for _ in range(data.draw(st.integers(0, 20), label="moves")):
        if not RUN_MOVES[state]:
            break
        state = data.draw(st.sampled_from(sorted(RUN_MOVES[state])))
    assert state in ENDED or reachable(RUN, state) & ENDED


def _outside(states: type[StrEnum], moves: Moves, *, itself: bool) -> list[tuple[StrEnum, StrEnum]]:
    """The moves that the table does not have. `itself`: staying counts as one."""
    return [(a, b) for a, b in product(states, states) if b not in moves[a] and (itself or a != b)]


NOW = Clock()()


def test_a_run_is_not_moved_outside_the_table() -> None:
    for frm, to in _outside(RunState, RUN, itself=True):
        run = schema.Run(id=1, team_id=1, case_id=1, state=frm)
        with Session() as session, pytest.raises(ImpossibleMove, match=f"run 1: {frm} > {to}"):
            move_run(session, run, RunState(to), at=NOW, actor="U1")


def test_a_review_is_not_moved_outside_the_table() -> None:
    for frm, to in _outside(ReviewState, REVIEW, itself=False):
        review = schema.Review(id=1, team_id=1, case_id=1, state=frm)
        with Session() as session, pytest.raises(ImpossibleMove, match=f"review 1: {frm} > {to}"):
            move_review(session, review, ReviewState(to), at=NOW, actor="U1", action="review.moved")


def test_a_delivery_is_not_moved_outside_the_table() -> None:
    for frm, to in _outside(DeliveryState, DELIVERY, itself=True):
        delivery = schema.Delivery(id=1, team_id=1, case_id=1, key="k", state=frm)
        with Session() as session, pytest.raises(ImpossibleMove, match=f"delivery 1: {frm} > {to}"):
            move_delivery(session, delivery, DeliveryState(to), at=NOW, actor="U1")
