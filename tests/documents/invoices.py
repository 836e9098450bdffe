"""The forty sample invoices as files, each with its layout: `python -m tests.documents.invoices` writes them anew.

The same content gives the same bytes, with the same version of the libraries and of the fonts.
"""

import json
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

from tests.documents import layouts
from tests.documents.content import FOLDER, Content, contents, typed
from tests.documents.e_invoices import written
from tests.documents.scanned import Fault, as_jpeg, as_pdf, as_tiff, scan

DOCUMENTS = FOLDER / "documents"
INDEX = FOLDER / "documents.jsonl"

_letter = layouts.letter
LAYOUTS: Mapping[str, Callable[[Content], bytes]] = {
    "meridian-4471.pdf": _letter,
    "brandt-R2026-0118.pdf": partial(layouts.pages, language="de", most=2),
    "lemaire-F-0932.pdf": layouts.serif,
    "factura-2026-07.txt": layouts.serif,
    "fattura_214_A.pdf": layouts.band,
    "mail-dehoog-0311.eml": layouts.serif,
    "FV-37-02-2026.pdf": layouts.typewriter,
    "norrljus-60871.pdf": layouts.labels_above,
    "faktura_1204.txt": layouts.receipt,
    "FT-A-552.pdf": layouts.dense,
    "KRZ2026000000318.pdf": layouts.two_columns,
    "seikyusho-2603.pdf": _letter,
    "fapiao-00518823.txt": _letter,
    "fatoora-902.pdf": layouts.band,
    "rg-4410-chf.pdf": partial(layouts.pages, language="de"),
    "invoice-april.txt": layouts.receipt,
    "wattle-power-0326.pdf": partial(layouts.sheets, marks=("WATTLE POWER",)),
    "folio-312.pdf": layouts.dense,
    "telebel-2026-03.pdf": partial(layouts.sheets, marks=("TELEBEL NV",)),
    "INV-IE-77120.html": layouts.labels_above,
    "scan_0317_002.txt": layouts.serif,
    "ticket-9917.md": layouts.labels_above,
    "export-belege.csv": layouts.typewriter,
    "greenfield-si-2290.pdf": layouts.band,
    "schlussrechnung-801.pdf": layouts.serif,
    "gutschrift-G-0071.pdf": _letter,
    "meridian-4502.pdf": layouts.two_columns,
    "GST-INV-889.pdf": layouts.band,
    "druckwerk-sammel.pdf": layouts.dense,
    "brightline-0087.txt": layouts.typewriter,
    "kaffeekontor-5521.pdf": layouts.band,
    "re-bankdetails.eml": _letter,
    "lemaire-F-0957.pdf": layouts.labels_above,
    "cleanteam-3-26.pdf": layouts.receipt,
    "mahnung-bueroring.pdf": _letter,
    "PF-118.pdf": _letter,
    "RE-51007-copy.pdf": layouts.serif,
    "kesselguss-77310.pdf": layouts.typewriter,
    "lasku-3310.txt": layouts.two_columns,
    "timologio-0215.pdf": layouts.labels_above,
}
SCANS: Mapping[str, Fault] = {
    "lemaire-F-0932.pdf": Fault(seed=1, degrees=1.3, fold=True),
    "fattura_214_A.pdf": Fault(seed=2, degrees=-1.1, shadow=True),
    "scan_0317_002.txt": Fault(seed=3, degrees=1.8, noise=6.5, shadow=True),
    "RE-51007-copy.pdf": Fault(seed=4, degrees=-1.6, noise=7, fold=True),
    "cleanteam-3-26.pdf": Fault(seed=5, degrees=1.0, dpi=220),
    "lasku-3310.txt": Fault(seed=6, degrees=-1.0, fold=True, shadow=True),
}
"""Papers that are scans: a PDF without text, except for the two below."""
PHOTO, FAX = "cleanteam-3-26.pdf", "lasku-3310.txt"
"""The scan that is a JPEG, and the one that is a TIFF."""
E_INVOICES: Mapping[str, Decimal | None] = {
    "meridian-4471.pdf": None,
    "brandt-R2026-0118.pdf": None,
    "gutschrift-G-0071.pdf": None,
    "meridian-4502.pdf": Decimal("657.00"),
}
"""Papers that carry their data as XML. A number: the total that the XML has in place of the page's."""
MAILS: Mapping[str, str] = {
    "mail-dehoog-0311.eml": "Factuurnummer",
    "re-bankdetails.eml": "MERIDIAN FREIGHT B.V.",
}
"""Mails with the invoice attached. The text of the mail ends where the invoice begins, at this word."""


def drawn(id: str) -> tuple[str, bytes]:
    """Return the name of an invoice's file, and the file."""
    content, stem = contents()[id], Path(id).stem
    if id in MAILS:
        return f"{stem}.eml", _mail(content, MAILS[id])
    xml = written(content.truth, total=E_INVOICES[id]) if id in E_INVOICES else None
    with layouts.carrying(xml):
        pdf = LAYOUTS[id](content)
    fault = SCANS.get(id)
    if fault is None:
        return f"{stem}.pdf", pdf
    picture = scan(pdf, fault)
    if id == PHOTO:
        return f"{stem}.jpg", as_jpeg(picture, quality=fault.quality + 10)
    if id == FAX:
        return f"{stem}.tif", as_tiff(picture)
    return f"{stem}.pdf", as_pdf(picture, quality=fault.quality)


def _mail(content: Content, begins: str) -> bytes:
    rows = content.head
    at = next(at for at, row in enumerate(rows) if any(begins in cell.text for cell in row))
    foot = content.foot[-3:] if any("groet" in cell.text for row in content.foot for cell in row) else ()
    body = [" ".join(cell.text for cell in row) for row in (*rows[:at], *foot)]
    inner = Content(
        id=content.id,
        truth=content.truth,
        head=(*typed(content.truth.supplier + "                              FACTUUR\n\n"), *rows[at:])
        if foot
        else rows[at:],
        titles=content.titles,
        lines=content.lines,
        sums=content.sums,
        foot=content.foot[: -len(foot)] if foot else content.foot,
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "billing@supplier.example", "invoices@hearth-kettle.example"
    mail["Subject"], mail["Date"] = f"Invoice {content.truth.number}", "Mon, 30 Mar 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<{content.truth.number}@supplier.example>"
    mail.set_content("\n".join(body))
    mail.add_attachment(LAYOUTS[content.id](inner), maintype="application", subtype="pdf", filename="invoice.pdf")
    mail.set_boundary(f"part-{content.truth.number}")
    return mail.as_bytes()


def write() -> int:
    """Write all files, and the index. Return their size in bytes."""
    DOCUMENTS.mkdir(exist_ok=True)
    for old in DOCUMENTS.iterdir():
        old.unlink()
    rows, size = [], 0
    examples = [json.loads(line) for line in (FOLDER / "examples.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in examples:
        id = row["input"]["id"]
        name, data = drawn(id)
        (DOCUMENTS / name).write_bytes(data)
        size += len(data)
        given = {"id": id, "document": f"documents/{name}", "received_from": row["input"]["received_from"]}
        rows.append({"input": given, "output": row["output"]})
    INDEX.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return size


if __name__ == "__main__":
    sys.stdout.write(f"{write():,} bytes\n")
