"""Lines about pauses, below a list."""

from bot.app import App
from bot.cli.screens.output import out
from handlers.texts.operations.pauses import paused_by
from workflows.engine.deliver import workflow_pauses
from workflows.engine.text.sanitize import sanitize


def tell_pauses(app: App, only: str | None = None) -> None:
    """Print the pauses of workflows, below a list of their cases or reviews."""
    names = [workflow.name for workflow in app.context.registry if only in (None, workflow.name)]
    for status in workflow_pauses.pause_statuses(app.context, names):
        if status.pause is not None:
            out.print(sanitize(f"{status.workflow} is paused, {paused_by(status.pause)}"))
