"""`pause`, `resume`, `propose`: whether a workflow goes on, and what waits once it does."""

import typer

from bot.app import App, opened
from bot.cli.completion import PATIENCE, RECENT
from bot.cli.output import moment, one_line_errors, out
from bot.cli.people import operator
from bot.settings import settings
from store.db.process_locks import Taken
from workflows.engine.deliver import workflow_pauses
from workflows.engine.pauses import Pause, PauseStatus
from workflows.engine.review.late_proposals import propose_anew, waiting
from workflows.engine.text.sanitize import sanitize


def pause_workflow(workflow: str | None, *, reason: str, deliveries: bool) -> int:
    """Pause a workflow; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        if workflow is None:
            return _tell_all(app)
        made = workflow_pauses.pause(app.context, workflow, by=operator(), reason=reason, deliveries=deliveries)
        (status,) = workflow_pauses.pause_statuses(app.context, [workflow])
        already = "" if made.changed else " already"
        held = "is held" if made.pause.holds_deliveries else "is still delivered"
        out.print(sanitize(f"{workflow} is paused{already}, {said_of(made.pause)}"))
        out.print(f"no model is asked, people get empty forms, and what they decide {held}")
        out.print(f"{_waiting(status)}; to let it go on: countersign resume {workflow}")
        return 0


def resume_workflow(workflow: str | None) -> int:
    """Let a workflow go on, and deliver what it held; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        if workflow is None:
            return _tell_all(app)
        resumed = workflow_pauses.resume(app.context, workflow, by=operator())
        status = resumed.status
        out.print(f"{workflow} goes on" if resumed.changed else f"{workflow} is not paused")
        if status.held:
            out.print(f"held deliveries that go out now: {status.held:,}")
        if askable := waiting(app.context, workflow).begun:
            out.print(f"cases that the model can be asked about: {askable:,}; countersign propose {workflow}")
        _work(app)
        return 0


def propose_again(workflow: str | None) -> int:
    """Have the model asked about what went to people without a proposal; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        if workflow is None:
            return _tell_all(app)
        counted = propose_anew(app.context, workflow, by=operator())
        out.print(f"the model is asked again about: {counted.begun:,}")
        if counted.in_hand:
            out.print(f"left as they are, since somebody is at them or decided them once: {counted.in_hand:,}")
        if counted.stopped is not None:
            out.print(sanitize(f"it came to an end before all were begun: {counted.stopped}"))
        _work(app)
        return 0 if counted.stopped is None else 1


def said_of(pause: Pause) -> str:
    """By whom, since when and why a workflow is paused."""
    return f"by {pause.who} since {moment(pause.at)}: {pause.reason}"


def tell_pauses(app: App, only: str | None = None) -> None:
    """Say which workflows are paused, below a list of what is theirs."""
    names = [workflow.name for workflow in app.context.registry if only in (None, workflow.name)]
    for status in workflow_pauses.pause_statuses(app.context, names):
        if status.pause is not None:
            out.print(sanitize(f"{status.workflow} is paused, {said_of(status.pause)}"))


def _tell_all(app: App) -> int:
    for status in workflow_pauses.pause_statuses(
        app.context, sorted(workflow.name for workflow in app.context.registry)
    ):
        paused = f"is paused {said_of(status.pause)}" if status.pause is not None else "goes on"
        held = f", {status.held:,} deliveries held" if status.held else ""
        out.print(sanitize(f"{status.workflow} {paused}; {_waiting(status)}{held}"))
    return 0


def _waiting(status: PauseStatus) -> str:
    empty = f", {status.empty:,} of them without a proposal" if status.empty else ""
    return f"{status.waiting:,} {'case waits' if status.waiting == 1 else 'cases wait'} for people{empty}"


def _work(app: App) -> None:
    """Work on what became ready, where no other process works on the database."""
    try:
        with app.dispatcher.alone(patience=PATIENCE):
            app.dispatcher.drain(since=app.context.clock() - RECENT)
    except Taken as taken:
        typer.echo(f"{taken}; it goes on with them", err=True)
