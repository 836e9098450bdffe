"""Lines about pauses, below a list and in `doctor`."""

from bot.app import App
from bot.cli.screens.output import moment, out
from workflows.engine.deliver import workflow_pauses
from workflows.engine.pauses import Pause
from workflows.engine.text.sanitize import sanitize


def said_of(pause: Pause) -> str:
    """Return by whom, since when and why a workflow is paused."""
    return f"by {pause.who} since {moment(pause.at)}: {pause.reason}"


def tell_pauses(app: App, only: str | None = None) -> None:
    """Print the pauses of workflows, below a list of their cases or reviews."""
    names = [workflow.name for workflow in app.context.registry if only in (None, workflow.name)]
    for status in workflow_pauses.pause_statuses(app.context, names):
        if status.pause is not None:
            out.print(sanitize(f"{status.workflow} is paused, {said_of(status.pause)}"))
