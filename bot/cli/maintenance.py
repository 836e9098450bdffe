"""`rerun`, `correct`, `settle`, `recount`, `migrate`: what keeps cases and the database going."""

from collections.abc import Sequence

from bot.app import database_of, opened
from bot.cli.backups import tell_restored
from bot.cli.completion import PATIENCE, finish
from bot.cli.decisions import assigned, tell
from bot.cli.output import one_line_errors, out
from bot.cli.people import operator
from bot.settings import settings
from store.db import migration
from store.db.process_locks import SENDER, exclusive
from workflows.engine.case.restores import restored
from workflows.engine.errors import Refused
from workflows.engine.propose.model_outages import recount
from workflows.engine.read.history import find_case
from workflows.engine.review import corrections, doubts, refusals, reruns
from workflows.engine.review.forms import entries, read_form
from workflows.engine.text.sanitize import sanitize


def rerun_case(reference: str, *, from_step: str | None) -> int:
    """Run a case again; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        case = find_case(app.context, reference)
        with refusals.told_of_case(app.context, case, by=operator(), wanted="rerun"):
            begun = reruns.rerun(app.context, case, by=operator(), from_step=from_step)
        finish(app, case)
        return tell(app, case, f"run again from {begun.from_step}")


def correct_case(reference: str, assignments: Sequence[str], *, reason: str) -> int:
    """Propose a correction; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        case = find_case(app.context, reference)
        view = corrections.delivered_view(app.context, case)
        workflow = app.context.registry.get(view.workflow)
        new = read_form(workflow.output, {**view.values, **assigned(workflow, assignments)}, zone=workflow.timezone)
        with refusals.told_of_case(app.context, case, by=operator(), wanted="correct"):
            corrections.correct(app.context, case, new, by=operator(), reasons=[reason] if reason else [])
        for name, value in entries(new).items():
            if value != view.values[name]:
                out.print(sanitize(f"{name}: {view.values[name]} -> {value}"))
        out.print(f"case {case}: the correction waits for a person; countersign approve {case}")
        return 0


def settle_case(reference: str, *, happened: bool, key: str | None) -> int:
    """Settle a delivery in doubt; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        case = find_case(app.context, reference)
        with refusals.told_of_case(app.context, case, by=operator(), wanted="settle"):
            state = doubts.settle(app.context, case, happened=happened, by=operator(), key=key)
        more = "" if happened else f"; countersign rerun {case} delivers it"
        out.print(f"case {case}: {state}{more}")
        return 0


def recount_model(model: str) -> int:
    """Forget that a model took more than was reserved; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        if not recount(app.context, model, by=operator()):
            raise Refused(f"nothing is known of {model} that took more than was reserved; see countersign doctor")
        out.print(sanitize(f"for {model} what is reckoned is reserved again; what was booked stays booked"))
        return 0


def database_restored() -> int:
    """Note that the database is a backup; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        # Nobody may work on it, nor send, with what it knew before.
        with app.dispatcher.alone(patience=PATIENCE), exclusive(app.context.database, name=SENDER, patience=PATIENCE):
            found = restored(app.context, by=operator())
        tell_restored(found)
        return 0


def migrate_database() -> int:
    """Bring the database up to date; returns the exit code."""
    with one_line_errors():
        database = database_of(settings())
        try:
            changed = migration.upgrade(database)
        finally:
            database.close()
        out.print(f"the database {'is now' if changed else 'was already'} at schema {migration.newest()}")
        return 0
