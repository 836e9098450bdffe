"""Improvements at the terminal."""

from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

from rich.text import Text

from bot.cli.screens.output import out, print_named, shown
from handlers.texts.learning import improvements as texts
from workflows.engine.text.sanitize import one_line
from workflows.quality.improvements.drafting import Draft
from workflows.quality.improvements.views import ImprovementView

_RATIONALE = 600
"""Characters of a model's words about its draft."""


def print_improvements(found: Sequence[ImprovementView]) -> None:
    """Print improvements, one a line, with their numbers."""
    for one in found:
        out.print(shown(f"{one.id}  {texts.pattern(one)}"))


def print_draft(draft: Draft, before: str, *, file: Path, workflow: str, number: int) -> None:
    """Print a draft of a prompt: what differs, why, what it cost, and the next steps. `before`: the prompt."""
    _print_diff(before, draft.text)
    out.print()
    print_named("why", one_line(draft.rationale, _RATIONALE))
    print_named("by", f"{draft.model}, of {draft.cases} cases, for ${draft.cost:.4f}")
    print_named("file", file)
    out.print(shown(texts.after_draft(workflow, number, str(file))), soft_wrap=True)


def _print_diff(before: str, after: str) -> None:
    for row in list(unified_diff(before.splitlines(), after.splitlines(), "prompt", "draft", lineterm="", n=2)):
        out.print(shown(row), soft_wrap=True)


def print_improvement(view: ImprovementView, before: str | None = None) -> None:
    """Print an improvement with the next step, a never as lines of Python, and a draft as what it changes.

    `before`: the prompt of the workflow.
    """
    out.print(shown(texts.pattern(view)))
    print_named("state", view.state)
    print_named("next", texts.advice(view))
    if (rule := texts.rule(view)) is not None:
        out.print()
        # Its values are literals, without control characters, and a wrapped line would be other code.
        out.print(Text(rule), soft_wrap=True)
    if view.draft is not None:
        out.print()
        _print_diff(before or "", view.draft)
