"""A line says where prompts come from: files, what is deployed, or each in its place."""

import pytest

from handlers.texts.learning.prompts_from import prompts
from workflows.engine.read.declared.prompt_views import PromptsFrom

FOUR = ["desk", "intents", "invoices", "tickets"]


@pytest.mark.parametrize(
    ("always_files", "deployed", "files", "said"),
    [
        (True, ["triage"], FOUR, "Prompts: from files, not deployed (COUNTERSIGN_PROMPTS=files)"),
        (False, ["triage"], [], "Prompts: deployed"),
        (False, [], FOUR, "Prompts: from files until something is deployed"),
        (
            False,
            ["triage"],
            FOUR,
            "Prompts: deployed; from files until something is deployed: desk, intents, invoices and 1 more",
        ),
        (
            False,
            ["triage"],
            ["a\n<!channel>"],
            "Prompts: deployed; from files until something is deployed: a <!channel>",
        ),
    ],
)
def test_the_line_says_which_holds(always_files: bool, deployed: list[str], files: list[str], said: str) -> None:
    assert prompts(PromptsFrom(always_files=always_files, deployed=deployed, files=files)) == said
