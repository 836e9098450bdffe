"""The words beside the figures of an invoice, in the languages of its samples and some more.

They are compared in small letters without accents (`layout.level`): “Échéance” is `echeance`, “Größe” is `grose`.
"""

import re
from enum import StrEnum


class Figure(StrEnum):
    """The kind of an amount, by its label."""

    NET = "net"
    TAX = "tax"
    GROSS = "gross"
    SUM = "sum"
    """A total of an unclear kind: “Total” may be before or after tax."""
    DUE = "due"
    PAID = "paid"
    BASE = "base"
    """The amount from which a tax or a discount is calculated, inside another label."""
    OTHER = "other"
    """A discount, a price, a carried-over amount: none of the other kinds."""


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W\d_])(?:" + "|".join(" ".join(words).split()) + r")")


_TAX = _any(
    r"vat\b v\.a\.t tax(?:es)?\b gst\b hst\b [ics]gst\b mwst mehrwertsteuer umsatzsteuer ust\b ust\d{1,2}\b ",
    r"steuer(?:betrag|summe)?\b",
    r"versicherungssteuer tva\b t\.v\.a taxes?\b iva\b i\.v\.a impuestos?\b igic\b imposta\b impostos? btw\b b\.t\.w",
    r"omzetbelasting podat\w+ ptu\b dph\b dan[eě]?\b moms\w* mva\b merverdiavgift mervardesskatt alv\b arvonlisavero",
    r"afa\b fpa\b φπα ddv\b pdv\b kdv\b kaibemaks pvn\b pvm\b 消費税 税額 税率",
)
_TAX_NUMBER = re.compile(
    r"(?:vat|tax|mwst|ust|umsatzsteuer|steuer|tva|iva|btw|moms|mva|alv|dph|gst)[ .-]*"
    r"(?:(?:reg(?:istration)?|registrier\w+|ident(?:ifik\w*)?|id)[ .-]*)?"
    r"(?:id\w*|ident\w*|no\b|nr\b|n[o°º]\b|num\w*|reg\w*|nummer|intra\w*|code)|steuer-?n|vat~?id"
    r"|p\.? ?iva|partita|\bvat \(?[a-z]{2} ?\d{5}"
)
_EXCLUDED = re.compile(
    r"\b(?:excl\w*|exkl\w*|exc\b|ex\b|ohne|hors|sin\b|senza|sem\b|zonder|bez\b|ekskl\w*|eks\b|uten|ilman|before|avant"
    r"|vor\b|prima|antes|fore|fora|without|net(?:to)?\b|nett\b|ht\b|u/|pred\b|przed|ennen)"
)
_INCLUDED = re.compile(
    r"\b(?:incl\w*|inkl\w*|inc\b|including|mit|avec|con\b|compres\w+|ttc\b|toutes|com\b|inclu\w*|with|met\b|vc\b|vcetne"
    r"|s dph|z vat|sis\b|sisalt\w*|med\b|m/|gross|brutto|enthalten\w*|darin|davon|of which|dont|di cui|waarvan|w tym)"
)
_WHICH = re.compile(r"^\W*(?:enthalten\w*|darin|davon|of which|dont|di cui|waarvan|w tym|heraf|herav|varav|incl|inkl)")
_NET = re.compile(
    r"\b(?:net(?:t|to)?\b|netto\w*|\w{1,20}netto\b|sub[ -]?tota\w*|sous[ -]?total|zwischen(?:summe|total)"
    r"|warenwert|taxable"
    r"|tax base|base(?: imponible| imponivel| ht| amount)?\b|bases?\b|imponibil\w*|imponivel|ht\b|h\.t|hors tax\w*"
    r"|podstawa|zaklad\b|delsum\w*|mellemtotal|veroton\w*|verot\w+|iliquido|valor liquido|steuerfrei\w*|bemessungs\w*"
    r"|positionssumme|goods|nettopris|valisumma|sudeji|medzisucet|mezisoucet|reszosszeg|taxfree|tax free"
    r"|καθαρη αξια)|小計"
)
_TAX_BASE = re.compile(
    r"zaklad dane|base imponi\w+|tax base|taxable|bemessungs\w*|podstawa opod\w+|imponibil\w*|maatstaf"
    r"|incidencia|base h\.?t"
    r"|avgiftsgrund\w*|adoalap|steuerpflichtig\w*|vat base|beskatningsgrundlag"
)
_AT_NOUGHT = re.compile(r"\b(?:alv|vat|mwst|ust|moms|mva|iva|btw|tva|dph)\W{0,2}0 ?%")
"""“Yhteensä (alv 0 %)” is a total before tax."""
_GROSS = re.compile(
    r"\b(?:grand tota\w*|gross|brutto\w*|ttc\b|t\.t\.c|invoice (?:total|amount|value|sum)|total (?:of )?(?:the |this )?"
    r"(?:invoice|general|fattura|factura|facture|fatura|documento|factuur)|totale (?:fattura|documento)|rechnungs(?:-?"
    r"(?:gesamt)?(?:betrag|summe|total|endbetrag))|gesamt\w*|end(?:betrag|summe)|bruttobetrag|factuur(?:bedrag|totaal)"
    r"|totaalbedrag|eindtotaal|importe total|montant total|importo totale|valor total|kwota (?:brutto|ogolem)"
    r"|gutschriftsbetrag|gutschriftssumme|genel toplam|credit total"
    r"|wartosc brutto|fakturabel\w+|fakturatotal|loppusumma|laskun summa|vegosszeg|totalbelopp"
    r"|total amount)|价税合计|小写"
)
_SUM = re.compile(
    r"\b(?:tota\w*|totaux|summ[ea]\b|suma\b|sum\b|som\b|soma\b|betrag|insgesamt|somme|montant|importe|importo|razem"
    r"|ogolem|lacznie|celkem|celkova|spolu|i ?alt\b|yhteensa|amount|belob|belop\w*|osszesen|kokku|kopa|is viso|ukupno"
    r"|skupaj|συνολο|bedrag|kwota|castka|sammanlagt|toplam)|合計|总计|合计"
)
_DUE = re.compile(
    r"\b(?:due\b|to pay\b|to be paid|payable|balance|outstanding|zahlbetrag|zahlbar|zu (?:be)?zahlen\w*|zahlungsbetrag"
    r"|zu uberweisen\w*|restbetrag|restzahlung|offen\w*|fallige\w*|a payer|reste? (?:a|du)|restant|solde|a pagar"
    r"|importe liquido|pendiente|da pagare|a pagare|saldo|te betalen|te voldoen|verschuldigd\w*|openstaand\w*"
    r"|do zaplaty|pozosta\w+|k uhrade|k zaplaceni|k platbe|zbyva\w*|na uhradu|at betale|til betaling|a betale|betales"
    r"|att betala|skyldig\w*|maksettava\w*|fizetendo|de plata|odenecek|za placilo|πληρωτεο|amount owed|remain\w+)"
)
_PAID = re.compile(
    r"\b(?:paid\b|payments? (?:received|made|to date|on account)|(?<!for )(?<!your )payments?\W*\Z"
    r"|received|deposits?\b|prepa\w+|down ?payment|advance\w*|less payment|bezahlt\w*|gezahlt\w*"
    r"|beglichen|anzahlung\w*|erhalten[ea]?\b|geleistet\w*|voraus(?:zahlung|kasse)\w*|abschlagsz\w+"
    r"|abschlagsr\w+|akonto\w*"
    r"|a-?conto\w*|acomptes?\b|regl(?:e|ee|ement)s?\b|versee?s?\b|payee?s?\b|arrhes|anticip\w+|pagad\w*"
    r"|a cuenta|entregad\w*"
    r"|acconto|pagat\w*|versat\w*|adiantament\w*|ja pago|pago em|sinal\b|betaald\w*|voldaan"
    r"|aanbetaling\w*|vooruitbet\w*"
    r"|voorschot\w*|zaplacon\w*|zaliczk\w*|wplac\w*|oplacon\w*|zaplacen\w*|zaloh\w*|uhrazen\w*|betalt\w*|forskud\w*"
    r"|forhand\w*|forskott\w*|inbetal\w*|maksettu\w*|ennakko\w*|suoritettu\w*|credit(?:ed|s)?\b(?! card)|ontvangen)"
)
_OTHER = re.compile(
    r"discount|rabat|nachlas|remise|descuento|scont|descont|korting|sleva|alennus|skonto|escompte|abschlag|abzug"
    r"|shipping|versand|porto|fracht|freight|frais|envio|spediz|verzend|transport|dostaw|zuschlag|gebuhr|postage"
    r"|rounding|rundung|arrondi|previous|brought|carried|vortrag|ubertrag|uberhang|report\b|reporte"
    r"|overdracht|overdragen"
    r"|retencion|irpf|ritenuta|withh|unit|einzelpreis|\bp\.? ?u\b|\bprix|\bprecio|\bprezzo|\bpreis\b|\bcena|stuk|a-pris"
    r"|\brate\b|\beach\b|listen|\bbasis|capital|kapital|tip\b|caution|pfand|previously|\bper\b"
)
_ALLOWANCE = re.compile(
    r"discount|rabat|nachlas|remise|descuento|scont|descont|korting|sleva|alennus|skonto|escompte|abschlag(?!s[rz])"
    r"|allowance|abzug|reduction|riduzione|opust|nedslag|avdrag|bonus"
)
_CHARGE = re.compile(
    r"shipping|carriage|versand|porto|fracht|freight|frais|envio|spediz|spese|verzend|transport|dostaw|zuschlag|gebuhr"
    r"|postage|delivery|lieferung|livraison|surcharge|supplement|charge|handling|verpackung|packing|emballage|frakt"
    r"|fragt|rahti|portes|gastos|doprava|postovne|toeslag"
)
_ROUNDING = re.compile(r"round|rundung|arrondi|redondeo|arrotond|afrond|zaokr|arredond|pyorist|avrund|afrund|oresutj")
_SUM_OF_OTHERS = re.compile(
    r"(?:\bgesamt\w*|\bsumme|\btotal\w*|\btotaal\w*|\bsuma)(?: \w{1,4})?(?: (?:der|des|de|of|di|van))?"
    r" (?:abschlag|zuschlag|rabat|discount|remise|descuent|scont|descont|korting|charge|allowance|shipping|deposit)"
)
"""Labels that are no total of the invoice, such as “Total discounts”."""
_BASE_OF = re.compile(r"(?:\b(?:auf|aus|von|of|on|sur|su|sobre|de|over|van|od|z|ze|af|av|fra|sta)|\bat)\W*\Z")
_SHARE = re.compile(
    r"kapital|capital|osakepaoma|haftsumme|turnover|chiffre d.affaires|revenue|jahresumsatz|bilanz|versicherungssumme"
    r"|deckungssumme|insured|liability|jmeni\b|fatturato|facturacion anual|omzet van|omsattning|omsetning"
)
_LINES = re.compile(
    r"\b(?:qty|quantity|description|item\b|hours|menge|anzahl|artikel|bezeichnung|beschreibung|produkt|pos\b|leistung"
    r"|einzel\w*|qte|quantite|designation|libelle|article|p\.? ?u|cantidad|descripcion|concepto|articulo|precio|q\.?ta"
    r"|quantita|descrizione|prezzo|aantal|omschrijving|stuks|prijs|quantidade|designacao|descricao|qtd|ilosc|nazwa|cena"
    r"|mnozstvi|popis|polozka|antal|beskrivelse|vare|beskrivning|artikel|antall|varenr|pris\b|maara|kuvaus|tuote|hinta"
    r"|unit price|rate|price|units?|stk|menny\w*|megnevezes|cant\b|denumire|品名|数量|单价|単価)"
)
_WITHHELD = re.compile(
    r"\birpf\b|\britenuta|\bretencion|\bretenc|\bwithh\w+|\bretenue a la source|\bbronbelasting|\birs\b"
)
_FREE_OF_TAX = re.compile(
    r"reverse[ -]charge|steuerschuld|steuerfrei|tax[ -]?exempt|vat[ -]?exempt|exempt\b|exonere|exoner"
    r"|autoliquid|btw verlegd"
    r"|verlegd|vrijgesteld|inversion|inversione contabile|exent[oa]|esente|esenzione|non soggett"
    r"|fuori campo|non imponibile"
    r"|isento|isencao|odwrotne|zwolnion|\bzw\b|\bnp\b|osvobozen|prenesena|preneseni|momsfri|momsfritag|omvendt|omvand"
    r"|omvendt|avgiftsfri|fritatt|veroton|kaannetty|alv 0|kleinunternehmer|§ ?19|art\.? ?(?:196|138|146|44|259|293)"
    r"|no (?:vat|sales tax|tax)|without vat|not subject|innergemeinschaft|intra-?commun|intracom|export"
    r"|ausfuhr|outside the scope"
    r"|kein\w* (?:mwst|ust|umsatzsteuer|mehrwertsteuer)|zero[ -]rated|(?<![\d.,])0(?:[.,]0+)? ?%"
    r"|tva non applicable|bez dph"
    r"|nicht steuerbar|geen btw|sans tva|senza iva|sin iva|sem iva|ei sis\w* alv|uden moms|utan moms|uten mva"
)


def figure_of(label: str) -> Figure | None:
    """Return the kind of an amount by its label, in level letters; None where the label does not tell."""
    has_total = _SUM.search(label) or _GROSS.search(label)
    has_tax = _TAX.search(label) is not None and _TAX_NUMBER.search(label) is None
    if has_tax and _BASE_OF.search(label):
        return Figure.BASE
    if _TAX_BASE.search(label) or (has_total and _AT_NOUGHT.search(label)):
        return Figure.NET
    if _PAID.search(label) and not _DUE.search(label):
        return Figure.PAID
    if _SUM_OF_OTHERS.search(label):
        return Figure.OTHER
    if _OTHER.search(label) and not has_total and not _DUE.search(label):
        return Figure.OTHER
    if has_tax and _WHICH.search(label) and not has_total:
        return Figure.TAX
    if has_tax and _EXCLUDED.search(label):
        return Figure.NET
    if has_tax and _INCLUDED.search(label):
        return Figure.GROSS if has_total or _DUE.search(label) else Figure.TAX
    if has_tax:
        return Figure.TAX
    if _DUE.search(label):
        return Figure.DUE
    if _NET.search(label) or (has_total and _EXCLUDED.search(label)):
        return Figure.NET
    if _GROSS.search(label):
        return Figure.GROSS
    return Figure.SUM if has_total else None


def names_tax(label: str) -> bool:
    """Tell whether the label names a tax on sales, and not only a tax number."""
    return _TAX.search(_TAX_NUMBER.sub(" ", label)) is not None


def says_tax_free(label: str) -> bool:
    """Tell whether the label says why there is no tax."""
    return _FREE_OF_TAX.search(label) is not None


def is_about_capital(label: str) -> bool:
    """Tell whether the label is about a company's capital, turnover or cover, which no invoice asks for."""
    return _SHARE.search(label) is not None


def says_withheld(label: str) -> bool:
    """Tell whether the label says that a tax is withheld."""
    return _WITHHELD.search(label) is not None


def is_head_of_lines(label: str) -> bool:
    """Tell whether these are the heads of the columns of invoice lines."""
    return _LINES.search(label) is not None


def is_allowance(label: str) -> bool:
    """Tell whether the label is a discount's."""
    return _ALLOWANCE.search(label) is not None


def is_charge(label: str) -> bool:
    """Tell whether the label is a charge's, such as shipping."""
    return _CHARGE.search(label) is not None


def is_rounding(label: str) -> bool:
    """Tell whether the label is a rounding's."""
    return _ROUNDING.search(label) is not None
