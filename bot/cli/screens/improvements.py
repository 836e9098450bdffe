"""Improvements at the terminal."""

from collections.abc import Sequence

from rich.text import Text

from bot.cli.screens.output import out, print_named, shown
from handlers.texts.governance import improvements as texts
from workflows.quality.improvements.views import ImprovementView


def print_improvements(found: Sequence[ImprovementView]) -> None:
    """Print improvements, one a line, with their numbers."""
    for one in found:
        out.print(shown(f"{one.id}  {texts.pattern(one)}"))


def print_improvement(view: ImprovementView) -> None:
    """Print an improvement with the next step, and a never as lines of Python."""
    out.print(shown(texts.pattern(view)))
    print_named("state", view.state)
    print_named("next", texts.advice(view))
    if (rule := texts.rule(view)) is not None:
        out.print()
        # Its values are literals, without control characters, and a wrapped line would be other code.
        out.print(Text(rule), soft_wrap=True)
