"""F63, F67: an author's code that ends a program, or does not return, stops its own case, visibly, and no other."""

from asyncio import CancelledError
from collections.abc import Callable, Iterator
from itertools import product
from threading import Event, Timer

import pytest

from tests.chaos import naive
from tests.chaos.automation import AFTER, BEFORE, RULE, STEP
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Counts, count
from tests.chaos.settings import LONG
from tests.chaos.story import Story
from tests.chaos.tally import hold, note
from tests.time_limits import time_is_up
from tests.waiting import LONGEST, wait_until
from workflows import TimeLimits
from workflows.engine.declare.calls import author_threads

pytestmark = pytest.mark.slow

ENDS: list[type[BaseException]] = [
    *(SystemExit, KeyboardInterrupt, CancelledError),
    *(GeneratorExit, MemoryError, RecursionError),
]
LETTER, PARCEL = "letters/ticket-5", "claims/ticket-3"
"""The keys of two effects that people decide about: at a target without keys, and at one that knows them."""
PLACES = [(STEP, "unsure money"), (RULE, "unsure letter"), *product((BEFORE, AFTER), (LETTER, PARCEL))]
AMPLE = TimeLimits(code=LONGEST, rule=LONGEST)
"""Of code that returns at once, on a slow machine too."""


@pytest.fixture
def released() -> Iterator[Event]:
    """An event that hanging code waits for; it is set when the test is over, and then that code comes to its end."""
    event = Event()
    yield event
    event.set()
    wait_until(lambda: not author_threads.stuck())


def once(story: Story, place: tuple[str, str], act: Callable[[], object]) -> list[str]:
    """Have something happen the first time that the automations' code comes to a place; returns where it did."""
    happened: list[str] = []

    def disturb(at: str, about: str) -> None:
        if (at, about) == place and not happened:
            happened.append(at)
            act()

    story.office.disturb = disturb
    return happened


def raising(error: type[BaseException]) -> Callable[[], object]:
    """Code that raises."""

    def act() -> None:
        raise error

    return act


def hanging(released: Event) -> Callable[[], object]:
    """Code that does not return, and is given up at once."""

    def act() -> None:
        time_is_up()
        released.wait()

    return act


def told(story: Story, place: tuple[str, str], act: Callable[[], object]) -> Counts:
    """Tell a story in which something happens at a place."""
    happened = once(story, place, act)
    counts = count(story.told())
    assert happened, f"nobody came to {place}"
    return counts


@pytest.mark.parametrize(
    ("place", "error"),
    list(product(PLACES, ENDS)) if LONG else [(place, ENDS[n % len(ENDS)]) for n, place in enumerate(PLACES)],
    ids=str,
)
def test_code_that_ends_a_program_stops_its_own_case_alone(
    make_story: MakeStory, place: tuple[str, str], error: type[BaseException]
) -> None:
    counts = told(make_story(brief=True), place, raising(error))
    hold("F63", f"code that ends a program, {place[0]}", counts)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_code_that_does_not_return_stops_its_own_case_alone(
    make_story: MakeStory, released: Event, place: tuple[str, str]
) -> None:
    story = make_story(brief=True)
    story.office.limits = AMPLE
    hold("F67", f"code that does not return, {place[0]}", told(story, place, hanging(released)))


def test_where_an_exit_is_taken_for_a_refusal_an_effect_is_had_twice(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for F63."""
    with monkeypatch.context() as patch:
        naive.takes_an_exit_for_a_refusal(patch)
        counts = told(make_story(brief=True), (AFTER, LETTER), raising(SystemExit))
    note("control", "an exit is taken for a refusal", counts)
    assert counts.doubled


def test_where_silence_is_taken_for_a_refusal_an_effect_is_had_twice(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch, released: Event
) -> None:
    """The control for F67: what was given up had done it."""
    story = make_story(brief=True)
    story.office.limits = AMPLE
    with monkeypatch.context() as patch:
        naive.takes_silence_for_a_refusal(patch)
        counts = told(story, (AFTER, LETTER), hanging(released))
    note("control", "silence is taken for a refusal", counts)
    assert counts.doubled


def test_without_a_limit_all_waits_for_the_code_and_nobody_is_told(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch, released: Event
) -> None:
    """The control for F67: the code returns after a while here, or the story would have no end."""
    stops = {}
    for limited in (True, False):
        story = make_story(brief=True)
        story.office.limits = AMPLE
        with monkeypatch.context() as patch:
            if not limited:
                naive.waits_for_ever(patch)
                Timer(1.0, released.set).start()
            happened = once(story, (STEP, "unsure money"), hanging(released))
            stops[limited] = len(story.told().stops)
        assert happened
    assert stops == {True: 2, False: 1}, "the step that is to be mended is one of them"
