"""A budget is never exceeded, whoever spends it, and what it holds is what its attempts add up to."""

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model import spending
from tests.integration.model.books import Books, books_in
from tests.integration.model.race import PER_DAY, race
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

_PERIODS = count()
"""A budget of its own for each example."""
SOME_DOLLARS = st.decimals(min_value=0, max_value=3, places=9)


@pytest.fixture
def books(tmp_path: Path, database_url: str) -> Iterator[Books]:
    with books_in(tmp_path, database_url) as books:
        yield books


@pytest.fixture(scope="module")
def sqlite_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books_in(tmp_path_factory.mktemp("books")) as books:
        yield books


def add_up(books: Books) -> None:
    """Every reservation is settled, or kept because nobody knows; the budget holds exactly their sum."""
    attempts = books.requests()
    assert all(attempt.outcome != "asked" for attempt in attempts)
    counted = sum((attempt.reserved if attempt.cost is None else attempt.cost for attempt in attempts), Decimal(0))
    with books.database.read() as session:
        taken = spending.taken(session, team=books.team, budget="eval:1", period="")
    assert taken == counted
    assert taken <= PER_DAY
    assert {attempt.outcome for attempt in attempts if attempt.cost is None} <= {"transient"}
    assert all(attempt.cost is None or attempt.cost <= attempt.reserved for attempt in attempts)


def test_two_processes_with_fifty_threads_each_never_exceed_one_budget(books: Books, database_url: str) -> None:
    command = [sys.executable, "-m", "tests.integration.model.race", database_url]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen([*command, str(seed), "150"], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for seed in (1, 2)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    ended = [one.communicate(timeout=LONGEST) for one in running]
    assert [one.returncode for one in running] == [0, 0], ended
    told = [json.loads(out) for out, _ in ended]
    add_up(books)
    made = [attempt for attempt in books.requests() if attempt.outcome != "not_asked"]
    assert len(made) == sum(one["sent"] for one in told)
    paid = sum((Decimal(one["paid"]) for one in told), Decimal(0))
    assert Decimal("0.002") < paid <= PER_DAY
    assert all(one["answered"] for one in told)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_books_add_up_whatever_the_model_does(tmp_path: Path, seed: int) -> None:
    with books_in(tmp_path) as books:
        told = race(f"sqlite:///{tmp_path / 'books.sqlite'}", seed, 60)
        add_up(books)
        assert told["answered"]


@given(limit=SOME_DOLLARS, amounts=st.lists(st.tuples(SOME_DOLLARS, st.floats(0, 1)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_budget_takes_what_it_has_and_nothing_more(
    sqlite_books: Books, limit: Decimal, amounts: list[tuple[Decimal, float]]
) -> None:
    """Each amount is taken whole or not at all, and what was less in the end comes back."""
    team, budget, period, expected = sqlite_books.team, "eval:1", str(next(_PERIODS)), Decimal(0)
    with sqlite_books.database.write() as session:
        for amount, share in amounts:
            took = spending.take(session, team=team, budget=budget, period=period, amount=amount, limit=limit)
            assert took == (expected + amount <= limit)
            if took:
                back = (amount * Decimal(share)).quantize(Decimal("1e-9"))
                spending.correct(session, team=team, budget=budget, period=period, by=-back)
                expected += amount - back
            assert spending.taken(session, team=team, budget=budget, period=period) == expected
            assert expected <= limit
