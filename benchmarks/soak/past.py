"""Cases of a day ago, made by the engine on a clock of their own: what is kept for a day is due while the soak runs."""

import os
from datetime import datetime, timedelta

from benchmarks.soak.automations import TICKETS
from benchmarks.soak.installation import Installation
from benchmarks.soak.truth import reply_of, text_of, truth
from bot.app import opened
from bot.demo.past.clock import PastClock
from bot.settings import settings
from store.db import migration
from store.db.database import Database
from workflows.engine.case.intake import accept, take_in
from workflows.engine.case.team import team_of
from workflows.engine.read.history import open_reviews
from workflows.engine.review import reviews

_FIRST = 1_000_000
"""Number of the first of them; those of the soak itself begin at 1."""
_AT_ONCE = 20
"""Cases that come together."""
_BEFORE = timedelta(hours=27)
_OVER = timedelta(hours=5)
"""The cases come within these hours, of which a part is a day old when the soak begins, and the rest becomes so."""


def play(installation: Installation, cases: int, *, until: datetime) -> None:
    """Have so many cases decided by a person, each at its own time; the database has a schema afterwards."""
    database = Database(installation.database)
    try:
        migration.upgrade(database)
        team_of(database, at=until - timedelta(days=3))
    finally:
        database.close()
    clock = PastClock(until - _BEFORE)
    os.environ.update(installation.settings)
    with opened(settings(), clock=clock) as app, app.dispatcher.alone():
        workflow = app.context.registry.get(TICKETS)
        for first in range(0, cases, _AT_ONCE):
            clock.move_to(until - _BEFORE + first * _OVER / cases)
            numbers = range(_FIRST + first, _FIRST + first + _AT_ONCE)
            inputs = [{"id": id, "customer": "c-1", "text": text_of(f"T{id}"), "language": "en"} for id in numbers]
            take_in(app.context, workflow, [accept(workflow, one) for one in inputs], source="past", actor="past")
            app.dispatcher.drain()
            for review in [one for one in open_reviews(app.context) if one.workflow == TICKETS]:
                clock.move_by(timedelta(seconds=20))
                made = truth(review.key)
                right = workflow.output.model_validate(
                    {"queue": made.queue, "priority": made.priority, "reply": reply_of(made.queue)}
                )
                reviews.edit(app.context, review.id, review.version, right, by="U0ANA", confirmed=True)
            app.dispatcher.drain()
