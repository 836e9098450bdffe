"""The loop that learns, played in the browser with the local model: it learns from what people corrected, is measured,
signed by two, watched in the shadow and live; and one that learned from wrong examples is taken back by itself.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.learning_loop import Loop, seen, sign, subject, text_of
from tests.slack.stage import ANA, MARIA, Stage
from workflows import Rollout
from workflows.model.choice import ModelSettings
from workflows.quality.deployments.reading import deployment_view

pytestmark = pytest.mark.slow

_CRATES = 62
"""Tickets from this number on are about crates, too."""
_NEW = 200
"""Tickets from this number on are about barrels, of which no decision tells: they belong to delivery."""


@pytest.fixture
def loop(stage: Stage, tmp_path: Path) -> Iterator[Loop]:
    workflow = stage.sample()
    workflow.folder = tmp_path
    workflow.rollout = Rollout(share=1.0, margin=0.2, sure=0.8, signatures=2)
    begun = Loop.begin(stage, workflow, ModelSettings(wanted="local"))
    begun.reply = ""
    begun.abouts.update((number, "parcel") for number in range(_CRATES) if subject(number) == "crate")
    begun.abouts.update((number, "barrel") for number in range(_NEW, _NEW + 60))
    yield begun
    begun.models.close()


def teach(loop: Loop, rows: Iterable[tuple[int, str, str]]) -> None:
    """Write examples into the author's file: number, subject and queue of each."""
    assert loop.workflow.folder is not None
    with (loop.workflow.folder / "examples.jsonl").open("a", encoding="utf-8") as file:
        for number, about, queue in rows:
            input = {"id": number, "text": text_of(number, about)}
            file.write(json.dumps({"input": input, "output": {"queue": queue, "reply": ""}}) + "\n")


def test_corrections_teach_the_local_model_and_what_it_learned_wrong_is_taken_back(
    loop: Loop, open_window: OpenWindow
) -> None:
    teach(loop, [(900 + n, "invoice", "billing") for n in range(12)])
    teach(loop, [(950 + n, "letter", "delivery") for n in range(4)])
    loop.propose()
    window = open_window()
    sign(loop, window, 1)
    assert loop.states() == ["live"]

    loop.tickets(range(2, _CRATES))
    window.become(ANA)
    form = window.open(window.message("number 4 :"), "Edit")
    form.get_by_label("Queue").select_option(label="delivery")
    window.submit()
    loop.decide(range(2, _CRATES))
    loop.learn()
    loop.take_all()
    loop.propose()
    expect(window.message("deploy version 2?")).to_contain_text("Better than the live version.")
    seen(window, "local-proposed")
    sign(loop, window, 2)
    assert loop.states() == ["live", "shadow"]
    loop.learn()
    loop.tickets(range(_CRATES, 110))
    loop.decide(range(_CRATES, 110))
    loop.learn()
    assert loop.states() == ["replaced", "live"]
    seen(window, "local-live")

    # It learns what crates are, too, by what people decided; and about barrels from its author, who is wrong.
    loop.take_all()
    teach(loop, [(1_000 + n, "barrel", "billing") for n in range(40)])
    loop.workflow.rollout = Rollout(way="at once", signatures=1)
    loop.propose()
    evidence = deployment_view(loop.stage.world.context, 3).evidence
    assert evidence is not None
    assert evidence.pairs is not None
    assert evidence.pairs.only_new > evidence.pairs.only_live
    sign(loop, window, 3, people=(MARIA,))
    loop.until_rolled_back(_NEW)
    assert loop.states() == ["replaced", "live", "rolled_back"]
    seen(window, "local-rolled-back")
