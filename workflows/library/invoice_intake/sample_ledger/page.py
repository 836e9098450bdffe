"""The ledger's invoices on its page."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from workflows.library.sample_server.page import article, event, page, said, tag

from .bookings import Booking, Change, Invoice, Status


def render_page(invoices: Sequence[Invoice], *, outage_seconds: int) -> str:
    """Return the whole page, as HTML. `outage_seconds`: seconds that an outage still lasts, 0 if there is none."""
    return page(
        "Sample ledger",
        "The invoices that changed last.",
        [_invoice(invoice) for invoice in invoices],
        nothing="No invoice has been booked yet.",
        outage_seconds=outage_seconds,
    )


def _invoice(invoice: Invoice) -> str:
    last = invoice.history[0].content
    history = [_change(change) for change in invoice.history]
    if not isinstance(last, Booking):
        tags = tag(Status.LEFT_TO_PEOPLE, "tag left")
        return article(invoice.invoice, tags, said("Left to people: ", last.reason), history=history)
    lines = "\n".join(f"{line.quantity} × {line.description}: {line.amount}" for line in last.lines)
    return article(
        f"{last.supplier}, {last.number}",
        tag(invoice.status) + tag(f"{last.total} {last.currency}"),
        said(
            f"{last.kind.capitalize()} dated ",
            f"{last.date}; net {last.net}, tax {last.tax}, total {last.total}, due {last.due} {last.currency}",
        ),
        *_more(last),
        said("", lines),
        history=history,
    )


def _more(booking: Booking) -> Iterator[str]:
    """Yield the parts that few invoices have."""
    rates = [f"{one.rate} % of {one.net}: {one.tax}" for one in booking.taxes]
    if len(rates) > 1:
        yield said("Tax: ", "; ".join(rates))
    named = ("allowances", "charges", "prepaid", "rounding")
    parts = [f"{name} {getattr(booking, name)}" for name in named if Decimal(getattr(booking, name))]
    if parts:
        yield said("With ", ", ".join(parts))


def _change(change: Change) -> str:
    content = change.content
    what = f"booked {content.total} {content.currency}" if isinstance(content, Booking) else "left to people"
    return event(f"{change.receipt} · {change.at:%Y-%m-%d %H:%M:%S} UTC · {what}", change.key)
