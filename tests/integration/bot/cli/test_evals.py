"""`countersign eval`: what is printed and kept of a workflow that is tried on examples with their right answers."""

import json
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import workflows.library.intent_triage
from tests.integration.bot.commandline import CommandLine, Said
from tests.integration.model.server import AnthropicServer, Reply, message
from workflows.quality.examples.split import Half, half_of

pytestmark = pytest.mark.slow

LIBRARY = Path(workflows.library.intent_triage.__file__).parent
SAMPLE, EXAMPLES = LIBRARY / "sample.csv", LIBRARY / "sample_examples.csv"

PARCELS = [
    (1, "for the door", "home"),
    (2, "to the shop", "shop"),
    (3, "for the door again", "lost"),  # it will be wrong
    (4, "unsure of it", "home"),
    (5, "it leaks", "lost"),
    (6, "nobody knows", "home"),
]


def examples(countersign: CommandLine, rows: list[tuple[int, str, str]], name: str = "examples.jsonl") -> Path:
    path = countersign.folder / name
    lines = [{"input": {"id": id, "text": text}, "output": {"queue": queue}} for id, text, queue in rows]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def rows(countersign: CommandLine, table: str) -> list[Any]:
    with closing(sqlite3.connect(countersign.folder / "countersign.sqlite")) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()  # a table of the test's own naming


def printed(said: Said) -> dict[str, str]:
    """Return the printed value of each name."""
    found = (line.split("  ", 1) for line in said.out.splitlines() if "  " in line)
    return {name: value.strip() for name, value in found}


def test_a_workflow_is_tried_the_real_way_and_nothing_is_delivered_and_no_case_made(countersign: CommandLine) -> None:
    said = countersign("eval", "parcels", "--file", examples(countersign, PARCELS))
    assert said.code == 0, said
    numbers = printed(said)
    assert numbers["tried"] == "6 of 6"
    assert numbers["queue right"] == "50.0% (3 of 6)"  # not: lost, leaks, nobody knows
    assert numbers["goes alone (floor 0.9)"] == "3"
    assert numbers["right, of those alone"] == "66.7% (2 of 3)"
    assert numbers["no proposal: no_proposal"] == "1"
    assert "never send out what leaks: 1\n" in said.out
    table = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line.startswith("0.")}
    assert table["0.5"] == ["4", "(66.7%)", "1", "(25.0%)", "75.1%"]
    assert table["0.9"] == ["*", "3", "(50.0%)", "1", "(33.3%)", "86.5%"]
    assert table["0.99"] == ["0", "(0.0%)", "-", "-"]
    assert countersign.effects() == {}
    assert rows(countersign, "cases") == []
    assert sorted(countersign.lines("steps")) == ["1", "2", "3", "4", "5", "6"], "steps are really made"


def test_what_is_kept_says_nothing_of_a_case_and_is_what_json_says(countersign: CommandLine) -> None:
    said = countersign("eval", "parcels", "--file", examples(countersign, PARCELS), "--json").json()
    (row,) = rows(countersign, "evals")
    kept = json.loads(row[-1])
    assert kept == {"summary": said["summary"], "cases": said["cases"]}
    assert row[-2] is not None, "it was finished"
    assert not any(text in row[-1] for _, text, _ in PARCELS)
    assert len(said["cases"]) == 6
    assert said["against"] is None
    leaking = next(case for case in said["cases"] if case["nevers"])
    assert (leaking["alone"], leaking["right"], leaking["reasons"]) == (False, {"queue": False}, ["never"])


def test_bad_rows_are_named_and_the_rest_is_tried(countersign: CommandLine) -> None:
    path = examples(countersign, PARCELS[:2])
    path.write_text(path.read_text() + '{"input": {"id": -1, "text": "\\u001b[2J"}, "output": {"queue": "home"}}\n{\n')
    said = countersign("eval", "parcels", "--file", path)
    assert said.code == 1
    assert "line 3 cannot be tried: id: has to be more than 0\n" in said.out
    assert "line 4 cannot be tried: not readable as JSON: " in said.out
    assert printed(said)["tried"] == "2 of 2"
    assert len(countersign("eval", "parcels", "--file", path, "--json").json()["unusable"]) == 2


@pytest.mark.parametrize("content", ["", "\n\n", "no json\n"])
def test_where_there_is_nothing_to_try_it_says_what_to_do(countersign: CommandLine, content: str) -> None:
    path = countersign.place("empty.jsonl", content)
    error = countersign("eval", "parcels", "--file", path).error()
    assert "nothing to try: give --file with lines like " in error
    assert "countersign example CASE" in countersign("eval", "parcels").error()
    assert rows(countersign, "evals") == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nowhere"], "there is no workflow 'nowhere'"),
        (["parcels", "--file", "gone.jsonl"], "gone.jsonl: No such file or directory"),
        (["parcels", "--file", "e.txt"], "files are read"),
        (["parcels", "--file", "e.jsonl", "--label", "queue"], "--examples, --label and --floor belong to"),
        (["intent-triage"], "intent-triage needs --examples FILE and --label COLUMN"),
        (["parcels", "--file", "e.jsonl", "--prompt", "x.md"], "the local model reads no prompt"),
        (["parcels", "--file", "e.jsonl", "--against", "abc"], "evals of these examples: none yet"),
        (["parcels", "--file", "e.jsonl", "--against", "#7"], "there is no finished eval of '#7' to compare with"),
        (["parcels", "--file", "e.jsonl", "--against", ""], "there is no finished eval of '' to compare with"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(countersign: CommandLine, arguments: list[str], error: str) -> None:
    examples(countersign, PARCELS, "e.jsonl")
    (countersign.folder / "e.txt").touch()
    assert error in countersign("eval", *arguments).error()
    assert rows(countersign, "evals") == []


def test_what_could_not_be_tried_is_never_counted_as_wrong(countersign: CommandLine) -> None:
    countersign.place("no-records")
    said = countersign("eval", "parcels", "--file", examples(countersign, PARCELS))
    assert said.code == 1
    assert printed(said)["tried"] == "0 of 6"
    assert "6 could not be tried: the records are closed\n" in said.out


def test_two_evals_of_the_same_examples_are_compared_and_little_evidence_is_called_that(
    countersign: CommandLine,
) -> None:
    path = examples(countersign, PARCELS)
    countersign.done("eval", "parcels", "--file", path)
    again = countersign.done("eval", "parcels", "--file", path, "--against", "#1")
    assert again.out.endswith("can't tell: 0 cases differ; fewer than 6 that differ are no evidence\n")
    assert printed(again)["both right"] == "3"
    other = examples(countersign, PARCELS[:3], "other.jsonl")
    error = countersign("eval", "parcels", "--file", other, "--against", "#1").error()
    assert error == "eval 1 tried other examples; run it again on these"
    assert countersign("eval", "letters", "--file", path, "--against", "#1").error() == "eval 1 is not one of letters"


def test_only_so_many_are_tried_as_one_says(countersign: CommandLine) -> None:
    said = countersign.done("eval", "parcels", "--file", examples(countersign, PARCELS), "--limit", "2")
    assert printed(said)["tried"] == "2 of 2"


def test_an_eval_that_is_interrupted_is_kept_as_one_that_was_not_finished(empty: CommandLine) -> None:
    (empty.folder / "things.py").write_text(
        "import os, signal, time\nfrom pydantic import BaseModel\nfrom workflows import Proposal, Workflow\n"
        "class Thing(BaseModel):\n    id: int\nclass Answer(BaseModel):\n    good: bool\n"
        "things = Workflow(name='things', decision='?', owner='U0', input=Thing, output=Answer,"
        " key=lambda thing: f'thing-{thing.id}')\n"
        "def propose(thing, ask):\n    if thing.id == 3:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "        time.sleep(5)\n"
        "    return Proposal(output=Answer(good=True), confidence={'good': 0.5})\n"
        "things.propose(propose)\nthings.deliver(lambda answer, run: 'done')\n"
    )
    lines = [{"input": {"id": id}, "output": {"good": True}} for id in range(1, 6)]
    (empty.folder / "examples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever tests may not want to be interrupted
    try:
        said = empty("eval", "things", "--at-once", "1", COUNTERSIGN_WORKFLOWS="things.py")
    finally:
        signal.signal(signal.SIGINT, before)
    assert said.code == 130
    assert "stopped; what was tried is kept as eval 1, which was not finished\n" in said.err
    (row,) = rows(empty, "evals")
    assert row[-2] is None
    summary = json.loads(row[-1])["summary"]
    assert summary["tried"] in (1, 2)
    assert summary["unfinished"] == "it was interrupted"


# The local model


def test_the_sample_is_tried_with_a_model_that_never_saw_it(empty: CommandLine) -> None:
    made = ("--examples", str(EXAMPLES), "--label", "queue")
    new = empty.done("eval", "intent-triage", *made, "--file", str(SAMPLE), "--json").json()
    assert (new["summary"]["tried"], new["summary"]["learned_without"]) == (60, 0)
    ran = empty.done("run", SAMPLE, "--workflow", "intent-triage", *made, "--json").json()["tally"]
    right, alone = ran["right_of_all"]["queue"], ran["right_alone"]["queue"]
    assert new["summary"]["fields"]["queue"] == right, "an eval says what a run does"
    assert new["summary"]["alone"] == alone
    assert "local/" in new["model"]


def test_what_the_local_model_learned_by_heart_is_not_counted(empty: CommandLine) -> None:
    """Labels by chance can only be memorised: asked fairly, the model knows next to nothing of them."""
    chance = random.Random(3)
    words = [f"word{number}" for number in range(400)]
    lines = [f"{' '.join(chance.sample(words, 6))},{chance.choice(('left', 'right'))}" for _ in range(120)]
    table = empty.folder / "chance.csv"
    table.write_text("text,side\n" + "\n".join(lines) + "\n")
    said = empty.done("eval", "intent-triage", "--examples", table, "--label", "side")
    assert "each was tried with a model that learned without it (5 models)" in said.out
    share = float(printed(said)["side right"].split("%")[0])
    assert 30 < share < 70
    asked_again = empty.folder / "again.csv"
    asked_again.write_text("id,text,side\n" + "\n".join(f"{id},{line}" for id, line in enumerate(lines)) + "\n")
    made = ("--examples", table, "--label", "side")
    fairly = empty.done("eval", "intent-triage", *made, "--file", asked_again)
    assert printed(fairly)["side right"] == printed(said)["side right"], "under other ids they are the same texts"


# A model with prompts

REFUNDS = """
from typing import Literal
from pydantic import BaseModel
from workflows import Autonomy, Workflow
class Request(BaseModel):
    id: int
    text: str
class Answer(BaseModel):
    verdict: Literal["refund", "decline"]
refunds = Workflow(name="refunds", decision="Refund?", owner="U0", input=Request, output=Answer,
    key=lambda request: f"refund-{request.id}", prompt="judge.md", autonomy=Autonomy.floor(0.9))
refunds.deliver(lambda answer, run: "done")
"""


@pytest.fixture
def provider() -> Iterator[AnthropicServer]:
    """A provider that says what it is told to."""
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def refunds(empty: CommandLine, provider: AnthropicServer) -> CommandLine:
    """An automation with a prompt, and eight examples that all get a refund."""
    prompts = empty.folder / "prompts"
    prompts.mkdir()
    (prompts / "judge.md").write_text("Judge.")
    (empty.folder / "better.md").write_text("Judge well.")
    (empty.folder / "refunds.py").write_text(REFUNDS)
    lines = [{"input": {"id": id, "text": f"broken {id}"}, "output": {"verdict": "refund"}} for id in range(1, 9)]
    (empty.folder / "examples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS="refunds.py", ANTHROPIC_API_KEY="sk-ant-test", ANTHROPIC_BASE_URL=provider.url
    )
    return empty


def verdict(value: str, **parts: Any) -> Reply:
    return message(json.dumps({"answer": {"verdict": value}, "confidence": {"verdict": 0.95}}), **parts)


def test_two_prompts_are_tried_and_the_better_one_is_called_better(
    refunds: CommandLine, provider: AnthropicServer
) -> None:
    provider.will(*[verdict("decline")] * 8)
    first = refunds.done("eval", "refunds", "--json").json()
    provider.will(*[verdict("refund")] * 8)
    second = refunds.done("eval", "refunds", "--prompt", "better.md", "--against", first["prompt_version"])
    assert second.out.endswith("better: 8 cases differ, 8 for it and 0 against it; p 0.008\n")
    assert "Judge well." in json.dumps(provider.requests[-1].body)
    assert float(first["summary"]["cost"]) > 0
    provider.will(*[verdict("decline")] * 8)
    worse = refunds("eval", "refunds", "--against", "#2")
    assert worse.code == 1
    assert worse.out.endswith("worse: 8 cases differ, 0 for it and 8 against it; p 0.008\n")


def test_the_live_prompt_is_tried_too_where_it_was_not_yet(refunds: CommandLine, provider: AnthropicServer) -> None:
    provider.will(*[verdict("refund")] * 8)
    live = refunds.done("eval", "refunds", "--json", "--limit", "8").json()["prompt_version"]
    provider.forget()
    (refunds.folder / "countersign.sqlite").unlink()
    provider.will(*[verdict("refund")] * 8, *[verdict("decline")] * 7, verdict("refund"))
    said = refunds.done("eval", "refunds", "--prompt", "better.md", "--against", live, "--at-once", "1")
    assert "better: 7 cases differ, 7 for it and 0 against it; p 0.016\n" in said.out
    assert len(rows(refunds, "evals")) == 2


def test_past_decisions_are_told_with_each_example_or_not_and_both_are_compared(
    refunds: CommandLine, provider: AnthropicServer
) -> None:
    past = next(id for id in range(100, 200) if half_of("refunds", f"refund-{id}") is Half.LEARNING)
    provider.will_always(lambda _: verdict("decline"))
    case = {"id": past, "text": "the vase came broken, in pieces"}
    refunds.done("submit", json.dumps(case), "--workflow", "refunds", COUNTERSIGN_PROMPTS="files")
    refunds.done("edit", f"refund-{past}", "--set", "verdict=refund")
    refunds.learn_from_people()
    (group,) = refunds.done("examples", "list", "refunds", "--json").json()
    refunds.done("examples", "take", "refunds", str(group["candidates"][0]["id"]))

    provider.forget()
    provider.will_always(lambda asked: verdict("refund" if "the vase" in json.dumps(asked.body) else "decline"))
    said = refunds.done("eval", "refunds", "--recall", "0,3")
    told = ["the vase" in json.dumps(request.body) for request in provider.requests]
    assert (told[:8], told[8:]) == ([False] * 8, [True] * 8)
    assert "better: 8 cases differ, 8 for it and 0 against it; p 0.008\n" in said.out
    assert [line.split()[1] for line in said.out.splitlines() if line.startswith("-  ")] == ["0", "3"]
    assert refunds("eval", "refunds", "--recall", "0,99").error().startswith("past decisions are recalled as numbers")


def test_it_ends_where_the_money_does_and_says_so(refunds: CommandLine, provider: AnthropicServer) -> None:
    """Never a cent over it: what a question may cost at most is reserved before it is asked."""
    provider.will(*[verdict("refund", usage={"input_tokens": 100, "output_tokens": 1_000})] * 9)
    said = refunds("eval", "refunds", "--max-dollars", "0.0035", "--at-once", "1", "--json")
    assert said.code == 1
    found = said.json()["summary"]
    assert 0 < found["tried"] < 8
    assert found["unfinished"] == "the money for this eval is spent; --max-dollars allows more"
    assert float(found["cost"]) <= 0.0035
    error = refunds("eval", "refunds", "--against", "#1").error()
    assert error == "eval 1 was not finished; run it again"
