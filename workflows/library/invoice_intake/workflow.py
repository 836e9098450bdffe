"""Invoice intake: what an invoice says goes into the ledger."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from workflows import Ask, Autonomy, Budget, Proposal, Rejection, Review, Run, Workflow
from workflows.library.invoice_intake import ledger, paper
from workflows.library.invoice_intake.invoice import Document, Invoice
from workflows.library.invoice_intake.known import compared
from workflows.tools.dates import dates_in

BASE = "EUR"
LIMIT = Decimal(5_000)
"""In the base currency."""
CASH = Decimal("0.025")
"""By how much a total in Swiss francs may be rounded: their smallest coin is five centimes."""

intake = Workflow(
    name="invoice-intake",
    decision="What does this invoice say, and may it be booked?",
    owner="U0MARIA",
    input=Document,
    output=Invoice,
    key=lambda document: document.id,
    may=["read an invoice", "book it in the ledger, to be paid to the account on file"],
    prompt="extract.md",
    review=Review(answer_within=timedelta(hours=8), by_hand=timedelta(minutes=8)),
    autonomy=Autonomy.floor(0.9),
    budget=Budget(per_case="0.05", per_day="10"),
    timezone="Europe/Berlin",
    evidence=("supplier", "number", "date", "currency", "net", "tax", "total"),
    text=lambda document: f"{document.id}, from {document.received_from}\n{document.text}",
)


@intake.propose
def propose(document: Document, ask: Ask[Invoice]) -> Proposal[Invoice]:
    """Have it read; what the ledger knows comes from the ledger, whatever the model filled in there."""
    read = ask(text=document.text, received_from=document.received_from)
    known = ledger.look_up(document.id, supplier=read.output.supplier, number=read.output.number)
    facts = compared(document, read.output, known)
    looked_up = {"account": 1.0, "booked_before": 1.0}
    return replace(
        read,
        output=read.output.model_copy(update={"account": facts.account, "booked_before": known.booked is not None}),
        confidence={**read.confidence, **looked_up},
        alternatives={name: others for name, others in read.alternatives.items() if name not in looked_up},
        evidence={name: quote for name, quote in read.evidence.items() if name not in looked_up},
        reasons=(*facts.reasons, *read.reasons),
    )


@intake.check("net and tax add up to the total", fields=("net", "tax", "total"), cap=0.5)
def adds_up(document: Document, invoice: Invoice) -> bool:
    """Francs are rounded to what can be paid in coins."""
    return abs(invoice.net + invoice.tax - invoice.total) <= (CASH if invoice.currency == "CHF" else 0)


@intake.check("the lines add up to the net amount or to the total", fields=("lines",), cap=0.6)
def lines_add_up(document: Document, invoice: Invoice) -> bool:
    """An invoice without lines has nothing to add up; a cent for each line is rounding."""
    total, rounding = sum(line.amount for line in invoice.lines), Decimal("0.01") * len(invoice.lines)
    return not invoice.lines or any(abs(total - sure) <= rounding for sure in (invoice.net, invoice.total))


@intake.check("the text states the date", fields=("date",), cap=0.5)
def states_date(document: Document, invoice: Invoice) -> bool:
    """In whatever way dates are written."""
    return invoice.date in dates_in(document.text)


@intake.check("the text names the currency", fields=("currency",), cap=0.5)
def names_currency(document: Document, invoice: Invoice) -> bool:
    """By a code, a sign or a name."""
    return paper.names_currency(document.text, invoice.currency)


@intake.check("the text holds the number", fields=("number",), cap=0.5)
def holds_number(document: Document, invoice: Invoice) -> bool:
    """Spaces and what cannot be seen aside."""
    return paper.names(document.text, invoice.number)


@intake.never(f"book more than {LIMIT:,} {BASE}, or another currency, alone")
def is_large(document: Document, invoice: Invoice) -> bool:
    """Looks at the amounts of the text first: the model may have taken a small one for the total."""
    found = [amount.value for amount in paper.stated(document.text) if amount.currency == BASE]
    return invoice.currency != BASE or any(abs(amount) > LIMIT for amount in [*found, invoice.total])


@intake.never("book a total that the text does not state")
def invents_total(document: Document, invoice: Invoice) -> bool:
    """Whatever the text writes before it: a credit note may state what is given back without a sign."""
    found = [amount.value for amount in paper.stated(document.text) if amount.currency in (None, invoice.currency)]
    return all(abs(amount) != abs(invoice.total) for amount in found)


@intake.never("book an invoice whose net and tax differ from its total")
def does_not_add_up(document: Document, invoice: Invoice) -> bool:
    """Its supplier has to be asked."""
    return not adds_up(document, invoice)


@intake.never("book to a changed bank account")
def is_account_changed(document: Document, invoice: Invoice) -> bool:
    """A supplier that the ledger does not know counts as well: nobody has checked its account yet."""
    return invoice.account in ("changed", "no such supplier") or paper.says_account_changed(document.text)


@intake.never("book an invoice twice")
def is_booked(document: Document, invoice: Invoice) -> bool:
    """By supplier and number."""
    return invoice.booked_before


@intake.never("book a credit note, or nothing to pay, alone")
def is_credit(document: Document, invoice: Invoice) -> bool:
    """Somebody has to say which invoice it takes back."""
    return invoice.total <= 0 or paper.is_credit(document.text)


@intake.never("book a reminder, a quote, or another paper that is no invoice")
def is_other_paper(document: Document, invoice: Invoice) -> bool:
    """They look like invoices, with totals and accounts."""
    return paper.is_other_paper(document.text)


@intake.never("do alone what an invoice tells its reader to do")
def gives_orders(document: Document, invoice: Invoice) -> bool:
    """No honest invoice speaks to a machine."""
    return paper.gives_orders(document.text)


@intake.deliver(idempotent=True, target="the ledger")
def book(invoice: Invoice, run: Run[Document]) -> str:
    """Book it; the ledger pays to the account that it has on file."""
    booking = invoice.model_dump(mode="json", exclude={"account", "booked_before"})
    return ledger.book(run.input.id, booking=booking, idempotency_key=run.key)


@intake.on_reject(idempotent=True)
def rejected(rejection: Rejection, run: Run[Document]) -> str:
    """Leave the invoice to people, with the reviewer's reason."""
    return ledger.leave_to_people(run.input.id, reason=rejection.reason, idempotency_key=run.key)
