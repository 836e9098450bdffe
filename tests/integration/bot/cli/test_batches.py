"""`volume-test --batch`: what a person is told, also after Ctrl-C, and what is refused."""

import json
import signal
from collections.abc import Iterator

import pytest

from tests.integration.bot.commandline import LONGEST, CommandLine
from tests.integration.model.batches import succeeded
from tests.integration.model.server import AnthropicServer

pytestmark = pytest.mark.slow

SOURCE = """
from typing import Literal

from pydantic import BaseModel
from countersign import Autonomy, Review, Workflow

class Claim(BaseModel):
    id: int
    text: str

class Judged(BaseModel):
    verdict: Literal["refund", "decline"]

refunds = Workflow(
    name="refunds", decision="Refund?", owner="U0MARIA", input=Claim, output=Judged, key=lambda claim: str(claim.id),
    prompt="refunds.md", review=Review(reviewers="U0ANA"), autonomy=Autonomy.floor(0.9), no_nevers="it is a test",
    told=("the customer",), may={"execute": "refund"},
)

@refunds.deliver
def deliver(judged, run):
    raise AssertionError("a volume test delivers nothing")
"""


@pytest.fixture(scope="module")
def running() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def refunds(empty: CommandLine, running: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.forget()
    said = {"answer": {"verdict": "refund"}, "confidence": {"verdict": 0.95}}
    running.batches.answer = lambda _: succeeded(json.dumps(said))
    (empty.folder / "refunds.py").write_text(SOURCE)
    (empty.folder / "prompts").mkdir()
    (empty.folder / "prompts" / "refunds.md").write_text("Judge the claim.")
    (empty.folder / "history.csv").write_text("id,text,verdict\n1,broken,refund\n2,late,refund\n3,lost,decline\n")
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS="refunds.py", ANTHROPIC_API_KEY="sk-ant-test", ANTHROPIC_BASE_URL=running.url
    )
    return empty


def test_a_test_in_batches_says_what_it_does_and_its_report_names_the_price_of_a_live_case(
    refunds: CommandLine, running: AnthropicServer
) -> None:
    said = refunds.done("volume-test", "refunds", "--file", "history.csv", "--batch")
    assert "batch msgbatch_01 at anthropic: 3 questions" in said.err
    assert "batch msgbatch_01 is answered" in said.err
    assert "volume test 1 is tried" in said.out
    assert [line.split()[-3:-1] for line in refunds.done("volume-test", "list").out.splitlines()[1:]] == [
        ["batches", "all"]
    ]
    report = refunds.done("volume-test", "report", "1", "--per-day", "100").out
    assert "how long a live case takes is not known" in report
    kept = refunds.done("volume-test", "report", "1", "--json").json()
    assert (kept["milliseconds_each"], kept["in_batches"], kept["tried"]) == (None, True, 3)
    assert running.requests == ()


def test_after_ctrl_c_the_batch_goes_on_at_the_vendor_and_another_process_collects_it(
    refunds: CommandLine, running: AnthropicServer
) -> None:
    running.batches.ends_after = 1_000
    process = refunds.started("volume-test", "refunds", "--file", "history.csv", "--batch")
    assert process.stderr is not None
    for line in process.stderr:
        if "batch msgbatch_01" in line:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert "batch msgbatch_01 goes on at its vendor, and is paid for" in said
    assert "countersign volume-test refunds --resume 1 goes on" in said
    running.batches.end_all()
    assert "volume test 1 is tried" in refunds.done("volume-test", "refunds", "--resume", "1").out
    assert len(running.batches.asked) == 3


def test_what_cannot_be_asked_in_batches_is_refused_in_words(refunds: CommandLine) -> None:
    asked = ("volume-test", "refunds", "--file", "history.csv", "--batch")
    assert "asks no paid model" in refunds(*asked, COUNTERSIGN_MODEL="local").error()
    assert "a test goes on as it began" in refunds("volume-test", "refunds", "--resume", "1", "--batch").error()
    assert "goes with --resume" in refunds(*asked, "--send-again").error()
