"""The option `run --post`: posts cards to Slack, and ends. Its report goes to standard error."""

import typer

from bot.app import App
from bot.slack.sender import PACE
from bot.slack.wiring import connected, context_in, sender_of
from bot.slack.workspace import Workspace
from store.db.process_locks import SENDER, Taken, exclusive
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.send.channel_queue import OPEN_CARDS
from workflows.engine.send.channel_status import channel_status

LONGEST = 300.0
"""Seconds for which posting is tried."""


def workspace_for(app: App, workflow: AnyWorkflow) -> Workspace:
    """Return the workspace for a workflow's cards. Raise `Refused` where the workflow posts nowhere."""
    if workflow.review.post_to is None:
        raise Refused(
            f"{workflow.name} posts nowhere: set COUNTERSIGN_POST_TO={workflow.name}=CHANNEL, "
            "or name the channel in its Review(post_to=...)"
        )
    return connected(app)


def post(app: App, workflow: AnyWorkflow, workspace: Workspace) -> bool:
    """Send what is due; return True if that was everything. A running `countersign serve` does it instead."""
    channel = workflow.review.post_to
    assert channel is not None
    try:
        with exclusive(app.context.database, name=app.context.lock(SENDER)):
            sender = sender_of(app, workspace, context_in(app, workspace), pace=PACE)
            sender.prepare()
            done = sender.drain(seconds=LONGEST)
    except Taken as taken:
        typer.echo(f"{taken}; if it is `countersign serve`, it posts the cards", err=True)
        return True
    status = channel_status(app.context, channel)
    more = f", {status.behind:,} more behind one card" if status.behind else ""
    typer.echo(f"{channel}: {status.open_cards} of at most {OPEN_CARDS} open cards{more}", err=True)
    if not done:
        typer.echo(
            f"not everything was posted; messages that wait: {status.held_up:,}; Slack said: {status.error}", err=True
        )
    return done
