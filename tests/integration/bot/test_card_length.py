"""The length of a card of the shipped workflows, up to its buttons."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from benchmarks.reviewer import before_the_buttons
from bot.app import opened
from bot.demo.sample_servers import help_desk, ledger
from bot.settings import Settings
from handlers.slack.blocks.card import card
from store.cases.turns import Turns
from tests.integration.bot.commandline import CommandLine
from tests.integration.bot.test_invoice_intake import DOCUMENTS
from tests.integration.bot.test_support_triage import TICKETS
from workflows.engine.review.cards import card_view, waiting_in

pytestmark = pytest.mark.slow
MEDIAN, LINES = 600, 12
MOST = {"support-triage": 900, "invoice-intake": 1_000}
"""Characters of the longest card. An invoice has seventeen fields, four of them mostly zero."""


@contextmanager
def systems(folder: Path) -> Iterator[dict[str, str]]:
    """Run the systems of record of both workflows, and give the settings that name them."""
    with help_desk(folder / "desk.sqlite") as desk, ledger(folder / "ledger.sqlite") as books:
        yield {
            "COUNTERSIGN_HELPDESK_URL": desk,
            "COUNTERSIGN_LEDGER_URL": books,
            "COUNTERSIGN_SAMPLE_ANSWERS": "true",
        }


@pytest.mark.parametrize("workflow", ["support-triage", "invoice-intake"])
def test_a_card_is_read_in_seconds(workflow: str, empty: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with systems(empty.folder) as settings:
        documents = empty.folder / "documents.jsonl"
        documents.write_text("\n".join(map(json.dumps, DOCUMENTS.values())))
        cases = TICKETS if workflow == "support-triage" else documents
        empty.done("run", cases, "--workflow", workflow, **settings)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with opened(Settings()) as app:
            waiting = waiting_in(app.context, Turns(by="U0ANA", workflows=[workflow]), first=0, limit=100)
            told = [before_the_buttons(card(card_view(app.context, one.review)).blocks) for one in waiting.reviews]
    assert len(told) > 30
    assert median(map(len, told)) <= MEDIAN
    assert median(len(text.splitlines()) for text in told) <= LINES
    assert max(map(len, told)) <= MOST[workflow]
