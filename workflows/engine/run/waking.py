"""All that goes on by itself after a wait: deliveries that were put off, questions, answers that never came."""

from workflows.engine.context import Context
from workflows.engine.deliver import waiting_deliveries
from workflows.engine.review import question_sending


def is_any_waiting(context: Context) -> bool:
    """Tell whether something is to go on by itself later."""
    return waiting_deliveries.is_any_waiting(context)


def awaken(context: Context) -> int:
    """Let everything go on that need not wait any longer, and return its number.

    Raise `store.db.database.Unavailable` where the database cannot be used for half a minute.
    """
    # Nearly always nothing waits, which one read tells.
    if not is_any_waiting(context):
        return 0
    return waiting_deliveries.awaken(context) + question_sending.sweep(context)
