"""Data of an invoice inside its PDF, as Factur-X has it: the XML of EN 16931 (UN/CEFACT CII) as an attached file."""

from decimal import Decimal
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from workflows.library.invoice_intake.invoice import Invoice

NAME = "factur-x.xml"
_TYPES = {"invoice": "380", "credit note": "381", "correction": "384"}


def attach(canvas: Canvas, xml: str) -> None:
    """Attach the data to a PDF that is being written."""
    document = canvas._doc  # reportlab has no public way to attach a file
    data = PDFStream(
        dictionary=PDFDictionary({"Type": PDFName("EmbeddedFile"), "Subtype": PDFName("text#2Fxml")}),
        content=xml.encode(),
    )
    file = PDFDictionary(
        {
            "Type": PDFName("Filespec"),
            "F": PDFString(NAME),
            "UF": PDFString(NAME),
            "AFRelationship": PDFName("Alternative"),
            "EF": PDFDictionary({"F": document.Reference(data)}),
        }
    )
    named = PDFArray([PDFString(NAME), document.Reference(file)])
    document.Catalog.Names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": named})})


def written(invoice: Invoice, *, total: Decimal | None = None) -> str:
    """Return the data of an invoice as XML. `total`: another total, where the file lies about its page."""
    sign = -1 if invoice.kind == "credit note" else 1

    def amount(value: Decimal) -> str:
        return f"{sign * value:.2f}"

    lines = "".join(
        "<ram:IncludedSupplyChainTradeLineItem>"
        f"<ram:AssociatedDocumentLineDocument><ram:LineID>{at}</ram:LineID></ram:AssociatedDocumentLineDocument>"
        f"<ram:SpecifiedTradeProduct><ram:Name>{escape(line.description)}</ram:Name></ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"<ram:ChargeAmount>{line.unit_price}</ram:ChargeAmount>"
        "</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
        f'<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">{line.quantity}</ram:BilledQuantity>'
        "</ram:SpecifiedLineTradeDelivery>"
        "<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"<ram:LineTotalAmount>{amount(line.amount)}</ram:LineTotalAmount>"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
        "</ram:IncludedSupplyChainTradeLineItem>"
        for at, line in enumerate(invoice.lines, 1)
    )
    taxes = "".join(
        f"<ram:ApplicableTradeTax><ram:CalculatedAmount>{amount(one.tax)}</ram:CalculatedAmount>"
        f"<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{amount(one.net)}</ram:BasisAmount>"
        f"<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>{one.rate}</ram:RateApplicablePercent>"
        "</ram:ApplicableTradeTax>"
        for one in invoice.taxes
    )
    summed = sum((line.amount for line in invoice.lines), Decimal(0))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
        ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'
        ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
        "<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>"
        "<ram:ID>urn:cen.eu:en16931:2017</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        f"<rsm:ExchangedDocument><ram:ID>{escape(invoice.number)}</ram:ID>"
        f"<ram:TypeCode>{_TYPES[invoice.kind]}</ram:TypeCode>"
        f'<ram:IssueDateTime><udt:DateTimeString format="102">{invoice.date:%Y%m%d}</udt:DateTimeString>'
        "</ram:IssueDateTime></rsm:ExchangedDocument>"
        f"<rsm:SupplyChainTradeTransaction>{lines}"
        "<ram:ApplicableHeaderTradeAgreement>"
        f"<ram:SellerTradeParty><ram:Name>{escape(invoice.supplier)}</ram:Name></ram:SellerTradeParty>"
        "<ram:BuyerTradeParty><ram:Name>Hearth &amp; Kettle GmbH</ram:Name></ram:BuyerTradeParty>"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>"
        "<ram:ApplicableHeaderTradeSettlement>"
        f"<ram:InvoiceCurrencyCode>{invoice.currency}</ram:InvoiceCurrencyCode>{taxes}"
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        f"<ram:LineTotalAmount>{amount(summed)}</ram:LineTotalAmount>"
        f"<ram:ChargeTotalAmount>{amount(invoice.charges)}</ram:ChargeTotalAmount>"
        f"<ram:AllowanceTotalAmount>{amount(invoice.allowances)}</ram:AllowanceTotalAmount>"
        f"<ram:TaxBasisTotalAmount>{amount(invoice.net)}</ram:TaxBasisTotalAmount>"
        f'<ram:TaxTotalAmount currencyID="{invoice.currency}">{amount(invoice.tax)}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{amount(invoice.total if total is None else total)}</ram:GrandTotalAmount>"
        f"<ram:TotalPrepaidAmount>{amount(invoice.prepaid)}</ram:TotalPrepaidAmount>"
        f"<ram:DuePayableAmount>{amount(invoice.due if total is None else total)}</ram:DuePayableAmount>"
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    )
