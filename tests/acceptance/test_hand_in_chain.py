"""The page on handing in keeps its word about workflows that follow each other: each line runs, in its order."""

import re
import shlex

import pytest

from tests.acceptance.reading import ROOT, shell_lines
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "hand-in.md").read_text()


def test_a_chain_goes_its_way_as_the_page_says(empty: CommandLine) -> None:
    text = PAGE.partition("\n## From another workflow\n")[2].partition("\n## ")[0]
    before, source, after = re.split(r"^```(?:python)?$", text, flags=re.MULTILINE)
    (empty.folder / "chain.py").write_text(source)
    setting, submit, first, second, explain, follow = (shlex.split(line) for line in shell_lines(before + after))
    assert setting == ["export", "COUNTERSIGN_WORKFLOWS=chain.py"]
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "chain.py"

    for words in (submit, first, second):
        empty.done(*words[1:])
    assert empty.state("refund-of-ticket-17") == "delivered"
    said = " ".join(empty.done(*explain[1:]).out.split())
    assert "refunds: refund-of-ticket-17, delivered, decided by" in said
    assert "Together, 2 cases" in said
    chain = empty.done(*explain[1:], "--json").json()["chain"]
    assert [one["workflow"] for one in chain["below"]] == ["refunds"]

    refused = empty(*follow[1:])
    assert refused.code == 1
    assert "no follow-up of case" in refused.err
