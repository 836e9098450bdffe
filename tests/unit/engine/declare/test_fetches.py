"""A function that looks for cases is declared with times that can work, under a name of its own."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sample import Desk, Ticket, sample_workflow
from workflows import BadDeclaration, Fetched, step
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.declare.reach import check_reach
from workflows.engine.sources.looks.fetching import wait_after

MINUTE = timedelta(minutes=1)


def look(cursor: str | None) -> Fetched[Ticket]:
    """Find nothing."""
    return Fetched(inputs=[], cursor="")


def _new_tickets(cursor: str | None) -> Fetched[Ticket]:
    return look(cursor)


def test_a_fetch_has_the_functions_name_or_another() -> None:
    sample = sample_workflow(Desk())
    assert sample.fetch(every=MINUTE)(_new_tickets) is _new_tickets
    sample.fetch(every=MINUTE, name="second", within=timedelta(minutes=5))(_new_tickets)
    assert [(one.name, one.within) for one in sample.fetches] == [
        ("new-tickets", MINUTE),
        ("second", timedelta(minutes=5)),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"every": timedelta(seconds=9)}, "from 10 seconds to 7 days"),
        ({"every": timedelta(days=8)}, "from 10 seconds to 7 days"),
        ({"every": 60}, "from 10 seconds to 7 days"),
        ({"every": MINUTE, "within": timedelta(hours=1)}, "from 1 second to 10 minutes"),
        ({"every": MINUTE, "name": "Two words"}, "lower-case words joined by hyphens"),
        ({"every": MINUTE, "name": "../a"}, "lower-case words joined by hyphens"),
        ({"every": MINUTE, "name": "x" * 99}, "a shorter name"),
        ({"every": MINUTE, "name": "known"}, "declared twice"),
    ],
)
def test_one_that_cannot_work_is_refused_in_words(given: dict[str, Any], says: str) -> None:
    sample = sample_workflow(Desk())
    sample.fetch(every=MINUTE, name="known")(look)
    with pytest.raises(BadDeclaration, match=says):
        sample.fetch(**given)(look)
    assert len(sample.fetches) == 1


def test_a_look_is_a_part_of_the_terms_where_there_is_one() -> None:
    """Terms of a workflow that looks for nothing are as they were before there were looks."""

    def parts() -> dict[str, Any]:
        return dict(terms_of(sample, prompt=None, answering=Answering(models=[])).parts)

    sample = sample_workflow(Desk())
    assert "fetches" not in parts()
    sample.fetch(every=MINUTE)(look)
    (one,) = parts()["fetches"]
    assert (one["name"], one["every"]) == ("look", 60)


def test_a_step_that_a_look_names_may_change_nothing() -> None:
    @step(does="execute")
    def delete(number: int) -> None:
        """Delete a ticket."""

    def tidy(cursor: str | None) -> Fetched[Ticket]:
        delete(1)
        return look(cursor)

    sample = sample_workflow(Desk())
    sample.fetch(every=MINUTE)(tidy)
    with pytest.raises(BadDeclaration, match="the step delete in the fetch tidy does execute before"):
        check_reach(sample)


def test_the_wait_after_failures_doubles_up_to_an_hour() -> None:
    waits = [wait_after(failures, every=timedelta(seconds=10)) for failures in (1, 2, 3, 7, 400)]
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 60 * MINUTE, 60 * MINUTE]
    assert wait_after(1, every=timedelta(days=1)) == timedelta(hours=1)
