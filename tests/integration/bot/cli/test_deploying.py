"""`deploy` and `deployments` at the command line: what an engineer is told where something is not as it should be."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


@pytest.fixture
def refunds(empty: CommandLine) -> CommandLine:
    """An automation as `new` makes it, with a key for a paid model that is never asked."""
    empty.done("new", "refunds")
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS="refunds/workflow.py",
        ANTHROPIC_API_KEY="sk-ant-test",
        ANTHROPIC_BASE_URL="http://[::1]:9",
    )
    return empty


def test_what_is_refused_as_its_eval_did_not_end_says_why(
    refunds: CommandLine,
) -> None:
    (refunds.folder / "unpriced.md").write_text("---\nmodel: claude-of-nobody-9\n---\nSort the message.")
    refused = refunds("deploy", "refunds", "--file", "unpriced.md")
    assert refused.code == 1
    assert "Refused: its eval did not try all examples" in refused.out
    assert "could not be tried: no price is known for the model 'claude-of-nobody-9'" in refused.err
    assert "not finished, 14 left: none of the first 10 could be tried" in refused.err
    without = refunds("deploy", "refunds", "--max-dollars", "0")
    assert without.code == 1
    assert "the money for this eval is spent; --max-dollars allows more" in without.err
    assert "refunds" in refunds.done("deployments", "list", "refunds").out
    unknown = refunds("deployments", "list", "refund")
    assert unknown.code == 1
    assert unknown.err.startswith("error: there is no workflow 'refund'; known: ")
    (refunds.folder / "refunds" / "prompts" / "routing.md").write_text("---\nmodel: claude-of-nobody-9\n---\nSort it.")
    start = refunds("run", "refunds/cases.jsonl", "--workflow", "refunds")
    assert start.code == 1
    assert "say in COUNTERSIGN_MODEL_PRICES what it costs: MODEL=READ/WRITTEN" in start.err
    assert "[secret]" not in start.err
