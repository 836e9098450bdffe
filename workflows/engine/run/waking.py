"""All that goes on by itself after a wait: deliveries that were put off, questions, ignored causes of failures,
bulk reruns.

Deadlines of reviews are looked at too. Many reviews wait for people, so these are not what `is_any_waiting` tells: who
waits for work looks every `LOOK` seconds.
"""

from workflows.engine.context import Context
from workflows.engine.deliver import waiting_deliveries
from workflows.engine.review.rerun import bulk_reruns, mending
from workflows.engine.review.source import question_sending
from workflows.engine.review.waiting import deadlines, reminders

LOOK = 30.0
"""Seconds between two looks at the deadlines of reviews, at most."""


def is_any_waiting(context: Context) -> bool:
    """Tell whether something is to go on by itself later, apart from reviews that nobody decides in time."""
    return waiting_deliveries.is_any_waiting(context) or bulk_reruns.is_any_active(context)


def awaken(context: Context) -> int:
    """Let everything go on that need not wait any longer, do what is due about reviews, and return the number of both.

    Raise `store.db.database.Unavailable` where the database cannot be used for half a minute.
    """
    # Nearly always nothing waits, which one read tells.
    done = deadlines.sweep(context) + reminders.sweep(context) + mending.sweep(context)
    done += bulk_reruns.sweep(context)
    if not is_any_waiting(context):
        return done
    return done + waiting_deliveries.awaken(context) + question_sending.sweep(context)
