"""`cases`, `case`, `queue`, `status` and others: commands that only look. Modules of `screens` fill long screens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.parameters import CaseReference, Json, WorkflowName
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from store.states import RunState

commands = typer.Typer()


@commands.command()
def cases(
    workflow: WorkflowName = None,
    state: Annotated[str | None, typer.Option(help="Only cases in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """List cases, the newest first."""
    from bot.cli.screens.output import moment, out, print_json, print_table
    from bot.cli.screens.pauses import tell_pauses
    from bot.cli.screens.waiting_deliveries import tell_waiting
    from workflows.engine.read.case_list import case_lines, state_called

    with started() as app:
        only = state_called(state) if state is not None else None
        found = case_lines(app.context, workflow=workflow, state=only, limit=limit)
        if len(found) == limit:
            typer.echo(f"the newest {limit:,}; --limit NUMBER shows more", err=True)
        if json:
            print_json(found)
            return
        if not found:
            out.print("no cases")
            tell_pauses(app, workflow)
            return
        print_table(
            ("case", "key", "workflow", "revision", "state", "resolved", "received"),
            [
                (
                    line.id,
                    line.key,
                    line.workflow,
                    line.revision,
                    _state(line.state, waits=line.waits, not_confirmed=line.not_confirmed),
                    (line.resolution or "").replace("_", " "),
                    moment(line.received_at),
                )
                for line in found
            ],
        )
        tell_pauses(app, workflow)
        tell_waiting(app, workflow)


@commands.command()
def case(case: CaseReference, json: Json = False) -> None:
    """Show everything about a case: input, steps, proposal, reasons, decisions, delivery."""
    from bot.cli.screens.case import show_case

    raise typer.Exit(show_case(case, as_json=json))


@commands.command()
def explain(
    case: CaseReference,
    json: Json = False,
    spans: Annotated[
        bool, typer.Option("--spans", help="Print its OpenTelemetry spans, as OTLP in JSON; they are not sent.")
    ] = False,
) -> None:
    """Explain a case: its whole way, in a few sentences and in detail."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.spans import otlp_json
    from bot.cli.screens.told import tell
    from handlers.texts.operations.explained import explained
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.read.explained.explanations import explanation_view
    from workflows.engine.read.history import find_case
    from workflows.engine.read.spans.exports import case_spans

    with started() as app:
        number = find_case(app.context, case)
        record_reading(app.context, number, by=operator(), way=Way.SPANS if spans else Way.EXPLAIN)
        if spans:
            provider, content = app.models.vendor.declared.name, app.settings.spans_content
            found = case_spans(app.context, number, provider=provider, content=content)
            print_json(otlp_json(found, service=app.settings.otel_service_name or "countersign"))
            return
        view = explanation_view(app.context, number)
        if json:
            print_json(view)
        else:
            tell(explained(view))


@commands.command()
def queue(
    workflow: WorkflowName = None, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False
) -> None:
    """List the reviews that wait for a person, the earliest deadline first."""
    from bot.cli.screens.output import moment, out, plain_review, print_json, print_table
    from bot.cli.screens.pauses import tell_pauses
    from handlers.texts.review.reasons import in_words
    from workflows.engine.read.case_list import refuse_unknown
    from workflows.engine.read.history import open_reviews

    with started() as app:
        refuse_unknown(app.context, workflow)
        found = open_reviews(app.context, workflow=workflow, limit=limit)
        if json:
            print_json([plain_review(review) for review in found])
            return
        if not found:
            out.print("no review waits for a person")
            tell_pauses(app, workflow)
            return
        print_table(
            ("case", "key", "workflow", "version", "answer by", "claimed by", "why"),
            [
                (
                    review.case,
                    review.key,
                    review.workflow,
                    review.version,
                    moment(review.answer_by) if review.answer_by else "",
                    review.claimed_by or "",
                    ("" if review.has_proposal or review.blind else "no proposal: ")
                    + "; ".join(map(in_words, review.why)),
                )
                for review in found
            ],
        )
        tell_pauses(app, workflow)


@commands.command()
def status(json: Json = False) -> None:
    """Show the state of everything: what waits, what failed, what is down or paused, and what was spent today."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.learning import autonomy, review_packs, rollouts
    from handlers.texts.operations import webhooks, workflows
    from workflows.engine.health import expiries
    from workflows.engine.read.status import status_view
    from workflows.engine.sources.told.webhooks import troubles
    from workflows.quality.autonomy.certificates import standings
    from workflows.quality.rollouts.listing import under_way
    from workflows.quality.volume.judging import waiting_packs

    with started() as app:
        expiries.ask(app.context)
        view = status_view(app.context, list(app.context.registry), counts_documents=True)
        if json:
            print_json(view)
        else:
            tell(workflows.status(view))
            untold = webhooks.lines(troubles(app.context))
            if untold is not None:
                tell(untold)
            watched = under_way(app.context)
            if watched:
                tell(rollouts.listed(watched))
            packs = {one.test: one.number for one in waiting_packs(app.context)}
            if packs:
                tell(review_packs.in_status(packs))
            earned = standings(app.context, list(app.context.registry))
            if earned:
                tell(autonomy.in_status(earned))


@commands.command()
def workflows(
    workflow: Annotated[str | None, typer.Argument(metavar="WORKFLOW", help="Its name, to read its charter.")] = None,
    json: Json = False,
) -> None:
    """List the workflows, or show the charter of one."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.charter import charter
    from handlers.texts.operations.workflows import listed
    from workflows.engine.read.declared.charters import charter_view
    from workflows.engine.read.status import status_view

    with started() as app:
        if workflow is not None:
            meant = charter_view(app.context, app.context.registry.get(workflow))
            print_json(meant) if json else tell(charter(meant))
            return
        view = status_view(app.context, list(app.context.registry))
        print_json(view.workflows) if json else tell(listed(view))


@commands.command()
def causes(
    cause: Annotated[
        str | None, typer.Argument(metavar="[CAUSE]", help="Show this one: its name, or the beginning of it.")
    ] = None,
    state: Annotated[str | None, typer.Option(help="Only causes in this state.")] = None,
    workflow: WorkflowName = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """List the causes of failures, the one that failed last first."""
    from bot.cli.screens.cause import print_cause
    from bot.cli.screens.output import moment, out, print_json, print_table
    from handlers.texts.operations.bulk_reruns import reruns_in_brief
    from store.states import CauseState
    from workflows.engine.read.case_list import refuse_unknown
    from workflows.engine.read.causes import cause_lines, cause_named, cause_view, state_called

    with started() as app:
        if cause is not None:
            view = cause_view(app.context, cause_named(app.context, cause))
            if json:
                print_json(view)
            else:
                print_cause(view)
            return
        refuse_unknown(app.context, workflow)
        states = [state_called(state)] if state is not None else list(CauseState)
        only = [workflow] if workflow is not None else None
        found = cause_lines(app.context, workflows=only, states=states, limit=limit)
        if json:
            print_json(found)
        elif not found:
            out.print("no causes")
        else:
            print_table(
                (
                    "cause",
                    "state",
                    "by",
                    "times",
                    "last",
                    "workflow",
                    "step",
                    "needs",
                    "reruns through",
                    "what it says",
                ),
                [
                    (
                        line.name,
                        line.state,
                        "nobody" if line.state is CauseState.OPEN else line.changed_by,
                        f"{line.count:,}",
                        moment(line.last_at),
                        line.workflow,
                        line.step,
                        line.dependency or "",
                        reruns_in_brief(line),
                        f"{line.error}: {line.message}",
                    )
                    for line in found
                ],
            )


@commands.command()
def reports(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False) -> None:
    """List what people said was wrong, the newest first, and what came of it."""
    from bot.cli.screens.output import moment, out, print_json, print_table
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.review.wrong.report_views import report_lines

    with started() as app:
        found = report_lines(app.context, limit=limit)
        cases = [line.case for line in found if line.case is not None]
        record_reading(app.context, *cases, by=operator(), way=Way.COMMAND_LINE)
        if json:
            print_json(found)
        elif not found:
            out.print("no reports")
        else:
            print_table(
                ("report", "at", "by", "case", "what came of it", "what is wrong"),
                [
                    (line.id, moment(line.at), line.by, line.case or line.about, line.outcome or "waits", line.said)
                    for line in found
                ],
            )


@commands.command()
def doctor(
    json: Json = False,
    blocks: Annotated[
        bool, typer.Option("--blocks", help="Ask Slack whether it takes each kind of message and form.")
    ] = False,
    live: Annotated[
        str | None,
        typer.Option(
            metavar="CHANNEL", help="Lead you through Slack in this channel (its id), and write down what came back."
        ),
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="With --live: the file to write. Nobody's name or words are in it."),
    ] = None,
    step: Annotated[list[str] | None, typer.Option(help="With --live: do only this step; may be repeated.")] = None,
    patience: Annotated[
        float, typer.Option(min=0.1, help="With --live: seconds for what you are asked to do in a step.")
    ] = 120.0,
    pace: Annotated[float, typer.Option(hidden=True, min=0.0)] = 1.0,
) -> None:
    """Check the set-up, and say what to do."""
    if live is not None:
        from bot.cli.screens.live_check import check_live

        raise typer.Exit(check_live(live, as_json=json, file=transcript, only=step or [], patience=patience, pace=pace))
    if blocks:
        from bot.cli.screens.block_check import check_blocks

        raise typer.Exit(check_blocks(as_json=json))
    from bot.cli.screens.doctor import check

    raise typer.Exit(check(as_json=json))


def _state(state: RunState, *, waits: bool, not_confirmed: bool) -> str:
    """Return the state of a case, and whether its delivery waits or is not confirmed."""
    if not_confirmed:
        return f"{state}, not confirmed"
    return f"{state}, waits for its target" if waits else state
