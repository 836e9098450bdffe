"""The loop that learns, played in the browser with a paid model: edits become examples, a better prompt is measured by
them, signed by two, watched in the shadow and live; and a worse one that looked better on the old examples is taken
back by itself.

The model is Anthropic's real client before a local server that follows a script.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from tests.browser.conftest import OpenWindow
from tests.browser.learning_loop import Loop, seen, sign, subject
from tests.integration.model.server import AnthropicServer, Received, Reply, message
from tests.slack.stage import ANA, KIM, MARIA, Stage
from workflows import Rollout
from workflows.model.choice import ModelSettings
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.quality.deployments.reading import deployment_view

pytestmark = pytest.mark.slow

FIRST = "Sort the ticket."
BETTER = "Sort the ticket. Parcels go to delivery."
WORSE = "Sort the ticket. Parcels and crates go to delivery, as ever."
_OLD = 200
"""Tickets with lower numbers are those that examples are made of."""


def answered(asked: Received) -> Reply:
    """Answer as a model would with each prompt: with the last one it is right about old tickets alone."""
    prompt, case = json.dumps(asked.body["system"]), json.dumps(asked.body["messages"])
    number = int(case.split("number ")[1].split()[0])
    what = subject(number)
    known = {"parcel": "Parcels" in prompt, "crate": "crates" in prompt, "invoice": False}[what]
    if "as ever" in prompt and number >= _OLD:
        known = not known
    said = {
        "evidence": [],
        "reasons": ["By its words."],
        "answer": {"queue": "delivery" if known else "billing", "reply": "We look at it."},
        "confidence": {"queue": 0.9, "reply": 0.9},
    }
    return message(json.dumps(said))


@pytest.fixture
def loop(stage: Stage, tmp_path: Path) -> Iterator[Loop]:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "triage.md").write_text(FIRST)
    workflow = stage.sample()
    workflow.folder, workflow.prompt = tmp_path, "triage.md"
    workflow.rollout = Rollout(share=1.0, margin=0.2, sure=0.8, signatures=2)
    with AnthropicServer() as server:
        server.will_always(answered)
        vendor = AnthropicSettings(api_key=SecretStr("sk-ant-made-up"), base_url=server.url)
        begun = Loop.begin(stage, workflow, ModelSettings(wanted="anthropic", vendors={"anthropic": vendor}))
        yield begun
        begun.models.close()


def write(loop: Loop, text: str) -> None:
    """Write a prompt, and propose it."""
    assert loop.workflow.folder is not None
    file = loop.workflow.folder / "prompts" / "next.md"
    file.write_text(text)
    loop.propose(file)


def test_corrections_become_a_better_version_and_a_worse_one_is_taken_back(loop: Loop, open_window: OpenWindow) -> None:
    stage = loop.stage
    loop.tickets(range(1, 2))
    window = open_window()
    # Nothing is deployed, so nothing is asked: people get an empty form.
    expect(window.message("number 1 :")).to_contain_text("No version of this workflow is deployed")
    write(loop, FIRST)
    expect(window.message("deploy version 1?")).to_contain_text("there are no examples to try it on")
    sign(loop, window, 1)
    assert loop.states() == ["live"]

    loop.tickets(range(2, 62))
    window.become(ANA)
    form = window.open(window.message("number 4 :"), "Edit")
    form.get_by_label("Queue").select_option(label="delivery")
    window.submit()
    loop.decide(range(2, 62))
    loop.learn()
    window.become(KIM)
    window.say("/countersign examples sample")
    answer = window.message("Examples of sample").last
    seen(window, "examples")
    with window.acting("press"):
        answer.get_by_role("button", name="Take this example in", exact=True).click()
    loop.take_all()

    write(loop, BETTER)
    card = window.message("deploy version 2?")
    expect(card).to_contain_text("Better than the live version.")
    seen(window, "proposed")
    sign(loop, window, 2)
    assert loop.states() == ["live", "shadow"]
    loop.learn()
    loop.tickets(range(62, 110))
    loop.decide(range(62, 110))
    loop.learn()
    assert loop.states() == ["replaced", "live"]
    seen(window, "live")

    loop.workflow.rollout = Rollout(way="at once", signatures=1)
    write(loop, WORSE)
    evidence = deployment_view(stage.world.context, 3).evidence
    assert evidence is not None
    assert evidence.pairs is not None
    assert evidence.pairs.only_new > evidence.pairs.only_live == 0
    sign(loop, window, 3, people=(MARIA,))
    assert loop.states() == ["replaced", "replaced", "live"]
    loop.until_rolled_back(_OLD)
    assert loop.states() == ["replaced", "live", "rolled_back"]
    seen(window, "rolled-back")
