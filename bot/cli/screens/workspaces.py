"""Workspaces at the terminal."""

import sys
from collections.abc import Mapping, Sequence

import typer

from bot.cli.advised import advised
from bot.cli.screens.output import moment, out, print_table, shown
from bot.slack.installing.installations import Rotated, State, WorkspaceView
from handlers.slack.manifest import manifest_file
from handlers.texts.installing import ENDED, Why
from handlers.web.install.installing import NotInstalled
from workflows.engine.text.sanitize import sanitize

_STATES: Mapping[State, str] = {
    State.INSTALLED: "installed",
    State.UNREADABLE: "no key opens its token",
    State.NOT_INSTALLED: "not installed",
}


def print_workspaces(views: Sequence[WorkspaceView]) -> None:
    """Print workspaces in a table."""
    if not views:
        out.print(advised("no workspace is installed; `countersign workspace invite` prints a link for one"))
        return
    print_table(
        ("workspace", "name", "state", "since", "by", "key", "scopes that are missing"),
        [
            (
                view.id,
                view.name,
                _state(view),
                moment(view.installed_at) if view.installed_at is not None else "",
                view.installed_by or ("an operator" if view.installed_at is not None else ""),
                view.key or "",
                ", ".join(view.missing) if view.ended_at is None else "",
            )
            for view in views
        ],
    )


def print_link(link: str, *, until: str, for_workspace: str | None) -> None:
    """Print the link of an invitation, alone on standard output so that it can be piped, and what it is good for."""
    print(link, file=sys.stdout)  # noqa: T201  # no console, which could wrap it
    whom = f"in {for_workspace} alone" if for_workspace is not None else "in a workspace of their choice"
    typer.echo(
        sanitize(
            f"whoever has this link can install Countersign {whom}, once, until {until}; send it to somebody who may "
            "install apps there, and to nobody else"
        ),
        err=True,
    )


def print_rotated(done: Rotated) -> None:
    """Print what became of the tokens, and which keys are still needed."""
    out.print(f"tokens encrypted anew: {done.anew:,}; with the first key already: {done.already:,}")
    out.print(shown(f"keys that are needed: {', '.join(done.needed)}"))
    if done.unneeded:
        out.print(shown(f"keys that can be taken away: {', '.join(done.unneeded)}"))


def why_not(refused: NotInstalled) -> str:
    """Say to an operator why a workspace was not added."""
    values = refused.values
    match refused.why:
        case Why.REFUSED:
            return f"Slack refuses the token ({values['code']})"
        case Why.MISSING_SCOPES:
            return (
                f"Slack did not grant {values['scopes']} in {values['name']}: install the app there again, with the "
                f"scopes in {manifest_file()}"
            )
        case Why.OTHER_APP:
            return (
                f"the token is of the app {values['app']}, and the workspaces here have installed {values['wanted']}; "
                "one server works for one app"
            )
        case Why.NO_BOT:
            return "that is no bot's token, which begins with xoxb-"
        case _:
            return "Slack does not answer now; try it again in a moment"


def _state(view: WorkspaceView) -> str:
    if view.ended_at is None or view.ended_why is None:
        return _STATES[view.state]
    return f"{ENDED[view.ended_why]} {moment(view.ended_at)}"
