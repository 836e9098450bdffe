"""The story, told once for each thing that can go wrong at each point of it: nothing is lost, doubled, wrong or silent.

The short version tries a few of each seam, side and kind; `make chaos` all of them.
"""

from random import Random

import pytest

from tests.chaos.conftest import MakeStory
from tests.chaos.counting import count
from tests.chaos.faults import Fault
from tests.chaos.settings import LONG, SEED
from tests.chaos.sweep import faults_at, sampled
from tests.chaos.tally import hold

pytestmark = pytest.mark.slow

CHUNKS = 40 if LONG else 1
FEW = 5


@pytest.fixture(scope="module")
def known() -> list[list[Fault]]:
    """The faults of the story, found by telling it once; filled by whoever needs them first."""
    return []


def all_faults(known: list[list[Fault]], make_story: MakeStory) -> list[Fault]:
    """Every fault of the story."""
    if not known:
        story = make_story(brief=False)
        hold("none", "the story without a fault", count(story.told()))
        known.append(faults_at(story.watching.crossings))
    return known[0]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_goes_wrong_once_nothing_is_lost_doubled_wrong_or_silent(
    make_story: MakeStory, known: list[list[Fault]], chunk: int
) -> None:
    faults = all_faults(known, make_story)
    tried = faults if LONG else sampled(faults, CHUNKS * FEW, seed=SEED)
    for fault in tried[chunk::CHUNKS]:
        story = make_story(fault, brief=False)
        counts = count(story.told())
        assert story.watching.fired == [fault], f"{fault} did not happen"
        hold("F1-F10", f"{fault.kind} {fault.at.side} {fault.at.seam}", counts)
        assert counts.extra_calls <= 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS // 2 or 1))
def test_whatever_goes_wrong_three_times_nothing_is_lost_doubled_wrong_or_silent(
    make_story: MakeStory, known: list[list[Fault]], chunk: int
) -> None:
    """Chance picks three faults; a later one may find itself in what the first one led to, or in nothing."""
    random = Random(SEED + chunk)
    faults = all_faults(known, make_story)
    for _ in range(3 if LONG else 1):
        story = make_story(*random.sample(faults, 3), brief=False)
        counts = count(story.told())
        hold("F1-F10", "three faults that chance picks", counts)
        assert counts.extra_calls <= 3
