"""What the text of a document gives away by itself, whatever a model makes of it.

The nevers go by this. It errs towards a person: a word that only looks like a reminder's brings the invoice to one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from workflows.tools.amounts import Amount, amounts_in
from workflows.tools.characters import plain
from workflows.tools.currencies import currencies_of
from workflows.tools.quotes import as_read, stands

_LONGEST_TITLE = 60
"""Characters of a line that may say what kind of paper it is; a longer one is a sentence about something."""

_IBAN = re.compile(r"\b([A-Z]{2})[0-9]{2}(?:[ -]?[A-Z0-9]){8,30}")
IBAN_LENGTHS = {
    **{"AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24},
    **{"FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21},
    **{"LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22},
    **{"SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29},
}
_ACCOUNT = re.compile(
    r"(?<!customer )(?<!your )(?<!client )\b(?:account(?: no\.?| number)?|acct\.?|a/c|kontonr\.?|kontonummer|bankgiro"
    r"|plusgiro|clabe)\s*[:#]?\s*([0-9][0-9 -]{4,24}[0-9])\b"
    r"|(?:口座番号|普通預金|普通|账号|帳號)\s*[:\uff1a]?\s*([0-9][0-9 -]{4,24}[0-9])",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"bank(ing)? details (have|has) (been )?changed|(new|changed|updated) bank (account|details)"
    r"|neue[ns]? (bankverbindung|konto)|bankverbindung hat sich geändert|nouve(au|lles) (rib|coordonnées bancaires)"
    r"|nuev(a|os) (cuenta|datos bancarios)|nuov[oe] (iban|coordinate bancarie)|nieuw(e)? (rekeningnummer|bankrekening)"
    r"|now(y|e) (numer rachunku|konto)",
    re.IGNORECASE,
)
_OTHER_PAPER = re.compile(
    r"\b(reminder|past due|overdue notice|statement of account|quotation|quote|estimate|pro-?forma|order confirmation"
    r"|delivery note|mahnung|zahlungserinnerung|kontoauszug|angebot|kostenvoranschlag|auftragsbestätigung|lieferschein"
    r"|rappel|relance|devis|bon de livraison|presupuesto|recordatorio|albarán|preventivo|sollecito|offerte|herinnering"
    r"|aanmaning|oferta|wezwanie do zapłaty|påminnelse|rykker|orçamento|teklif)\b|見積書|督促状|报价单|催款",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\b(credit (note|memo)|gutschrift|rechnungskorrektur|stornorechnung|avoir|factura rectificativa|nota de crédito"
    r"|nota di credito|creditnota|creditfactuur|faktura korygująca|kreditnota|kreditfaktura|iade faturası)\b"
    r"|赤伝|红字发票",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget) (all |any |the |your )*(previous |prior |above |other )?(instruction|rule|check)"
    r"|\bconfidence\b.{0,40}\b1([.,]0+)?\b|\bsystem prompt\b|\b(auto-?|pre-?)approved?\b|\bmark (this|it) as approved\b"
    r"|\b(ai|llm|language model|assistant|chatbot)\b.{0,60}\b(must|should|approve|book|set)\b",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=32)
def stated(text: str) -> tuple[Amount, ...]:
    """Every number in a text that may be an amount. Several rules ask, and the longest text takes a second or two."""
    return tuple(amounts_in(text))


def accounts_in(text: str) -> frozenset[str]:
    """The bank accounts that a text names, as `account_key` writes them."""
    return frozenset(_accounts(plain(text)))


def account_key(account: str) -> str:
    """An account without what differs between two ways to write it."""
    return re.sub(r"[^A-Z0-9]", "", plain(account).upper())


def says_account_changed(text: str) -> bool:
    """Does a text say that from now on another account is to be paid?"""
    return _CHANGED.search(_flowing(text)) is not None


def is_other_paper(text: str) -> bool:
    """Does a line of it look like the title of a reminder, a quote, or another paper that asks for no booking?"""
    return any(_OTHER_PAPER.search(line) for line in _titles(text))


def is_credit(text: str) -> bool:
    """Does a line of it look like the title of a credit note?"""
    return any(_CREDIT.search(line) for line in _titles(text))


def gives_orders(text: str) -> bool:
    """Does it speak to whoever reads it by machine?"""
    return _ORDERS.search(_flowing(text)) is not None


def names_currency(text: str, currency: str) -> bool:
    """Does a code, a sign or a name in it stand for this currency?"""
    ready = plain(text)
    words = set(re.findall(r"[^\W\d_]+|[^\w\s]", ready))
    return any(currency in currencies_of(word) for word in words) or any(
        found.currency == currency for found in stated(text)
    )


def names(text: str, what: str) -> bool:
    """Does it stand in the text, apart from spaces and what cannot be seen?"""
    return stands(what.casefold(), as_read(text.casefold()), spaces_aside=True)


def _accounts(ready: str) -> Iterator[str]:
    rest = ready
    for match in _IBAN.finditer(ready):
        length = IBAN_LENGTHS.get(match[1])
        key = account_key(match[0])
        if length is not None and len(key) >= length:
            yield key[:length]
            rest = rest.replace(match[0], " ")
    yield from (account_key(match[1] or match[2]) for match in _ACCOUNT.finditer(rest))


def _titles(text: str) -> list[str]:
    lines = (line.strip() for line in plain(text).splitlines())
    return [line for line in lines if 0 < len(line) <= _LONGEST_TITLE]


def _flowing(text: str) -> str:
    return " ".join(plain(text).split())
