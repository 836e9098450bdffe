"""The kind of paper that a text is, and its messages to the reader, independent of any model.

An invoice names itself in a title or a label. The check looks for that, because no list of all other papers is
complete. In doubt a person decides: also a word that only looks like a reminder's brings the invoice to a person.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from countersign.tools.quotes import as_read, stands

from workflows.library.invoice_intake.layout import Cell, Sheet, level, sheet_of

_LONGEST_TITLE = 60
"""Most characters of a title. A longer piece of a line is a sentence."""
_LONGEST_BEGUN = 110
"""Most characters of a row that is a title because it begins with the word and has a number, however it goes on."""
_NUMBERED = re.compile(r"\b(?:nr|no|n[o\u00b0\u00ba]|num\w*)\b[ .:]{0,3}\w{0,6}[-/]?\d")
_MOST_WORDS_BESIDE = 1
"""Most other words in a title beside the word for the kind of paper."""

_INVOICE = re.compile(
    r"(?<![^\W\d_])(?:[a-z]{0,24}(?:rechnung|invoice(?! (?:to|address)\b))|bill\b(?!(?:ed)?[ -]to\b)"
    r"|factures?\b|factura\b|fattura\b|fatura\b|factuur|faktur[ay]?\b"
    r"|faktuur\w*|fakturan?\b|laskun?\b|lasku\w{0,12}|szamla\w*|doklad\b|arve\b|racun\b|saskaita|rekins|τιμολογιο\w*"
    r"|(?:rechnungs|faktura|factuur|fattura|facture|invoice)[a-z-]{1,12})|請求書|发票|فاتورة"
)
_NOT_ONE = re.compile(
    r"\b(?:not an?|not|is no|kein\w*|keine|pas une|ne constitue pas|no es una|non e una|nao e uma|geen"
    r"|nie jest|neni|ikke en|inte en"
    r"|ei ole)\b(?: \w+){0,3} (?:[a-z]{0,24}rechnung|invoice|facture|factura|fattura|fatura|factuur|faktur\w|lasku)\b"
)
_CREDIT = re.compile(
    r"credit[ -]?(?:note|memo\w*|invoice)|\bcredit\Z|gutschrift\w*|\w{0,20}korrektur\w*|\bstorno\w*"
    r"|storniert\w*|\bcancel\w*"
    r"|cancellation|\brefund\w*|ruckerstattung|erstattung\w*|\bavoir\b|remboursement|note de credit"
    r"|factura rectificativa|rectificativ\w*|\babono\b|nota de (?:credito|abono)|reembolso"
    r"|nota di (?:credito|accredito)"
    r"|storno|rimborso|creditnota|credit(?:factuur)|terugbetaling|korygujac\w*|korekt\w*|zwrot\b"
    r"|dobropis\w*|opravny danovy"
    r"|\bopravn\w+|vratka|kreditnot\w*|kreditfaktur\w*|kredittnota|kreditering\w*|hyvitys\w*|palautus|corrected invoice"
    r"|correct(?:ion|ive) invoice|invoice correction|\badjustment note|debit note|lastschriftanzeige|belastungsanzeige"
    r"|iade faturasi|helyesbito|sztorno|jovairas|storno|πιστωτικο|anulat\w*|annul\w*|anulad\w*|mangelruge|赤伝|红字"
)
_OTHER_PAPER = re.compile(
    r"\bremind\w*|past[ -]?due|\boverdue\b|final (?:notice|demand|reminder|warning)|letter of demand|dunning"
    r"|last notice|urgent notice|notice of default|statement (?:of account|of charges)|account statement"
    r"|pro[ -]?forma\w*"
    r"|mahn(?:ung|bescheid|stufe|schreiben)\w*|\w{0,12}mahnung|zahlungserinnerung|\w{0,10}erinnerung\b|inkasso\w*"
    r"|kontoauszug|saldenbestatigung|kontostand|offene posten|rappel\b|relance\b|mise en demeure|releve de compte"
    r"|recordatorio|requerimiento|ultimo aviso|aviso de pago|extracto de cuenta|estado de cuenta"
    r"|sollecito|estratto conto"
    r"|avviso di pagamento|herinnering|aanmaning|ingebrekestelling|rekeningoverzicht|wezwanie|przypomnienie|ponaglenie"
    r"|zestawienie|upominka|vyzva\b|upomienka|paminnelse|betalingspaminnelse|betalningspaminnelse|purring"
    r"|inkassovarsel|rykker"
    r"|paamindelse|muistutus\w*|maksumuistutus|maksukehotus|perinta|lembrete|aviso de (?:cobranca|vencimento)|cobranca"
    r"|aviso de vencimiento|extrato|musterrechnung|specimen|sample invoice|test invoice|proforma|zalohov\w+"
    r"|\bsaldo ?besked|kontoudtog|kontoutdrag|kontoutskrift|tiliote|remittance advice|zahlungsavis|payment advice"
    r"|zahlungsbestatigung|quittung|kassenbon|kassenbeleg|\brecu\b|quittance|\brecibo\b|ricevuta"
    r"|kwitancja|paragon\b|kvitto"
    r"|kvittering|kuitti|stvrzenka|kvitance|bevestiging van betaling|betalingsbevijs|betaalbewijs|payment confirmation"
    r"|見積書|督促状|報価|报价单|催款|納品書|领収書|領収書|対账单"
)
"""Words that no honest invoice has in a title, whatever is beside them."""
_STATE = re.compile(
    r"\bvoid(?:ed)?\b|\bdraft\b|entwurf|brouillon|borrador|\bbozza\b|\bconcept\b|rascunho|wersja robocza"
    r"|navrh\b|kladde\b|utkast\b|luonnos"
    r"|\bduplica\w*|\bduplikat\w*|zweitschrift|\w{0,14}kopie\b|\bkopia\b|\bcopia\b|\bcopie\b|\bkopi\b"
    r"|\bkopio\b|\bcopy\b|\bodpis\b"
)
"""Words that are a stamp where they are alone, or beside the word for an invoice."""
_MAY_REFER = re.compile(
    r"purchase[ -]orders?|sales[ -]orders?|order (?:confirmation|acknowledg\w+)|(?:work |job )?order\b"
    r"|delivery (?:note|slip)"
    r"|packing (?:list|slip)|dispatch note|bill of lading|quotation|\bquote\b|\bestimate\b|\boffer\b"
    r"|\breceipts?\b|\bstatement\b"
    r"|goods received note|time ?sheet|contract\b|remittance|angebot\w*|kostenvoranschlag|auftrag\w*|bestellung\w*"
    r"|bestellschein|lieferschein\w*|packzettel|frachtbrief|vertrag\b|\w{0,12}beleg\b(?=\W*\Z)"
    r"|bon de (?:livraison|commande)"
    r"|devis\b|commande\b|offre\b|bordereau|presupuesto|pedido\b|albaran\w*|oferta\b|preventivo|ordine\b"
    r"|documento di trasporto"
    r"|\bddt\b|bolla\b|offerte\b|pakbon\w*|bestelling\w*|orderbevestiging|vrachtbrief|opdrachtbevestiging|zamowienie"
    r"|dowod dostawy|list przewozowy|\bwz\b|objednavk\w*|dodaci list|nabidk\w*|tilbud\w*|folgeseddel"
    r"|foljesedel\w*|ordre\w*"
    r"|orderbekraftelse|offert\b|pakkseddel|tarjous|lahete\w*|tilausvahvistus|tilaus\b|orcamento"
    r"|guia de (?:remessa|transporte)"
    r"|encomenda\b|nota de encomenda|teklif|irsaliye|arajanlat|szallitolevel|megrendeles"
)
"""Words that are a title alone, and a reference with something after them: “Lieferschein-Nr. 12”."""
_UPON = re.compile(
    r"(?:up)?on receipt|nach erhalt|receipt of|a reception|thank you for your order|ihre? (?:auftrag|bestellung)"
)
_STAMP = re.compile(
    r"\W*(?:paid(?! to\b)|bezahlt|beglichen|acquitt\w+|pagad[oa]|pagat[oa]|betaald|voldaan|zaplacono"
    r"|oplacono|zaplaceno|uhrazeno"
    r"|betalt|betald|maksettu|settled|saldat[oa]|fizetve|dankend erhalten|amount received)\b.{0,30}"
)
_STAMP_WITH_ACCENT = re.compile(r"\W*(?:payée?s?|réglée?s?)\b.{0,30}", re.IGNORECASE)
"""French stamps that need their accents, because “payee” means the recipient in English."""

_CHANGED = re.compile(
    r"bank(?:ing)? (?:details|account|information) (?:has|have|is|are|was"
    r"|were)? ?(?:been )?(?:recently )?(?:changed|updated|new)"
    r"|(?:new|changed|updated|different) (?:bank|account|iban|payment details)|change of (?:bank|account)"
    r"|our bank has changed"
    r"|changed (?:our|the) (?:bank|account)|no longer (?:use|pay)|old account|account (?:is|has been) closed"
    r"|(?:neue|geandert|abweichend)\w*(?: \w+)? (?:bankverbindung|konto|iban|bank)\w*"
    r"|(?:bankverbindung|konto\w*|iban|bankdaten) (?:hat|haben|wurde|ist|lautet)\b.{0,20}(?:geandert|neu"
    r"|umgestellt|gewechselt)"
    r"|nouve(?:au|lles?|l) (?:rib|compte|coordonnees|iban)|coordonnees bancaires ont change"
    r"|changement de (?:rib|compte|banque)"
    r"|nuev[ao]s? (?:cuenta|datos bancarios|iban)|cambio de (?:cuenta|banco)|nuov[oaei] (?:iban|conto|coordinate|banca)"
    r"|cambio (?:iban|banca)|nieuwe? (?:rekening|bank|iban)|gewijzigd\w* (?:rekening|bank|iban)"
    r"|now[ye] (?:numer|konto|rachunek)"
    r"|zmian\w+ (?:konta|rachunku|numeru)|nov[eyao]\w* (?:iban|cislo uctu|ucet|konto)|ny(?:tt)? (?:konto"
    r"|bank|kontonummer|iban)"
    r"|nye? kontonr|andret konto|andrat (?:konto|bankgiro)|uusi (?:tili|iban)|nova conta|novo iban"
    r"|alteracao de (?:iban|conta)"
)
_PAID = re.compile(
    r"(?:already|has been|have been|was|were|been|fully|bereits|wurde|vollstandig|schon|deja|ete|gia"
    r"|e stat[oa]|ya ha sido|ya|ja foi"
    r"|reeds|zijn|is al|juz|jiz|allerede|redan|jo|bylo|byla) (?:been )?(?:fully )?(?:vollstandig "
    r"|per \w+ )?(?:paid|settled|bezahlt"
    r"|beglichen|gezahlt|payee?s?|reglee?s?|acquittee?s?|pagat[oaie]|pagad[oa]s?|pag[oa]s?|saldat[oa]"
    r"|betaald|voldaan|zaplacon\w+"
    r"|oplacon\w+|uhrazen\w+|zaplacen\w+|betalt|betald|erlagt|maksettu)"
    r"|\bpaid in full|paid (?:with thanks|by (?:card|credit|debit|bank|cash|paypal)|via|on \d|per)"
    r"|payments? received|received with thanks"
    r"|(?:thank you|thanks) for (?:your|the) (?:pre)?payment|(?:betrag|zahlung) (?:dankend )?erhalten|dankend erhalten"
    r"|bezahlt (?:per|mit|am|via|durch)|facture acquittee|pour acquit|(?:paye|regle)e? (?:par|le)\b"
    r"|pagad[oa] (?:con|el|por)"
    r"|pagat[oa] (?:con|il|in data|tramite)|betaald (?:op|met|via|per)|voldaan (?:op|per|met)"
    r"|zaplacono (?:karta|gotowka|przelewem)"
    r"|uhrazeno (?:kartou|dne|prevodem)|betalt (?:den|med|via)|betald (?:den|med|via)"
    r"|maksettu (?:kortilla|\d)|pago (?:em \d|com)"
    r"|(?:no|nothing) (?:further )?(?:payment|to pay|amount)(?: is)?(?: due| required| necessary)?"
    r"|do not pay|please do not pay"
    r"|keine (?:weitere )?(?:zahlung|aufforderung zur)|nicht (?:mehr )?(?:zu )?(?:bezahlen|uberweisen"
    r"|zahlen)|ne (?:pas|rien) (?:payer|regler)"
    r"|niet (?:te )?betalen|nie placic|neplatte|skal ikke betales|betala inte|ei tarvitse maksaa|no pagar|non pagare"
    r"|direct debit|lastschrift\b|abgebucht|eingezogen|bankeinzug|prelevement automatique|sera preleve\w*|domicili\w+"
    r"|automatische incasso|wordt (?:automatisch )?(?:geincasseerd|afgeschreven)|autogiro|adeudo"
    r"|addebit\w+|polecenie zaplaty"
    r"|betalingsservice|avtalegiro|suoraveloitus|charged to your|will be (?:charged|collected|debited)|we will collect"
)
"""Words that say that the invoice is paid already, or will be collected."""
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous |prior |above "
    r"|other )?(?:instruction|rule|check)"
    r"|\bconfidence\b.{0,40}\b1(?:[.,]0+)?\b|\bsystem prompt\b|\b(?:auto-?|pre-?)approved?\b"
    r"|\bmark (?:this|it) as approved\b"
    r"|\b(?:ai|llm|language model|assistant|chatbot)\b.{0,60}\b(?:must|should|approve|book|set)\b"
)
_SPACED = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_WITH_IT = (
    "di do na pagamento pago paiement zaplaty betaling betalning zahlung zahlungs no nr number nummer num "
    "numero vom from of date datum for zu der die das the de du la le el il per to und and et e y first second "
    "third st nd rd final last payment friendly urgent erste zweite dritte letzte customer office file "
    "accounts commercial sales tax vat "
)
_SMALL = frozenset(_WITH_IT.split())
"""Words that are allowed beside a title."""
_TOP = 1
"""Number of the last of the first lines, which have the sender's name and titles, but no column heads."""
_PARTS = re.compile(r"\s[/–—-]\s|[·•,:]\s")


def says_account_changed(text: str) -> bool:
    """Tell whether a text says that payments go to another account from now on."""
    return _CHANGED.search(_flowing(text)) is not None


def is_other_paper(text: str) -> bool:
    """Tell whether the text calls itself something other than an invoice: a reminder, a quote, a draft, a copy."""
    return (
        _NOT_ONE.search(_flowing(text)) is not None
        or any(_titles(text, _OTHER_PAPER))
        or _is_stamped(text)
        or _is_reference_alone(text)
    )


def is_invoice(text: str) -> bool:
    """Tell whether a title or a label says that it is an invoice."""
    return any(_INVOICE.search(level(cell.text[:_LONGEST_TITLE])) for cell in sheet_of(text).every_cell())


def is_credit(text: str) -> bool:
    """Tell whether the text calls itself a credit note, a correction or a refund."""
    begun = (level(cell.text) for cell in sheet_of(text).every_cell() if len(cell.text) <= _LONGEST_BEGUN)
    return any(_titles(text, _CREDIT)) or any(_CREDIT.match(small) and _NUMBERED.search(small) for small in begun)


def is_paid(text: str, *, aside: Collection[int] = ()) -> bool:
    """Tell whether it says that it is paid already, or will be collected. `aside`: lines that state how much was
    paid.
    """
    sheet = sheet_of(text)
    cells = [cell for cell in sheet.every_cell() if cell.line not in aside]
    return (
        _PAID.search(_flowing(text, aside=frozenset(aside))) is not None
        or any(_STAMP.fullmatch(piece) for cell in cells for piece in _pieces_of(cell))
        or any(_STAMP_WITH_ACCENT.fullmatch(cell.text) for cell in cells)
    )


def gives_orders(text: str) -> bool:
    """Tell whether the text addresses a machine that reads it."""
    return _ORDERS.search(_flowing(text)) is not None


def names(text: str, what: str) -> bool:
    """Tell whether the text holds these words, apart from spaces and invisible characters."""
    return stands(what.casefold(), as_read(text.casefold()), spaces_aside=True)


def _titles(text: str, kind: re.Pattern[str]) -> Iterator[str]:
    """Yield the pieces of lines that have little beside a word of this kind, or have the word in capitals."""
    for cell in sheet_of(text).every_cell():
        title = _title(cell.text)
        if title is None:
            continue
        for piece in _split(level(title)):
            found = kind.search(piece)
            if found is not None and (_words_beside(piece, found) <= _MOST_WORDS_BESIDE or _is_shouted(title, kind)):
                yield piece


def _is_stamped(text: str) -> bool:
    """Tell whether a word such as “copy” or “draft” is alone, and not in an invoice line."""
    for cell in _sheet_titles(text):
        found = _STATE.search(level(cell.text))
        if found is None or _words_beside(level(cell.text), found):
            continue
        beside = sheet_of(text).beside(cell)
        if beside is None or not _IDENTIFIER.fullmatch(beside.text):
            return True
    return False


def _sheet_titles(text: str) -> Iterator[Cell]:
    return (cell for cell in sheet_of(text).every_cell() if len(cell.text) <= _LONGEST_TITLE)


def _is_reference_alone(text: str) -> bool:
    """Tell whether the word for an order, a delivery or a quote is a title: alone, or where nothing is called an
    invoice.
    """
    sheet = sheet_of(text)
    is_named = any(_is_title(title) for title in _pieces(text))
    for cell in _sheet_titles(text):
        small = level(_title(cell.text) or "")
        found = _MAY_REFER.search(small)
        if (
            found is None
            or _UPON.search(small)
            or _words_beside(small, found) > (0 if is_named else _MOST_WORDS_BESIDE)
        ):
            continue
        if is_named and _leads_to_something(sheet, cell, small) and not _INVOICE.search(small):
            continue
        if is_named or not _LABEL.search(small):
            return True
    return False


def _is_title(piece: str) -> bool:
    """Tell whether the word for an invoice is a title and not a label: “Rechnung 12”, but not “Rechnungsdatum”."""
    found = _INVOICE.search(piece)
    if found is None:
        return False
    if _LABEL_OF.match(piece, found.end()) or _LABEL_INSIDE.search(found[0]):
        return False
    number = _NUMBER_BEHIND.match(piece, found.end())
    return number is None or number[1] is not None


_LABEL_OF = re.compile(r"[ ./-]{0,3}(?:dat|to\b|for\b|total|amount|betrag|address|adress|period)")
_LABEL_INSIDE = re.compile(r"(?:nummer|nr|no|datum|dato|date|betrag|adresse|summe|total|numero|pvm|paiva\w*|id)\Z")
_NUMBER_BEHIND = re.compile(
    r"[ ./-]{0,3}(?:n[ro]?\b|n[\u00b0\u00ba.]|num\w*|ref\w*|#|id\b)[ .\u00b0\u00ba]{0,3}([^:\n]*\d)?"
)
"""A number after the word. “Rechnung Nr. 12” is a title; “Rechnung Nr.” with the number elsewhere is a label."""


def _leads_to_something(sheet: Sheet, cell: Cell, small: str) -> bool:
    """Tell whether a number or a date follows a word, beside it or below it, as after a label."""
    if any(map(str.isdigit, small)):
        return True
    is_head = cell.line > _TOP and (len(sheet.cells[cell.line]) > 1 or _LABEL.search(small))
    near = (sheet.beside(cell), sheet.below(cell) if is_head else None)
    return any(other is not None and _IDENTIFIER.fullmatch(other.text) is not None for other in near)


_IDENTIFIER = re.compile(r"(?=[^\W\d_]{0,6}[ .:#/-]{0,2}\d)[\w ./,#:-]{1,24}")
"""A number, a reference or a date."""
_LABEL = re.compile(r"\b(?:nr|no|num\w*|nummer|numero|n|date|datum|cislo|id)\b|:")


def _words_beside(piece: str, found: re.Match[str]) -> int:
    beside = _INVOICE.sub(" ", f"{piece[: found.start()]} {piece[found.end() :]}")
    return len([word for word in _WORD.findall(beside) if word not in _SMALL])


def _is_shouted(title: str, kind: re.Pattern[str]) -> bool:
    """Tell whether the word is in capitals, among other words that are not."""
    return any(kind.search(level(word[0])) for word in _CAPITALS.finditer(title)) and not title.isupper()


_CAPITALS = re.compile(r"[^\W\d_a-z]{2,}(?:[ -][^\W\d_a-z]{2,}){0,3}")


@lru_cache(maxsize=32)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece for cell in sheet_of(text).every_cell() for piece in _pieces_of(cell))


def _pieces_of(cell: Cell) -> tuple[str, ...]:
    title = _title(cell.text)
    return (level(title), *_split(level(title))) if title is not None else ()


def _title(cell: str) -> str | None:
    """Return the text of a cell that may be a title, with spaced letters joined; None for a sentence."""
    joined = _SPACED.sub(lambda found: found[0].replace(" ", ""), cell.strip())
    return joined if 0 < len(joined) <= _LONGEST_TITLE else None


def _split(title: str) -> list[str]:
    return [piece for piece in _PARTS.split(title) if piece]


@lru_cache(maxsize=32)
def _flowing(text: str, *, aside: frozenset[int] = frozenset()) -> str:
    # Columns stay separate, and lines are joined.
    lines = enumerate(sheet_of(text).cells)
    return " ".join(" | ".join(cell.level for cell in line) for number, line in lines if number not in aside)
