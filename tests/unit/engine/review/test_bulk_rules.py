"""The rules of a bulk rerun: what it does next, whatever became of its runs so far."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.states import BulkState
from workflows.engine.review.rerun.bulk_rules import MOST, TRIAL, Begin, End, Progress, WhyStopped, next_move, size_of

NEW = Progress(state=BulkState.TRIAL, wave=0, begun=0, under_way=0, through=0, again=0, otherwise=0, is_any_left=True)
TRIED = replace(NEW, wave=1, begun=TRIAL, through=TRIAL)
WAVES = replace(TRIED, state=BulkState.WAVES, wave=5, begun=500, through=450)


@pytest.mark.parametrize(
    ("now", "move"),
    [
        (NEW, Begin(number=TRIAL, wave=1, state=BulkState.TRIAL)),
        (replace(NEW, wave=1, begun=2, under_way=2), Begin(number=3, wave=1, state=BulkState.TRIAL)),
        (replace(NEW, wave=1, begun=TRIAL, under_way=1, through=4), None),
        (replace(NEW, wave=1, begun=TRIAL, under_way=4, again=1), End(why=WhyStopped.BACK_IN_TRIAL)),
        (replace(NEW, wave=1, begun=TRIAL, otherwise=TRIAL), End(why=WhyStopped.NONE_THROUGH)),
        (TRIED, Begin(number=10, wave=2, state=BulkState.WAVES)),
        (replace(TRIED, is_any_left=False), End()),
        (replace(WAVES, under_way=26), None),
        (replace(WAVES, under_way=25), Begin(number=25, wave=6, state=BulkState.WAVES)),
        (replace(WAVES, again=3, under_way=50), None),
        (replace(WAVES, through=50, again=4), End(why=WhyStopped.BACK)),
        (replace(WAVES, through=10, otherwise=4), End(why=WhyStopped.OTHERWISE)),
        (replace(WAVES, is_any_left=False, under_way=1), None),
    ],
)
def test_what_it_does_next(now: Progress, move: Begin | End | None) -> None:
    assert next_move(now) == move


@given(wave=st.integers(1, 10_000), under_way=st.integers(0, MOST), through=st.integers(0, 10_000))
def test_never_more_than_a_limit_are_under_way(wave: int, under_way: int, through: int) -> None:
    move = next_move(replace(WAVES, wave=wave, under_way=under_way, through=through))
    assert size_of(wave) <= MOST
    assert move is None or (isinstance(move, Begin) and 0 < move.number <= MOST - under_way)
