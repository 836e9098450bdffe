"""The desk's tickets on its page."""

from collections.abc import Sequence

from workflows.library.sample_server.page import article, event, page, said, tag

from .changes import Change, Priority, Question, Status, Ticket, Triage


def render_page(tickets: Sequence[Ticket], questions: Sequence[Question] = (), *, outage_seconds: int) -> str:
    """Return the whole page, as HTML. `outage_seconds`: seconds that an outage still lasts, 0 if there is none."""
    return page(
        "Sample help desk",
        "The tickets that changed last.",
        [*map(_question, questions), *map(_ticket, tickets)],
        nothing="No ticket has been changed yet.",
        outage_seconds=outage_seconds,
    )


def _ticket(ticket: Ticket) -> str:
    tags = tag(ticket.status, "tag left" if ticket.status is Status.LEFT_TO_PEOPLE else "tag")
    if ticket.queue and ticket.priority:
        loud = ticket.priority in (Priority.HIGH, Priority.URGENT)
        tags += tag(ticket.queue) + tag(ticket.priority, "tag loud" if loud else "tag")
    return article(
        f"Ticket {ticket.ticket}",
        tags,
        said("Left to people: ", ticket.reason),
        said("Reply: ", ticket.reply),
        history=[_change(change) for change in ticket.history],
    )


def _question(question: Question) -> str:
    asked = f"{question.receipt} · {question.at:%Y-%m-%d %H:%M:%S} UTC · sent to the customer"
    text = said("Question: ", question.text)
    return article(f"Ticket {question.ticket}", tag("asked"), text, history=[event(asked, question.key)])


def _change(change: Change) -> str:
    content = change.content
    what = f"to {content.queue}, {content.priority}" if isinstance(content, Triage) else "left to people"
    return event(f"{change.receipt} · {change.at:%Y-%m-%d %H:%M:%S} UTC · {what}", change.key)
