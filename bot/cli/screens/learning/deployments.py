"""Texts that `deploy` and `deployments` print."""

from collections.abc import Sequence

from bot.cli.screens.output import moment, out, print_table, shown
from bot.cli.screens.told import tell
from handlers.texts.learning.deployments import told
from handlers.texts.pieces import Room
from workflows.quality.deployments.views import DeploymentLine, DeploymentView

ROOM = Room(text=1_000, line=300, items=40)
"""Room for a deployment."""


def print_deployments(lines: Sequence[DeploymentLine]) -> None:
    """Print a list of deployments."""
    if not lines:
        out.print("nothing was ever deployed")
        return
    cells = [
        (
            one.workflow,
            one.number,
            one.name,
            one.state.value,
            one.model,
            one.prompt_version or "",
            moment(one.live_at) if one.live_at is not None else "",
            one.ended_why or "",
        )
        for one in lines
    ]
    print_table(("workflow", "number", "version", "state", "model", "prompt", "live since", "ended"), cells)


def print_deployment(view: DeploymentView) -> None:
    """Print a deployment: what differs, what was measured, who signs, and what became of it."""
    tell(told(view, ROOM))


def print_diff(view: DeploymentView) -> None:
    """Print what differs between two prompts."""
    if view.prompt_diff is None:
        out.print("their prompts are the same")
        return
    for line in view.prompt_diff.lines:
        out.print(shown(line), soft_wrap=True)
    if view.prompt_diff.more:
        out.print(f"{view.prompt_diff.more} more lines")
