"""Screens of `fetch`: one look for cases, or the schedules."""

from collections.abc import Sequence

from bot.cli.screens.output import moment, out, print_table, shown
from handlers.texts.plain import duration
from workflows.engine.sources.looks.fetching import LookView
from workflows.engine.sources.looks.schedules import LATE
from workflows.engine.sources.looks.views import ScheduleView

_NAMED = 20
"""Keys and refused rows that are named."""


def print_look(look: LookView, *, is_trial: bool) -> None:
    """Print one look, and what became of what it found."""
    if is_trial:
        out.print(shown(f"{look.source}: {look.number:,} found, {len(look.keys):,} would be taken in; nothing was"))
        for key in look.keys[:_NAMED]:
            out.print(shown(f"  {key}"))
        if len(look.keys) > _NAMED:
            out.print(f"  and {len(look.keys) - _NAMED:,} more")
    else:
        became = [f"{number:,} {intake.replace('_', ' ')}" for intake, number in sorted(look.intakes.items())]
        out.print(shown(f"{look.source}: {look.number:,} found; {', '.join(became) or 'nothing to take in'}"))
    for one in look.refused[:_NAMED]:
        out.print(shown(f"  row {one.row:,} was refused: {one.why}"))
    if len(look.refused) > _NAMED:
        out.print(f"  and {len(look.refused) - _NAMED:,} more were refused")
    out.print(shown(f"looked up to {look.cursor}{'; there is more' if look.more else ''}"))


def print_schedules(found: Sequence[ScheduleView]) -> None:
    """Print the schedules as they stand."""
    if not found:
        out.print("no workflow looks for cases by itself")
        return
    print_table(
        ("source", "every", "last look", "next look", "failed", "how it is", "cursor"),
        [
            (
                one.source,
                duration(int(one.every.total_seconds())) if one.every is not None else "",
                moment(one.looked_at) if one.looked_at is not None else "",
                moment(one.next_at) if one.next_at is not None and not one.is_ended else "",
                one.failures or "",
                _how(one),
                one.cursor or "",
            )
            for one in found
        ],
    )


def _how(one: ScheduleView) -> str:
    if one.is_ended:
        return "stopped"
    if one.every is None:
        return "not declared here"
    if one.error is not None:
        return f"fails: {one.error}"
    if one.next_at is None:
        return "serve has not begun it"
    return f"overdue by {duration(int(one.late.total_seconds()))}" if one.late > LATE else "well"
