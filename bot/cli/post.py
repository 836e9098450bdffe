"""`run --post`: brings into Slack what waits there for people, and ends. It tells of it on standard error."""

import typer

from bot.app import App
from bot.slack.channel_queue import OPEN_CARDS
from bot.slack.sender import PACE
from bot.slack.wiring import connected, sender_of
from bot.slack.workspace import Workspace
from store.db.process_locks import SENDER, Taken, exclusive
from store.slack import cards, messages, outbox
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused

LONGEST = 300.0
"""Seconds for which it is tried."""


def workspace_for(app: App, workflow: AnyWorkflow) -> Workspace:
    """The workspace in which a workflow's cards are shown. Raise `Refused` where it posts nowhere."""
    if workflow.review.post_to is None:
        raise Refused(
            f"{workflow.name} posts nowhere: set COUNTERSIGN_POST_TO={workflow.name}=CHANNEL, "
            "or name the channel in its Review(post_to=...)"
        )
    return connected(app)


def post(app: App, workflow: AnyWorkflow, workspace: Workspace) -> bool:
    """Send what is due; was it all? Where `countersign serve` works on the database, it does so."""
    channel, team = workflow.review.post_to, app.context.team
    assert channel is not None
    try:
        with exclusive(app.context.database, name=SENDER):
            sender = sender_of(app, workspace, pace=PACE)
            sender.prepare()
            done = sender.drain(seconds=LONGEST)
    except Taken as taken:
        typer.echo(f"{taken}; if it is `countersign serve`, it posts the cards", err=True)
        return True
    with app.context.database.read() as session:
        waiting = messages.waiting(session, team=team, channel=channel, what="review")
        rest = cards.unshown(session, team=team, channel=channel)
        held = outbox.held_up(session, team=team, channel=channel)
    more = f", {rest.number:,} more behind one card" if rest.number else ""
    typer.echo(f"{channel}: {waiting} of at most {OPEN_CARDS} open cards{more}", err=True)
    if not done:
        typer.echo(f"not everything was posted: {held.number:,} messages wait; Slack said: {held.error}", err=True)
    return done
