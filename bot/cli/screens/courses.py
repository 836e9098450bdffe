"""The course of workflows at the terminal."""

from collections.abc import Sequence

from bot.cli.advised import advised
from bot.cli.screens.output import out, shown
from handlers.texts.digests.courses import CHOICES, forward, in_words, lacks
from handlers.texts.plain import in_words as time_in_words
from workflows.engine.digests.courses.views import Choice, CourseView


def print_courses(views: Sequence[CourseView]) -> None:
    """Print what was asked, with what was chosen."""
    for view in views:
        chosen = CHOICES[view.choice].lower() if view.choice is not None else "nothing chosen"
        by = f", {view.by}, {time_in_words(view.at)}" if view.by is not None and view.at is not None else ""
        out.print(shown(f"{view.workflow}, week to {view.last}: {chosen}{by}"))
        if view.note:
            out.print(shown(f"  {view.note}"))
        for line in view.evidence.lines:
            out.print(shown(f"  {line.code.replace('_', ' ')}: {in_words(line)}"))
        if view.evidence.lacks:
            out.print(shown(f"  too little evidence to expand: {lacks(view.evidence.lacks)}"))
    if not views:
        out.print("nothing was asked yet; the weekly business numbers ask")


def print_chosen(view: CourseView) -> None:
    """Print what was chosen, and a text to forward."""
    assert view.choice is not None
    out.print(shown(f"{view.workflow}: {CHOICES[view.choice].lower()}, for the week to {view.last}"))
    if view.choice is Choice.STOP:
        out.print(shown(advised(f"nothing is paused by that; countersign pause {view.workflow} REASON")))
    out.print("to forward:")
    out.print(shown(forward(view)))
