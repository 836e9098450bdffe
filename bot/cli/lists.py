"""`cases` and `reviews`: lists."""

import typer

from bot.app import App, opened
from bot.cli.output import moment, one_line_errors, out, print_json, print_table
from bot.cli.pauses import tell_pauses
from bot.cli.waiting_deliveries import tell_waiting
from bot.settings import settings
from store.cases import cases
from store.governance import teams
from store.states import RunState
from workflows.engine.errors import Refused
from workflows.engine.read.history import open_reviews


def list_cases(*, workflow: str | None, state: str | None, limit: int, as_json: bool) -> int:
    """List cases; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        if state is not None and state not in list(RunState):
            raise Refused(f"there is no state {state!r}; there are: {', '.join(RunState)}")
        _known(app, workflow)
        with app.context.database.read() as session:
            only = RunState(state) if state is not None else None
            found = cases.lines(session, team=app.context.team, workflow=workflow, state=only, limit=limit)
        if len(found) == limit:
            typer.echo(f"the newest {limit:,}; --limit NUMBER shows more", err=True)
        if as_json:
            print_json(found)
            return 0
        if not found:
            out.print("no cases")
            tell_pauses(app, workflow)
            return 0
        print_table(
            ("case", "key", "workflow", "revision", "state", "resolved", "received"),
            [
                (
                    line.id,
                    line.key,
                    line.workflow,
                    line.revision,
                    _state(line),
                    (line.resolution or "").replace("_", " "),
                    moment(line.received_at),
                )
                for line in found
            ],
        )
        tell_pauses(app, workflow)
        tell_waiting(app, workflow)
        return 0


def _state(line: cases.CaseLine) -> str:
    """Say how a case stands, and whether its delivery waits, or may be there although nobody confirmed it."""
    if line.not_confirmed:
        return f"{line.state}, not confirmed"
    return f"{line.state}, waits for its target" if line.waits else line.state


def list_reviews(*, workflow: str | None, limit: int, as_json: bool) -> int:
    """List what waits for people; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        _known(app, workflow)
        found = open_reviews(app.context, workflow=workflow, limit=limit)
        if as_json:
            print_json(found)
            return 0
        if not found:
            out.print("nothing waits for anybody")
            tell_pauses(app, workflow)
            return 0
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
                    ("" if review.has_proposal else "no proposal: ") + "; ".join(review.why),
                )
                for review in found
            ],
        )
        tell_pauses(app, workflow)
        return 0


def _known(app: App, workflow: str | None) -> None:
    """Raise `Refused` for a workflow that neither is declared here nor has a case."""
    if workflow is None or workflow in app.context.registry:
        return
    with app.context.database.read() as session:
        names = [row.name for row in teams.workflows(session, team=app.context.team)]
    if workflow not in names:
        known = ", ".join(sorted({*names, *(declared.name for declared in app.context.registry)}))
        raise Refused(f"there is no workflow {workflow!r}; known: {known}")
