"""A person's decision, and then its delivery: `claim`, `approve`, `edit`, `reject`, `ask`, `undo` and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.advised import advised
from bot.cli.parameters import LARGEST, Assignments, CaseReference, Version, assigned
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from pydantic import JsonValue

    from bot.app import App
    from handlers.commands import RerunCauseWords, RerunFailedWords
    from workflows.engine.read.views import OpenReview

commands = typer.Typer()
_MOST_NAMED = 200
"""Characters of an error that names fields."""
Confirm = Annotated[bool, typer.Option("--confirm", help="Decide so even if it breaks a never.")]


@commands.command()
def claim(case: CaseReference) -> None:
    """Say that you work on a case's review. Others may still decide it."""
    from bot.cli.screens.output import out
    from workflows.engine.read.history import find_case, open_review_of
    from workflows.engine.review import claims, refusals

    with started() as app:
        review = open_review_of(app.context, find_case(app.context, case))
        with refusals.told_of_review(app.context, review.id, by=operator(), wanted="claim"):
            claims.claim(app.context, review.id, by=operator())
        out.print(f"case {review.case}: claimed")


@commands.command()
def escalate(case: CaseReference) -> None:
    """Ask those to decide a case whom its workflow names for that. Others may still decide it."""
    from bot.cli.screens.output import out
    from workflows.engine.read.history import find_case, open_review_of
    from workflows.engine.review import refusals
    from workflows.engine.review.waiting import escalations

    with started() as app:
        review = open_review_of(app.context, find_case(app.context, case))
        with refusals.told_of_review(app.context, review.id, by=operator(), wanted="escalate"):
            asked = escalations.escalate(app.context, review.id, review.version, by=operator())
        out.print(f"case {review.case}: asked {', '.join(asked)} to decide")


@commands.command()
def assign(
    case: CaseReference,
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="The id of a person; left out, who it is for is shown.")
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Assign it to nobody: anybody may take it.")] = False,
) -> None:
    """Name who is to decide a case. Others may still decide it."""
    from bot.cli.screens.output import out
    from workflows.engine.errors import Refused
    from workflows.engine.read.history import find_case, open_review_of
    from workflows.engine.review import refusals
    from workflows.engine.review.assignment import assignments
    from workflows.engine.review.cards import card_view
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        review = open_review_of(app.context, find_case(app.context, case))
        if person is None and not nobody:
            assignee = card_view(app.context, review.id).assignee
            out.print(sanitize(f"case {review.case}: {f'for {assignee}' if assignee else 'assigned to nobody'}"))
            return
        if person is not None and nobody:
            raise Refused("name a person, or use --nobody")
        with refusals.told_of_review(app.context, review.id, by=operator(), wanted="assign"):
            workflow = app.context.registry.get(review.workflow)
            if person is not None and not assignments.might_decide(workflow, person):
                raise Refused(f"{person} is not among the reviewers of {review.workflow}")
            done = assignments.assign(app.context, review.id, review.version, person, by=operator())
        said = f"for {person}" if person is not None else "assigned to nobody"
        out.print(sanitize(f"case {review.case}: {said}{'' if done else ' already'}"))


@commands.command()
def approve(case: CaseReference, confirm: Confirm = False, version: Version = None) -> None:
    """Approve what is proposed for a case, and deliver it."""
    from workflows.engine.review import reviews

    def decide(app: App, review: OpenReview, shown: int) -> str:
        reviews.approve(app.context, review.id, shown, by=operator(), confirmed=confirm)
        return "approved"

    _decide(case, version, decide, wanted="approve")


@commands.command()
def edit(
    case: CaseReference,
    set: Assignments = None,
    confirm: Confirm = False,
    version: Version = None,
) -> None:
    """Decide a case with your own values, and deliver them. Fields left out keep what is proposed."""
    from bot.cli.screens.output import out
    from handlers.texts.review.forms import doubted
    from workflows.engine.case.lookup import case_text, input_of
    from workflows.engine.read.history import case_view
    from workflows.engine.review import reviews
    from workflows.engine.review.form.dependent_texts import redrawn
    from workflows.engine.review.form.forms import entries_of, read_form
    from workflows.engine.review.form.second_look import doubts_about
    from workflows.engine.text.sanitize import sanitize

    def decide(app: App, review: OpenReview, shown: int) -> str:
        workflow = app.context.registry.get(review.workflow)
        values = case_view(app.context, review.case).newest.to_approve
        proposed = entries_of(workflow.output, values) if values is not None else {}
        typed = proposed | assigned(workflow, set or [])
        read_form(workflow.output, typed, zone=workflow.timezone)
        anew = redrawn(app.context, workflow, review.id, proposed=proposed, typed=typed)
        for name in anew:
            out.print(sanitize(f"{name}: rewritten, to go with what you chose"))
        output = read_form(workflow.output, typed | anew, zone=workflow.timezone)
        input = input_of(app.context, review.id)
        doubts = doubts_about(workflow, input, case_text(workflow, input), output, before=proposed)
        for doubt in doubts:
            out.print(sanitize(f"{doubt.field}: {doubted(doubt)}"))
        despite = [doubt.for_audit for doubt in doubts]
        reviews.edit(app.context, review.id, shown, output, by=operator(), confirmed=confirm, despite=despite)
        return "edited" if review.has_proposal else "answered"

    _decide(case, version, decide, wanted="edit")


@commands.command()
def reject(
    case: CaseReference,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the case.")],
    then: Annotated[
        Literal["by-hand", "close", "propose-again"],
        typer.Option(help="What follows: an empty form, nothing at all, or a new proposal."),
    ] = "by-hand",
    version: Version = None,
) -> None:
    """Reject what is proposed for a case."""
    from workflows.engine.review import reviews
    from workflows.engine.review.decisions import Follows

    def decide(app: App, review: OpenReview, shown: int) -> str:
        follows = Follows(then.replace("-", "_"))
        reviews.reject(app.context, review.id, shown, by=operator(), reason=reason, follows=follows)
        return "rejected"

    _decide(case, version, decide, wanted="reject")


@commands.command()
def ask(
    case: CaseReference,
    question: Annotated[str, typer.Argument(help="What you want to know, in up to 1,000 characters.")],
    version: Version = None,
) -> None:
    """Ask the source of a case. It waits for the answer, and is then proposed again."""
    from workflows.engine.review import reviews

    def decide(app: App, review: OpenReview, shown: int) -> str:
        reviews.ask(app.context, review.id, shown, question=question, by=operator())
        return "asked"

    _decide(case, version, decide, wanted="ask")


@commands.command()
def reply(
    case: CaseReference,
    answer: Annotated[str, typer.Argument(help="What the source of the case answered.")],
    question: Annotated[
        int | None,
        typer.Option(max=LARGEST, help="Number of the question; left out, the newest one without an answer."),
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="A file that belongs to the answer. May be repeated.")
    ] = None,
) -> None:
    """Bring the answer to a question; the case is proposed again with it."""
    from bot.cli.completion import finish
    from bot.cli.documents import kept_document
    from bot.cli.screens.output import out
    from workflows.engine.read.history import find_case
    from workflows.engine.review import refusals
    from workflows.engine.review.source import questions

    with started() as app:
        number = find_case(app.context, case)
        with refusals.told_of_case(app.context, number, by=operator(), wanted="answer"):
            files = [kept_document(app.context, one) for one in document or ()]
            replied = questions.reply(app.context, number, answer, by=operator(), number=question, documents=files)
        if not replied.is_new:
            out.print(f"case {number}: question {replied.question} has this answer already")
        elif replied.run is None:
            out.print(f"case {number}: the answer is kept; the case is decided, so nothing else happens")
        else:
            finish(app, number)
            _tell(app, number, f"question {replied.question} is answered")


@commands.command()
def follow(case: CaseReference) -> None:
    """Make the follow-up of a case again, where it could not be made."""
    from bot.cli.completion import finish
    from bot.cli.screens.told import tell
    from handlers.texts.operations.follow_ups import made_again
    from workflows.engine.read.history import find_case
    from workflows.engine.sources import follow_ups

    with started() as app:
        number = find_case(app.context, case)
        again = follow_ups.again(app.context, number, by=operator())
        tell(made_again(number, again))
        finish(app, number)


@commands.command()
def undo(case: CaseReference) -> None:
    """Take your decision on a case back, before it is applied or while a second person is waited for."""
    from bot.cli.screens.output import out
    from workflows.engine.errors import Refused
    from workflows.engine.read.history import case_view, find_case
    from workflows.engine.review import refusals
    from workflows.engine.review.undo import undo

    with started() as app:
        number = find_case(app.context, case)
        review = case_view(app.context, number).newest.review
        if review is None:
            raise Refused(f"nobody decided case {number}")
        with refusals.told_of_review(app.context, review.id, by=operator(), wanted="undo"):
            state = undo(app.context, review.id, review.version, by=operator())
        waits = "its review is open again" if state == "open" else "a newer revision of it took its place"
        out.print(f"case {number}: taken back; {waits}")


@commands.command()
def wrong(
    case: CaseReference,
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="What is wrong with it.")],
) -> None:
    """Say that something is wrong with a case. A person looks at it."""
    from bot.cli.screens.output import out
    from workflows.engine.case.lookup import cases_meant
    from workflows.engine.review.wrong import reports

    with started() as app:
        meant = cases_meant(app.context, case)
        kept = reports.note(app.context, about=case, case=next(iter(meant), None), by=operator(), said=" ".join(words))
        if kept is not None:
            reports.take_up(app.context, kept)
        out.print("noted")


@commands.command()
def rerun(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="CASE [from STEP | corrected] | cause CAUSE [after 10m | stop] | failed WORKFLOW since 2h [dry]",
            help="A step is its name, start, or deliver. A time is 30m, 2h or 1d.",
        ),
    ],
    from_step: Annotated[str | None, typer.Option("--from", metavar="STEP", help="The same as: from STEP.")] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would happen; the same as: dry.")] = False,
    input: Annotated[
        str | None,
        typer.Option("--input", metavar="FILE", help="The corrected input as a JSON object; - reads standard input."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the input is corrected.")] = "",
    version: Version = None,
) -> None:
    """Run a case again, by default from the step that failed; or all of a cause, or all that failed.

    With `corrected` or --input, it runs again with an input that you put right, as a new revision.
    """
    from bot.cli.completion import finish
    from bot.cli.screens.output import out
    from bot.cli.screens.told import tell
    from handlers.commands import RerunWords, StopWords, read_rerun
    from handlers.texts.operations.bulk_reruns import stopped
    from handlers.texts.operations.reruns import follows, not_understood
    from workflows.engine.case.lookup import cases_meant
    from workflows.engine.errors import Refused
    from workflows.engine.read.causes import cause_named
    from workflows.engine.read.history import find_case
    from workflows.engine.review import refusals
    from workflows.engine.review.rerun import bulk_reruns, reruns

    with started() as app:
        said = read_rerun(" ".join(words), is_case=lambda text: bool(cases_meant(app.context, text)))
        if isinstance(said, StopWords):
            bulk_reruns.stop_active(app.context, cause_named(app.context, said.cause), by=operator())
            tell(stopped(said.cause))
            return
        if not isinstance(said, RerunWords):
            _rerun_all(app, said, dry=dry or said.dry)
            return
        number, step = find_case(app.context, said.case), from_step or said.from_step
        if said.stray:
            raise Refused(not_understood(said.case, said.stray))
        if said.corrected or input is not None:
            if step is not None:
                raise Refused("with a corrected input a case runs again from the start")
            _rerun_corrected(app, number, input, reason=reason, version=version, dry=dry or said.dry)
            return
        if dry or said.dry:
            with _corrected_instead(number):
                foreseen = reruns.foresee(app.context, number, by=operator(), from_step=step)
            out.print(f"case {number}: would run again from {foreseen.from_step}; nothing was done")
            for one in follows(foreseen):
                out.print(one)
            return
        with _corrected_instead(number), refusals.told_of_case(app.context, number, by=operator(), wanted="rerun"):
            begun = reruns.rerun(app.context, number, by=operator(), from_step=step)
        finish(app, number)
        _tell(app, number, f"run again from {begun.from_step}")


def _rerun_corrected(app: App, case: int, source: str | None, *, reason: str, version: int | None, dry: bool) -> None:
    """Run a case again with a corrected input. `source`: its file, or -; None: show the present one, to put right."""
    from json import loads

    from bot.cli.completion import finish
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.operations import reruns as texts
    from workflows.engine.case.intake import accept
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.errors import InvalidInput
    from workflows.engine.read.history import case_view
    from workflows.engine.review import refusals
    from workflows.engine.review.corrected.corrected_inputs import foresee_corrected, refuse_impossible, rerun_corrected

    view = case_view(app.context, case)
    watched = refusals.told_of_case(app.context, case, by=operator(), wanted="correct_input")
    if source is None:
        # Said before they put anything right, and not after.
        with _corrected_instead(case), watched:
            refuse_impossible(app.context, case)
        record_reading(app.context, case, by=operator(), way=Way.INPUT_FORM)
        print_json(dict(view.newest.input))
        then = f"countersign rerun {case} corrected --input FILE --reason WHY --version {view.moves}"
        typer.echo(advised(f"put it right, then: {then}"), err=True)
        return
    workflow = app.context.registry.get(view.workflow)
    with _corrected_instead(case), watched:
        values = _object(source)
        accepted = accept(workflow, values)
        # The present input may still have names that a field had before.
        strange = sorted(values.keys() - loads(accepted.body).keys() - view.newest.input.keys())
        if strange:
            # A misspelt field would change nothing, and look as if it had.
            raise InvalidInput(f"no field of the input: {', '.join(strange)}"[:_MOST_NAMED])
        if dry:
            tell(texts.foreseen_corrected(foresee_corrected(app.context, case, accepted, by=operator(), moves=version)))
            return
        made = rerun_corrected(app.context, case, accepted, by=operator(), reason=reason, moves=version)
    tell(texts.begun_corrected(made))
    finish(app, case)
    _tell(app, case, "run again with the corrected input")


def _object(source: str) -> dict[str, JsonValue]:
    """Read a JSON object from a file, or from standard input for -. Raise `InvalidInput`."""
    import sys
    from json import JSONDecodeError, loads
    from pathlib import Path

    from workflows.engine.errors import InvalidInput

    try:
        values = loads(sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{source} cannot be read: {error.strerror}") from error
    except JSONDecodeError as error:
        raise InvalidInput(f"the input is not valid JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{source} cannot be read: no UTF-8, nested too deep, or a number too long") from error
    if not isinstance(values, dict):
        raise InvalidInput("the input has to be a JSON object")
    return values


def _rerun_all(app: App, said: RerunCauseWords | RerunFailedWords, *, dry: bool) -> None:
    """Run all failed cases of a cause again, or of each cause of a workflow."""
    from bot.cli.completion import work_on_rest
    from bot.cli.screens.cause import print_bulk_rerun
    from bot.cli.screens.told import tell
    from handlers.commands import RerunCauseWords as OfCause
    from handlers.texts.operations import bulk_reruns as texts
    from workflows.engine.errors import Refused
    from workflows.engine.read.causes import cause_named, cause_view
    from workflows.engine.review.rerun import bulk_reruns

    if isinstance(said, OfCause):
        found, within, again = [cause_named(app.context, said.cause)], None, f"cause {said.cause}"
        if said.after and said.wait is None:
            raise Refused(texts.no_pause(said.cause, said.after))
        if said.wait is not None and not dry:
            tell(texts.planned(bulk_reruns.plan(app.context, found[0], by=operator(), wait=said.wait)))
            return
        again = f"{again} after {said.after}" if said.after else again
    else:
        if said.within is None:
            raise Refused(texts.no_time(said.workflow, said.since))
        within, again = said.within, f"failed {said.workflow} since {said.since}"
        found = bulk_reruns.causes_of(app.context, said.workflow, since=within)
    if dry:
        plans, _ = bulk_reruns.foresee_each(app.context, found, since=within)
        tell(texts.foreseen(plans, again=again))
        return
    begun, refused = bulk_reruns.begin_each(app.context, found, by=operator(), since=within)
    tell(texts.begun(begun, refused))
    work_on_rest(app)
    for one in begun:
        print_bulk_rerun(cause_view(app.context, one.cause))


@commands.command()
def correct(
    case: CaseReference,
    set: Assignments = None,
    reason: Annotated[str, typer.Option(help="What was wrong.")] = "",
) -> None:
    """Propose other values for a delivered case; a person decides them like any proposal."""
    from bot.cli.screens.output import out
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.read.history import find_case
    from workflows.engine.review import refusals
    from workflows.engine.review.form.forms import entries, read_form
    from workflows.engine.review.wrong import corrections
    from workflows.engine.text.sanitize import sanitize

    with started() as app:
        number = find_case(app.context, case)
        view = corrections.delivered_view(app.context, number)
        workflow = app.context.registry.get(view.workflow)
        new = read_form(workflow.output, {**view.values, **assigned(workflow, set or [])}, zone=workflow.timezone)
        with refusals.told_of_case(app.context, number, by=operator(), wanted="correct"):
            corrections.correct(app.context, number, new, by=operator(), reasons=[reason] if reason else [])
        record_reading(app.context, number, by=operator(), way=Way.COMMAND_LINE)
        for name, value in entries(new).items():
            if value != view.values[name]:
                out.print(sanitize(f"{name}: {view.values[name]} -> {value}"))
        out.print(advised(f"case {number}: the correction waits for a person; countersign approve {number}"))


@commands.command()
def settle(
    case: CaseReference,
    outcome: Annotated[Literal["happened", "not-happened"], typer.Argument(help="What you found when you looked.")],
    key: Annotated[str | None, typer.Option(help="Key of the delivery, where the case has several in doubt.")] = None,
) -> None:
    """Say whether a delivery in doubt happened. One that did not can be run again."""
    from bot.cli.screens.output import out
    from workflows.engine.read.history import find_case
    from workflows.engine.review import doubts, refusals

    happened = outcome == "happened"
    with started() as app:
        number = find_case(app.context, case)
        with refusals.told_of_case(app.context, number, by=operator(), wanted="settle"):
            state = doubts.settle(app.context, number, happened=happened, by=operator(), key=key)
        more = "" if happened else f"; countersign rerun {number} delivers it"
        out.print(advised(f"case {number}: {state}{more}"))


def _decide(reference: str, version: int | None, decide: Callable[[App, OpenReview, int], str], *, wanted: str) -> None:
    from bot.cli.completion import finish
    from workflows.engine.read.history import find_case, open_review_of
    from workflows.engine.review import refusals

    with started() as app:
        review = open_review_of(app.context, find_case(app.context, reference))
        with _advised(review), refusals.told_of_review(app.context, review.id, by=operator(), wanted=wanted):
            decided = decide(app, review, review.version if version is None else version)
        finish(app, review.case)
        _tell(app, review.case, decided)


@contextmanager
def _corrected_instead(case: int) -> Iterator[None]:
    """Add the command to type, where a case that is to run again was delivered."""
    from workflows.engine.errors import AlreadyDelivered, Refused

    try:
        yield
    except AlreadyDelivered as delivered:
        raise Refused(f"{delivered}: countersign correct {case} --set FIELD=VALUE") from None


@contextmanager
def _advised(review: OpenReview) -> Iterator[None]:
    """Add the command to type, where a refused decision can still be made."""
    from workflows.engine.errors import FormChanged, NeverBroken, Refused

    try:
        yield
    except NeverBroken as broken:
        if broken.barred:
            raise
        raise Refused(f"{broken}; use --confirm to decide so all the same") from None
    except FormChanged as changed:
        raise Refused(f"{changed}: countersign edit {review.case} --set FIELD=VALUE") from None


def _tell(app: App, case: int, done: str) -> None:
    """Say what was done and how the case stands now. Exit with 1 where it stopped."""
    from bot.cli.screens.output import out, tell_error
    from store.states import STOPPED, RunState
    from workflows.engine.read.history import case_view
    from workflows.engine.text.sanitize import sanitize

    run = case_view(app.context, case).newest
    receipt = f": {run.delivery.receipt}" if run.delivery and run.delivery.receipt else ""
    stands = "waiting to be delivered" if run.state == RunState.HOLDING else run.state
    out.print(sanitize(f"case {case}: {done}; it is {stands} now{receipt}"))
    if run.state in STOPPED and run.problem is not None:
        tell_error(str(run.problem["message"]))
        raise typer.Exit(1)
