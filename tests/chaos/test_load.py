"""F55 and F57: inputs that are too large, too deep or too many are refused with the reason, and no memory grows."""

import json
import random
import tracemalloc
from pathlib import Path

import pytest
from pydantic import JsonValue

from store.db.database import Database
from tests.chaos.automation import KNOWING, Office
from tests.chaos.counting import Counts, count
from tests.chaos.gathering import Remembered, gather
from tests.chaos.settings import LONG
from tests.chaos.tally import hold
from tests.documents.hostile import one_page, stream
from tests.integration.bot.commandline import CommandLine
from tests.paper import claims
from tests.world import World
from workflows.documents.documents import Documents
from workflows.documents.refusals import DocumentRefused, Why
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.intake import accept, take_in
from workflows.engine.documents.keeping import keep
from workflows.engine.errors import InvalidInput, QueueFull
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow

LARGEST = 10 * 1024 * 1024
DEPTH = 100_000
BURST, LIMIT, BATCH = (10_000, 4_000, 500) if LONG else (200, 80, 40)


def nested(depth: int) -> JsonValue:
    """Lists in lists."""
    made: JsonValue = "bottom"
    for _ in range(depth):
        made = [made]
    return made


def large_pdf(size: int) -> bytes:
    """A page of text in a PDF of this size."""
    return one_page(b"BT /F 12 Tf 72 700 Td (Total 12,50) Tj ET", stream(random.Random(1).randbytes(size)))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"id": 1, "text": "x" * LARGEST}, "too large, the limit for one input is 262,144 bytes"),
        ({"id": 1, "text": "x", "extra": nested(DEPTH)}, "extra: nested more than 50 deep"),
    ],
    ids=["10 MB", "10^5 deep"],
)
def test_an_input_that_is_too_large_or_too_deep_is_refused_with_the_reason(
    values: dict[str, JsonValue], why: str
) -> None:
    """F55: and it takes no more memory than a few times its size."""
    workflow = Office().workflow(KNOWING)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput) as refused:
            accept(workflow, values)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert why in str(refused.value)
    assert most < 6 * LARGEST


def test_a_line_of_json_that_is_too_deep_is_refused_and_the_rows_beside_it_are_taken_in(
    countersign: CommandLine,
) -> None:
    """F55: no stack overflows in the process that reads it."""
    deep = '{"id": 2, "text": "x", "extra": ' + "[" * DEPTH + "]" * DEPTH + "}"
    rows = [json.dumps({"id": 1, "text": "fine"}), deep, json.dumps({"id": 3, "text": "fine"})]
    file = countersign.folder / "rows.jsonl"
    file.write_text("\n".join(rows) + "\n")
    said = countersign("run", file, "--workflow", "parcels")
    listed = countersign.done("cases", "--json").json()
    missing = {"parcel-1", "parcel-3"} - {case["key"] for case in listed}
    hold("F55", "10 MB, and JSON 10^5 deep", Counts(lost=tuple(sorted(missing))))
    assert len(listed) == 2
    assert "row 2 (line 2) refused: nested too deep" in said.out


def test_a_document_of_more_than_10_mb_is_read_and_what_is_deep_beside_it_is_refused(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    """F55: a large file costs this process a few times its size at most, and its case the text that it has."""
    database, documents = Database(migrated_sqlite_url), Documents(FolderShelf(tmp_path / "shelf"))
    world, workflow = World(database=database, model=ScriptedModel(), documents=documents), claims()
    world.registry.add(workflow)
    large = large_pdf(LARGEST + 1)
    tracemalloc.start()
    try:
        document = keep(world.context, large, name="large.pdf")
        with pytest.raises(DocumentRefused) as refused:
            keep(world.context, bytes(documents.limits.size + 1), name="larger.pdf")
        with pytest.raises(InvalidInput, match="nested more than 50 deep"):
            accept(workflow, {"number": "1", "form": "it", "photos": nested(DEPTH)}, arrived=lambda _: document)
        taken = accept(workflow, {"number": "1", "form": "it"}, arrived=lambda _: document)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.why is Why.TOO_LARGE
    assert (document.size > LARGEST, document.text.strip()) == (True, "Total 12,50")
    assert len(taken.body) < 1_000
    assert most < 6 * LARGEST
    (receipt,) = take_in(world.context, workflow, [taken], source="test", actor="tester")
    hold("F55", "a document of 10 MB", Counts(lost=() if receipt.why is None else ("1",)))
    database.close()


def test_of_a_burst_all_is_taken_in_or_refused_with_a_count(migrated_sqlite_url: str) -> None:
    """F57: what was refused is brought again later, and in the end everything is done once."""
    database, office, remembered = Database(migrated_sqlite_url), Office(), Remembered()
    world = World(database=database, model=ScriptedModel(office.answer))
    object.__setattr__(world.context, "queue_limit", LIMIT)
    workflow = office.workflow(KNOWING)
    world.registry.add(workflow)
    waiting: list[list[dict[str, JsonValue]]] = [
        [{"id": id, "text": "money", "language": "en"} for id in range(first, first + BATCH)]
        for first in range(1, BURST + 1, BATCH)
    ]
    refused, said = 0, set[str]()
    while waiting:
        rest = []
        for batch in waiting:
            accepted = [accept(workflow, input) for input in batch]
            try:
                receipts = take_in(world.context, workflow, accepted, source="burst", actor="source")
            except QueueFull as full:
                said.add(str(full).partition("limit: ")[2])
                refused += BATCH
                rest.append(batch)
            else:
                remembered.accepted += [(receipt.case, input) for receipt, input in zip(receipts, batch, strict=True)]
        assert len(waiting) > len(rest)
        waiting = rest
        world.work()
    for id in range(1, BURST + 1):
        remembered.entitled[f"{KNOWING}/ticket-{id}"] = [{"queue": "billing", "reply": "About: money"}]
    remembered.questions, remembered.effects = office.questions, office.effects
    counts = count(gather(database, remembered, None))
    database.close()
    assert refused > 0
    assert said == {f"{BATCH:,} more were not taken in; bring them again later"}
    assert len(office.effects) == len(remembered.accepted) == BURST
    hold("F57", f"a burst of {BURST:,} with room for {LIMIT:,}", counts, refused_first=refused)
