"""Spot checks at the command line: what waits, a blind answer, and the grade of a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.parameters import Assignments, CaseReference, Json, Version, WorkflowName, assigned
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from bot.app import App
    from workflows.engine.review.spot_checks.views import SpotCheckView

commands = typer.Typer()


@commands.command(name="spot-checks")
def spot_checks(
    workflow: WorkflowName = None, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False
) -> None:
    """List the spot checks that wait: cases that went alone, to be looked at without seeing the answer."""
    from bot.cli.screens.output import moment, out, print_json, print_table
    from handlers.texts.review import spot_checks as texts
    from store.states import SpotCheckWhy
    from workflows.engine.read.case_list import refuse_unknown
    from workflows.engine.review.spot_checks import looks

    with started() as app:
        refuse_unknown(app.context, workflow)
        among = [one.name for one in app.context.registry if workflow in (None, one.name)]
        found = looks.waiting_for(app.context, by=operator(), workflows=among, limit=limit)
        if json:
            print_json(found)
        elif not found:
            out.print("no spot check waits")
        else:
            print_table(
                ("case", "key", "workflow", "version", "due", "what is to be done"),
                [
                    (
                        one.case,
                        one.key,
                        one.workflow,
                        one.version,
                        moment(one.due_at),
                        texts.task(one.task, packed=one.why is SpotCheckWhy.PACK),
                    )
                    for one in found
                ],
            )


@commands.command(name="spot-check")
def spot_check(
    case: CaseReference,
    set: Assignments = None,
    grade: Annotated[
        Literal["same", "minor", "major", "critical"] | None,
        typer.Option(help="How bad the difference is; same: what was delivered can stay."),
    ] = None,
    right: Annotated[
        Literal["one", "other", "neither"] | None,
        typer.Option(help="The answer that is right, beside --grade, where you are the second person."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why, beside --grade.")] = "",
    version: Version = None,
) -> None:
    """Look at a case that went alone: --set answers it without seeing what was delivered, --grade grades how they
    differ. Without either, what is to be done is shown.
    """
    from bot.cli.screens.output import out
    from workflows.engine.errors import Refused
    from workflows.engine.read.history import find_case
    from workflows.engine.review import refusals

    with started() as app:
        if set and grade is not None:
            raise Refused("answer first; the grade is for the difference that you are shown then")
        number = find_case(app.context, case)
        view = _waiting(app, number)
        shown = view.version if version is None else version
        with refusals.told_of_case(app.context, number, by=operator(), wanted="spot_check"):
            if set:
                _answer(app, view, shown, set)
            elif grade is not None:
                _grade(app, view, shown, grade, right, note)
            else:
                _show(app, view)
                return
        out.print(_told(app, view.check))


def _waiting(app: App, case: int) -> SpotCheckView:
    """Return the spot check of a case that somebody has to look at. Raise `Refused` where there is none."""
    from handlers.texts.review.spot_checks import outcome
    from store.states import UNDECIDED
    from workflows.engine.errors import Refused
    from workflows.engine.review.spot_checks.looks import spot_checks_of

    found = spot_checks_of(app.context, case)
    waiting = [one for one in found if one.state in UNDECIDED]
    if not waiting:
        raise Refused(outcome(found[-1]) if found else f"case {case} was not drawn for a spot check")
    return waiting[-1]


def _answer(app: App, view: SpotCheckView, shown: int, set: list[str]) -> None:
    from workflows.engine.review.form.forms import defaults_of, read_form
    from workflows.engine.review.spot_checks.answers import answer

    workflow = app.context.registry.get(view.workflow)
    typed = defaults_of(workflow.output) | assigned(workflow, set)
    answered = answer(
        app.context, view.check, shown, read_form(workflow.output, typed, zone=workflow.timezone), by=operator()
    )
    if answered.differences:
        _compare(app, view)


def _grade(app: App, view: SpotCheckView, shown: int, given: str, right: str | None, note: str) -> None:
    from workflows.engine.declare.names import only_persons_in
    from workflows.engine.review.spot_checks.grades import grade
    from workflows.engine.review.spot_checks.upkeep import correct
    from workflows.engine.review.spot_checks.views import Grade, Right

    people = only_persons_in(app.context.registry.get(view.workflow).review.reviewers)
    grade(
        app.context,
        view.check,
        shown,
        Grade(given),
        by=operator(),
        people=people,
        right=Right(right) if right is not None else None,
        note=note,
    )
    correct(app.context, view.check)


def _show(app: App, view: SpotCheckView) -> None:
    """Show what is to be done: the case without an answer, or two answers."""
    from bot.cli.screens.told import tell
    from handlers.texts.review import spot_checks as texts
    from store.states import SpotCheckState
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.review.spot_checks import looks
    from workflows.engine.text.form_fields import form_of

    if view.state != SpotCheckState.OPEN:
        _compare(app, view)
        return
    record_reading(app.context, view.case, by=operator(), way=Way.SPOT_CHECK)
    blind = looks.blind_view(app.context, view.check, by=operator())
    looks.open_it(app.context, view.check, by=operator())
    tell(texts.blind(blind, form_of(app.context.registry.get(blind.workflow).output)))


def _compare(app: App, view: SpotCheckView) -> None:
    from bot.cli.screens.told import tell
    from handlers.texts.review import spot_checks as texts
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.review.spot_checks.looks import comparison_view

    record_reading(app.context, view.case, by=operator(), way=Way.SPOT_CHECK)
    tell(texts.comparison(comparison_view(app.context, view.check, by=operator())))


def _told(app: App, check: int) -> str:
    from handlers.texts.review.spot_checks import outcome
    from workflows.engine.review.spot_checks.looks import spot_check_view

    return outcome(spot_check_view(app.context, check))
