"""Ways of giving documents, compared pair by pair on examples whose documents stand beside them."""

import json
from base64 import b64decode
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from bot.cli.screens.learning import eval_report
from store import schema
from store.db.database import Database
from tests.integration.model.server import AnthropicServer, Received, Reply, message
from tests.paper import pdf
from tests.world import World
from workflows import Autonomy, Document, Run, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.files.columns import reading_for
from workflows.engine.documents.arrivals import by_form
from workflows.engine.documents.keeping import in_folder
from workflows.engine.errors import Refused
from workflows.engine.propose.models import Models
from workflows.model.choice import ModelSettings
from workflows.model.port import Prompt, Usage
from workflows.model.scripted import ScriptedModel
from workflows.model.vendors.anthropic.prices import price
from workflows.model.vendors.anthropic.settings import DEFAULT_MODEL, AnthropicSettings
from workflows.quality.evals.bench import Bench, examples_to_try
from workflows.quality.evals.comparison import compare_results
from workflows.quality.volume.history import read_history
from workflows.quality.volume.trying import Trying

pytestmark = pytest.mark.slow

TOTALS = ("11.00", "12.00", "13.00", "14.00", "15.00", "16.00", "17.00")


class Bill(BaseModel):
    number: str
    invoice: Document


class Booked(BaseModel):
    total: str


def answers(received: Received) -> Reply:
    """A model that reads a total where it is told the text, and guesses where it sees pages only."""
    (turn,) = received.body["messages"]
    content = turn["content"] if isinstance(turn["content"], list) else [{"type": "text", "text": turn["content"]}]
    told = content[-1]["text"]
    total = next((one for one in TOTALS if f"Total {one}" in " ".join(told.split())), "99.00")
    if len(content) > 1:
        assert b64decode(content[0]["source"]["data"]).startswith(b"%PDF")
    said = {
        "evidence": [{"field": "total", "quote": f"Total {total}"}],
        "reasons": [],
        "answer": {"total": total},
        "confidence": {"total": 0.9},
    }
    tokens = 5_000 if len(content) > 1 else 500
    return message(json.dumps(said), usage={"input_tokens": tokens, "output_tokens": 50})


@pytest.fixture
def bench(migrated_sqlite_url: str, tmp_path: Path, running: AnthropicServer) -> Iterator[Bench]:
    running.forget()
    running.will_always(answers)
    database = Database(migrated_sqlite_url)
    documents = Documents(FolderShelf(tmp_path / "shelf"))
    world = World(database=database, model=ScriptedModel(), documents=documents)
    folder = tmp_path / "bills"
    (folder / "files").mkdir(parents=True)
    rows = []
    for number, total in enumerate(TOTALS):
        (folder / "files" / f"{number}.pdf").write_bytes(pdf(f"Invoice {number} of our shop\nTotal {total}"))
        rows.append({"input": {"number": str(number), "invoice": f"files/{number}.pdf"}, "output": {"total": total}})
    (folder / "examples.jsonl").write_text("\n".join(map(json.dumps, rows)))
    workflow = bills(folder)
    world.registry.add(workflow)
    world.registry._prompts[workflow.name] = Prompt(name="r.md", text="Read the bill.", version="0123456789ab")
    vendor = AnthropicSettings(api_key=SecretStr("sk-ant-api03-not-a-real-key"), base_url=running.url, pages=True)
    models = Models(
        ModelSettings(wanted="anthropic", vendors={"anthropic": vendor}),
        database=database,
        team=world.context.team,
        clock=world.clock,
    )
    examples = examples_to_try(world.context, workflow, None, reading_for(workflow))
    assert not examples.unusable
    yield Bench(
        context=world.context,
        models=models,
        workflow=workflow,
        examples=examples,
        dollars=Decimal(5),
        at_once=1,
        threads=1,
    )
    models.close()
    database.close()


def bills(folder: Path) -> Workflow[Bill, Booked]:
    made = Workflow[Bill, Booked](
        name="bills",
        decision="What is to be paid?",
        owner="U0MARIA",
        input=Bill,
        output=Booked,
        key=lambda bill: bill.number,
        autonomy=Autonomy.floor(0.8),
        evidence=["total"],
        folder=folder,
    )

    @made.deliver
    def deliver(booked: Booked, run: Run[Bill]) -> str:
        return booked.total

    return made


def test_each_way_has_its_figures_and_is_compared_pair_by_pair(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = bench.context.registry.prompt("bills")
    text, pages = (bench.run(prompt, documents_as=way) for way in bench.ways("text, pages"))
    first, second = text.result.summary, pages.result.summary
    assert [(one.documents, one.whole.right, one.whole.of) for one in (first, second)] == [
        ("text", 7, 7),
        ("pages", 0, 7),
    ]
    assert first.quotes is not None
    assert second.quotes is not None
    assert [(one.right, one.of) for one in (first.quotes, second.quotes)] == [(7, 7), (0, 7)]
    assert (first.tokens, second.tokens) == (7 * 550, 7 * 5_050)
    assert second.cost > first.cost > 0
    compared = compare_results(pages.result, text.result)
    assert (compared.only_this, compared.only_other, compared.word) == (0, 7, "worse")
    eval_report.print_tried(text)
    eval_report.print_ways(text, [pages])
    said = capsys.readouterr().out
    assert "quotes found on a page  100.0% (7 of 7)" in " ".join(said.split()).replace("page ", "page  ")
    assert "documents as pages" in said
    report: Any = eval_report.as_json(bench.examples, text, None, None, more=[pages])
    assert report["ways"][0]["comparison"]["only_other"] == 7
    with bench.context.database.read() as session:
        kept = session.query(schema.Eval).order_by(schema.Eval.id).all()
        assert [one.result["summary"]["documents"] for one in kept if one.result] == ["text", "pages"]


def test_a_way_that_does_not_apply_is_refused_with_the_reason(bench: Bench) -> None:
    for named in ("text,pictures", "text,text", ""):
        with pytest.raises(Refused, match="documents are given as text, pages, both"):
            bench.ways(named)
    assert bench.ways("both") == ["both"]
    local = Models(
        ModelSettings(wanted="local"),
        database=bench.context.database,
        team=bench.context.team,
        clock=bench.context.clock,
    )
    bench.models = local
    with pytest.raises(Refused, match="read text only"):
        bench.ways("text,pages")
    assert bench.ways("text") == ["text"]


def test_the_pages_of_documents_go_with_a_batch(bench: Bench, running: AnthropicServer, tmp_path: Path) -> None:
    bench.workflow.documents_as = "pages"
    running.batches.answer = lambda params: {
        "type": "succeeded",
        "message": json.loads(answers(Received(headers={}, body=dict(params))).body),
    }
    folder, context = tmp_path / "bills", bench.context
    file = folder / "history.jsonl"
    file.write_text("".join(json.dumps({"number": str(n), "invoice": f"files/{n}.pdf"}) + "\n" for n in range(2)))
    arrived = by_form(bench.workflow.input, in_folder(context, folder))
    history = read_history(bench.workflow, file, reading_for(bench.workflow), arrived=arrived)
    trying = Trying(context=context, models=bench.models, workflow=bench.workflow, dollars=Decimal(5), threads=1)
    test = trying.begin(history, file, size=2, seed=1, by="U0MARIA", in_batches=True)
    assert trying.run(test) is None
    assert [params["messages"][0]["content"][0]["type"] for params in running.batches.asked] == ["document"] * 2
    with context.database.read() as session:
        kept = session.query(schema.VolumeCase).all()
    assert [one.outcome for one in kept] == ["proposed"] * 2
    assert {one.cost for one in kept} == {price(DEFAULT_MODEL, Usage(input_tokens=5_000, output_tokens=50)) / 2}
