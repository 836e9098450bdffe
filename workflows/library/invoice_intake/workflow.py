"""Invoice intake: the contents of an invoice go into the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from countersign import Ask, Autonomy, Budget, Proposal, Rejection, Review, Run, Workflow

from workflows.library.invoice_intake import e_invoice, figures, identity, ledger, paper, places, sums
from workflows.library.invoice_intake.currency import states_currency
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.known import compared

BASE = "EUR"
LIMIT = Decimal(5_000)
"""Highest total that is booked alone, in the base currency."""
CASH = Decimal("0.025")
"""Most that a total in Swiss francs may be rounded by. Their smallest coin is five centimes."""

intake = Workflow(
    name="invoice-intake",
    decision="What does this invoice say, and may it be booked?",
    owner="U0MARIA",
    backup="U0JONAS",
    told=("accounts payable, by the booking",),
    is_sample=True,
    input=Arrival,
    output=Invoice,
    key=lambda arrival: arrival.id,
    may={
        "retrieve": "look up its supplier in the ledger",
        "execute": "book it there, to be paid to the account on file",
        "route": "leave it to people",
    },
    prompt="extract.md",
    review=Review(
        answer_within=timedelta(hours=8),
        by_hand=timedelta(minutes=8),
        reject_reasons=("Not ours", "A duplicate", "Not an invoice", "Amounts are read wrongly", "Not ordered"),
    ),
    autonomy=Autonomy.floor(0.9),
    budget=Budget(per_case="0.05", per_day="10"),
    timezone="Europe/Berlin",
    evidence=("supplier", "number", "date", "currency", "net", "tax", "total", "due"),
    text=lambda arrival: f"{arrival.called}\n{arrival.words}",
)


@intake.propose
def propose(arrival: Arrival, ask: Ask[Invoice]) -> Proposal[Invoice]:
    """Ask the model; the ledger's facts come from the ledger, whatever the model filled in."""
    # The delivery note is not shown: no figure of it is the invoice's.
    parts = {"document": arrival.document, "text": arrival.text}
    read = ask(**{name: part for name, part in parts.items() if part}, received_from=arrival.received_from)
    said = read.output
    known = ledger.look_up(
        arrival.id, supplier=said.supplier, number=said.number, date=said.date.isoformat(), total=str(said.total)
    )
    facts = compared(arrival, said, known)
    looked_up = {"account": 1.0, "booked_before": 0.5 if facts.doubts else 1.0}
    return replace(
        read,
        output=said.model_copy(update={"account": facts.account, "booked_before": known.booked is not None}),
        confidence={**read.confidence, **looked_up},
        reasons=(*facts.reasons, *read.reasons),
        doubts=(*read.doubts, *facts.doubts),
    )


@intake.alike
def same_supplier(arrival: Arrival, invoice: Invoice) -> str:
    """Name the supplier, and what its account on file is."""
    return f"{invoice.supplier}, account {invoice.account}"


@intake.check("net and tax add up to the total", fields=("net", "tax", "total"), cap=0.5)
def adds_up(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether they add up. Francs are rounded to amounts that can be paid in coins."""
    return abs(invoice.net + invoice.tax - invoice.total) <= (CASH if invoice.currency == "CHF" else 0)


@intake.check(
    "the lines, less discounts and with charges, add up to the net amount or to the total", fields=("lines",), cap=0.6
)
def lines_add_up(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether they do, with a cent of rounding for each line. An invoice without lines passes."""
    return sums.lines_add_up(invoice)


@intake.check("discounts and charges stand in the text as such", fields=("allowances", "charges"), cap=0.5)
def states_allowances(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether each stands below the lines beside a label of its kind, whole or in parts.

    Otherwise a line that was left out could be made up for by them.
    """
    text, lines = arrival.words, [line.amount for line in invoice.lines]
    return (
        min(invoice.allowances, invoice.charges) >= 0
        and figures.states_allowances(text, invoice.allowances, lines=lines)
        and figures.states_charges(text, invoice.charges, lines=lines)
    )


@intake.check("the lines stand in the text, and none are left out", fields=("lines",), cap=0.6)
def states_lines(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text has every line. The other check does not show that: it passes where all lines are
    left out.
    """
    if not invoice.lines:
        return not figures.holds_lines(arrival.words)
    return all(figures.states_amount(arrival.words, line.amount) for line in invoice.lines)


@intake.check("the number stands beside the label of the invoice's number, whole", fields=("number",), cap=0.5)
def states_number(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the label leads to this number, and to no other: a text may hold two invoices."""
    return identity.states_number(arrival.words, invoice.number)


@intake.check("the date stands beside a label of the invoice's date", fields=("date",), cap=0.5)
def states_date(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text has this date of issue, in any format. A due date or a delivery date does not count."""
    return identity.states_date(arrival.words, invoice.date)


@intake.check("the currency stands beside the total", fields=("currency",), cap=0.5)
def names_currency(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the currency is beside the total, or is the only one in the text."""
    return states_currency(arrival.words, invoice.currency, total=invoice.total)


@intake.check("the total stands beside the label of a total, and no amount is larger", fields=("total",), cap=0.5)
def states_total(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it is the stated total. Share capital and turnover do not count as larger amounts."""
    return figures.states_total(arrival.words, invoice.total)


@intake.check("the tax is what the text states as tax, of all rates together", fields=("net", "tax"), cap=0.5)
def states_tax(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it is the stated tax. No tax passes where the text says why, or names no tax."""
    text, net, tax = arrival.words, invoice.net, invoice.tax
    return figures.states_tax(text, net=net, tax=tax) and figures.states_net(text, net=net)


@intake.check("each tax rate gives its tax, and together they are the tax", fields=("taxes",), cap=0.5)
def states_taxes(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether they add up, and stand in the text. They may be left out where there are not several."""
    text, listed = arrival.words, invoice.taxes
    is_said = all(figures.states_tax_of(text, rate=one.rate, tax=one.tax) for one in listed)
    return sums.taxes_add_up(invoice) and (is_said if listed else not figures.lists_rates(text))


@intake.check("the amount due is the total, less what the text says was paid", fields=("due",), cap=0.5)
def states_due(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it is the amount left to pay. A payment on account reduces it, but not the total."""
    text = arrival.words
    return (
        sums.due_adds_up(invoice)
        and figures.fits_due(text, total=invoice.total, due=invoice.due, rounding=invoice.rounding)
        and figures.states_prepaid(text, invoice.prepaid)
        and figures.states_rounding(text, invoice.rounding)
    )


@intake.check("it is an invoice, a credit note or a correction, as it calls itself", fields=("kind",), cap=0.5)
def states_kind(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text has a word for a credit note or a correction where it should be one, and none else."""
    return paper.is_credit(arrival.words) == (invoice.kind != "invoice")


@intake.never(f"book more than {LIMIT:,} {BASE}, or another currency, alone")
def is_large(arrival: Arrival, invoice: Invoice) -> bool:
    """Check the amounts of the text first: the model may have taken a small one for the total."""
    return (
        invoice.currency != BASE
        or abs(invoice.total) > LIMIT
        or figures.asks_for_more(arrival.words, limit=LIMIT, currency=BASE)
    )


@intake.never("book a total that the text does not state")
def invents_total(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text lacks the total with its sign. Only a credit note may state a refund without a minus."""
    return not figures.is_stated(arrival.words, invoice.total, currency=invoice.currency)


@intake.never("book an invoice whose net and tax differ from its total")
def does_not_add_up(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether they differ. The supplier then has to be asked."""
    return not adds_up(arrival, invoice)


@intake.never("book to a changed bank account")
def is_account_changed(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the account changed. An unknown supplier counts, because nobody has checked its account yet."""
    return invoice.account in ("changed", "no such supplier") or paper.says_account_changed(arrival.words)


@intake.never("book an invoice twice")
def is_booked(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the ledger has this supplier and number already."""
    return invoice.booked_before


@intake.never("book a credit note, or nothing to pay, alone")
def is_credit(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it may be a credit note, for which a person names the invoice. A minus beside a total is enough."""
    return (
        invoice.kind != "invoice"
        or min(invoice.total, invoice.due) <= 0
        or paper.is_credit(arrival.words)
        or e_invoice.is_no_plain_invoice(arrival)
        or figures.may_be_negative(arrival.words, invoice.total)
    )


@intake.never("book a reminder, a quote, or another paper that is no invoice")
def is_other_paper(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it is another paper. Others look like invoices, so the paper has to call itself an invoice."""
    return paper.is_other_paper(arrival.words) or not paper.is_invoice(arrival.words)


@intake.never("book two invoices as one")
def is_several(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text has several invoices, each with a number of its own."""
    return len(identity.numbers_in(arrival.words)) > 1


@intake.never("book in full what the text says is paid")
def is_paid(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether it is paid, or will be collected from our account. Otherwise it would be paid twice."""
    aside = {payment.line for payment in figures.payments(arrival.words)}
    is_in_full = invoice.due >= invoice.total and figures.leaves_less(arrival.words, invoice.total)
    return is_in_full or paper.is_paid(arrival.words, aside=aside)


@intake.never("do alone what an invoice tells its reader to do")
def gives_orders(arrival: Arrival, invoice: Invoice) -> bool:
    """Tell whether the text addresses a machine. No honest invoice does."""
    return paper.gives_orders(arrival.words)


intake.place("supplier")(places.holds_supplier)
intake.place("number")(places.holds_number)
intake.place("date")(places.holds_date)
intake.place("currency")(places.holds_currency)
intake.place("allowances", any_sign=True)(places.holds_allowance)
intake.place("charges")(places.holds_charge)
intake.place("net", any_sign=True)(places.holds_net)
intake.place("tax", any_sign=True)(places.holds_tax)
intake.place("total", any_sign=True)(places.holds_total)
intake.place("prepaid", any_sign=True)(places.holds_prepaid)
intake.place("rounding")(places.holds_rounding)
intake.place("due", any_sign=True)(places.holds_due)


@intake.second_reading("the data in the file")
def in_the_file(arrival: Arrival) -> Mapping[str, object] | None:
    """Return what the XML of an e-invoice says, if the file carries one."""
    return e_invoice.values(arrival)


@intake.deliver(idempotent=True, target="the ledger")
def book(invoice: Invoice, run: Run[Arrival]) -> str:
    """Book it; the ledger pays to the account that it has on file."""
    booking = invoice.model_dump(mode="json", exclude={"account", "booked_before"})
    return ledger.book(run.input.id, booking=booking, idempotency_key=run.key)


@intake.on_reject(idempotent=True, does="route")
def rejected(rejection: Rejection, run: Run[Arrival]) -> str:
    """Leave the invoice to people, with the reviewer's reason."""
    return ledger.leave_to_people(run.input.id, reason=rejection.reason, idempotency_key=run.key)
