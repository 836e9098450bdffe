"""People who are away: `away`, `back`."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.parameters import day_named
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from workflows.engine.review.assignment.views import AbsenceView

commands = typer.Typer()


@commands.command()
def away(
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="The id of a person; left out, those who are away are shown.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="First day back, in COUNTERSIGN_TIMEZONE."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day away; left out, from now on."),
    ] = None,
    delegate: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Who takes what is assigned to them, by their own right.")
    ] = None,
) -> None:
    """Say that a person is away: nothing is assigned to them, and they are not reminded."""
    from bot.cli.screens.output import out
    from workflows.engine.errors import Refused
    from workflows.engine.review.assignment.absences import absences_now, be_away
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        if person is None:
            found = absences_now(app.context)
            for one in found:
                out.print(sanitize(_said(one)))
            if not found:
                out.print("nobody is away")
            return
        if until is None:
            raise Refused("--until is missing: the first day back")
        zone = ZoneInfo(app.settings.timezone)
        begins = _midnight("--from", since, zone) if since is not None else None
        absence = be_away(
            app.context, person, since=begins, until=_midnight("--until", until, zone), delegate=delegate, by=operator()
        )
        out.print(sanitize(_said(absence)))


@commands.command()
def back(person: Annotated[str, typer.Argument(metavar="PERSON", help="The id of a person.")]) -> None:
    """Say that a person is back, or is not going to be away."""
    from bot.cli.screens.output import out
    from workflows.engine.review.assignment.absences import come_back
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        was_away = come_back(app.context, person, by=operator())
        out.print(sanitize(f"{person} is {'back' if was_away else 'not away'}"))


def _midnight(option: str, given: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(day_named(option, given), time.min, tzinfo=zone)


def _said(absence: AbsenceView) -> str:
    from bot.cli.screens.output import moment

    since = "" if absence.has_begun else f"from {moment(absence.since)} "
    takes = f"; {absence.delegate} takes what is theirs" if absence.delegate is not None else ""
    return f"{absence.person} is away {since}until {moment(absence.until)}{takes}"
