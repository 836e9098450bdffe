"""The desk's tickets and receipts as JSON."""

from collections.abc import Mapping
from dataclasses import asdict

from .changes import Change, Question, Receipt, Ticket, Triage


def ticket_as_json(ticket: Ticket) -> dict[str, object]:
    """Return the ticket with its history, newest change first."""
    return {
        "ticket": ticket.ticket,
        "status": ticket.status,
        "queue": ticket.queue,
        "priority": ticket.priority,
        "reply": ticket.reply,
        "reason": ticket.reason,
        "history": [_change_as_json(change) for change in ticket.history],
    }


def question_as_json(question: Question) -> dict[str, object]:
    """Return a question to a customer."""
    return {**asdict(question), "at": question.at.isoformat()}


def receipt_as_json(receipt: Receipt, said: Mapping[str, object]) -> dict[str, object]:
    """Return the receipt, with the confirmed part of the change."""
    return {"receipt": receipt.receipt, "ticket": receipt.ticket, **said, "replayed": receipt.replayed}


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "receipt": change.receipt,
        "kind": "triage" if isinstance(change.content, Triage) else "rejection",
        "key": change.key,
        "at": change.at.isoformat(),
        **asdict(change.content),
    }
