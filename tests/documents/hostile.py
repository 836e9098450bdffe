"""Hostile files of known kinds, each made by a function, with what has to come of it.

`HOSTILE` has them by name. Some are read, because nothing of them is ever carried out; the others are refused.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.paper import pdf
from workflows.documents.refusals import Why

READ = None
"""It is read, and what is hostile in it does nothing."""


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A hostile file, and what may come of it."""

    make: Callable[[], bytes]
    comes_of_it: frozenset[Why | None]


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, of which the first one is its root."""
    written, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start)
    return bytes(written)


ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%s/Length %d>>\nstream\n" % (entries, len(content)) + content + b"\nendstream"


def one_page(
    content: bytes = b"BT /F 12 Tf 72 700 Td (Total 12,50) Tj ET",
    *others: bytes,
    page: bytes = b"/MediaBox[0 0 595 842]",
    root: bytes = b"",
    resources: bytes = b"",
    entries: bytes = b"",
) -> bytes:
    """Return a PDF of one page; `others` are its objects from number 6 on."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % root,
        PAGES,
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>%s>>" % (resources, page),
        stream(content, entries),
        FONT,
        *others,
    )


def with_file(name: str, content: bytes) -> bytes:
    """Return a PDF that carries a file."""
    return one_page(
        b"BT /F 12 Tf 72 700 Td (Total 12,50) Tj ET",
        b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F 7 0 R>>>>" % (name.encode(), name.encode()),
        stream(content, b"/Type/EmbeddedFile/Subtype/text#2Fxml"),
        root=b"/Names<</EmbeddedFiles<</Names[(%s) 6 0 R]>>>>" % name.encode(),
    )


def _flate_bomb(times: int) -> bytes:
    content = b" " * 200_000_000
    for _ in range(times):
        content = zlib.compress(content, 9)
    return one_page(content, entries=b"/Filter[" + b"/FlateDecode" * times + b"]")


def _hex_chain() -> bytes:
    content = b"BT ET"
    for _ in range(15):
        content = content.hex().encode() + b">"
    return one_page(content, entries=b"/Filter[" + b"/ASCIIHexDecode" * 15 + b"]")


def _ten_thousand_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"
    return raw_pdf(ROOT, b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids, *[page] * 10_000)


def _many_letters() -> bytes:
    rows = b"".join(b"1 0 0 1 20 %d Tm (%s) Tj\n" % (y % 800, b"Total 12,50 " * 40) for y in range(20_000))
    return one_page(zlib.compress(b"BT /F 3 Tf " + rows + b"ET"), entries=b"/Filter/FlateDecode")


def _picture_in_pdf(entries: bytes, content: bytes) -> bytes:
    return one_page(
        b"q 595 0 0 842 0 0 cm /I Do Q",
        stream(content, b"/Type/XObject/Subtype/Image" + entries),
        resources=b"/XObject<</I 6 0 R>>",
    )


def _form(content: bytes) -> bytes:
    return one_page(
        b"/X Do",
        stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X 6 0 R>>>>"),
        resources=b"/XObject<</X 6 0 R>>",
    )


def _tiling() -> bytes:
    cell = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep .001/YStep .001/Resources<<>>"
    return one_page(
        b"/Pattern cs /P scn 0 0 595 842 re f",
        stream(b"1 0 0 rg 0 0 5 5 re f", cell),
        resources=b"/Pattern<</P 6 0 R>>",
    )


def _encrypted(user: str) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written, encrypt=StandardEncryption(user, ownerPassword="owner", strength=128), invariant=1)
    canvas.drawString(72, 700, "Total 12,50")
    canvas.save()
    return written.getvalue()


def _laughs() -> bytes:
    entities = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{("&l" + str(n - 1) + ";") * 9 if n else ""}">'
        for n in range(12)
    )
    laughing = "<CrossIndustryInvoice><ExchangedDocument>&l11;</ExchangedDocument></CrossIndustryInvoice>"
    return f"<!DOCTYPE x [{entities}]>{laughing}".encode()


def _outside() -> bytes:
    return (
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b"<CrossIndustryInvoice><ExchangedDocument><ID>&f;</ID></ExchangedDocument></CrossIndustryInvoice>"
    )


def png(
    width: int, height: int, *, content: bytes | None = None, extra: bytes = b"", claimed: int | None = None
) -> bytes:
    """Return a grey PNG. `content`: its dots, compressed. `claimed`: the length that it states of them."""
    packed = content if content is not None else zlib.compress((b"\0" + b"\xff" * width) * height)

    def chunk(name: bytes, data: bytes, length: int | None = None) -> bytes:
        return (
            struct.pack(">I", len(data) if length is None else length)
            + name
            + data
            + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed, claimed) + chunk(b"IEND", b"")


def _text_bomb() -> bytes:
    bomb = b"a\0\0" + zlib.compress(b"x" * 100_000_000, 9)
    return png(
        10, 10, extra=struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    )


def tiff(frames: int, *, loops: bool = False) -> bytes:
    """Return a TIFF with tiny pages."""
    entries = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (278, 1), (279, 1)]
    size = 2 + 12 * len(entries) + 4
    written = bytearray(b"II*\0" + struct.pack("<I", 12) + b"\xff\xff\xff\xff")
    for frame in range(frames):
        following = 12 + (frame + 1) * size if frame + 1 < frames else 12 if loops else 0
        written += struct.pack("<H", len(entries))
        written += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        written += struct.pack("<I", following)
    return bytes(written)


def _jpeg(size: tuple[int, int] | None = None) -> bytes:
    written = io.BytesIO()
    Image.new("L", (64, 64), 200).save(written, "JPEG")
    data = bytearray(written.getvalue())
    if size:
        at = data.find(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", *size)
    return bytes(data)


def mail(*, extra: bytes = b"", kind: bytes = b"text/plain; charset=utf-8", body: bytes = b"Total 12,50\r\n") -> bytes:
    """Return a mail."""
    return (
        b"From: Ann <ann@example.com>\r\nTo: us@example.com\r\nSubject: Invoice\r\nMIME-Version: 1.0\r\n"
        + extra
        + b"Content-Type: "
        + kind
        + b"\r\n\r\n"
        + body
    )


def _nested_mails(depth: int) -> bytes:
    made = mail()
    for _ in range(depth):
        made = mail(kind=b"message/rfc822", body=made)
    return made


def _nested_parts(depth: int) -> bytes:
    made = b"Content-Type: text/plain\r\n\r\nhi\r\n"
    for number in range(depth):
        edge = b"b%d" % number
        made = (
            b"Content-Type: multipart/mixed; boundary="
            + edge
            + b"\r\n\r\n--"
            + edge
            + b"\r\n"
            + made
            + b"\r\n--"
            + edge
            + b"--\r\n"
        )
    return b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + made


def mail_with(*files: tuple[str, bytes]) -> bytes:
    """Return a mail that brings files. Their names are put in as they are."""
    edge = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()[:20].encode()
    parts = b"--" + edge + b"\r\nContent-Type: text/plain\r\n\r\nsee below\r\n"
    for name, content in files:
        parts += (
            b"--" + edge + b"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
            b'Content-Disposition: attachment; filename="' + name.encode() + b'"\r\n\r\n' + content + b"\r\n"
        )
    return mail(kind=b"multipart/mixed; boundary=" + edge, body=parts + b"--" + edge + b"--\r\n")


def _archive(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 50_000_000)
    return written.getvalue()


def _loops() -> Iterator[tuple[str, bytes]]:
    yield "page tree that is its own parent", raw_pdf(ROOT, b"<</Type/Pages/Kids[2 0 R]/Count 1>>")
    yield (
        "page tree in a circle",
        raw_pdf(ROOT, b"<</Type/Pages/Kids[3 0 R]/Count 9>>", b"<</Type/Pages/Kids[2 0 R]/Count 9/Parent 2 0 R>>"),
    )
    yield "cross references in a circle", pdf("Total").replace(b"trailer\n<<", b"trailer\n<< /Prev 10 ")
    yield "cross reference that points to itself", _own_previous()
    yield (
        "object stream that extends itself",
        raw_pdf(
            ROOT, PAGES, b"<</Type/Page/Parent 2 0 R>>", stream(b"4 0 <<>>", b"/Type/ObjStm/N 1/First 4/Extends 4 0 R")
        ),
    )
    yield (
        "object stream in itself",
        raw_pdf(ROOT, PAGES, b"4 0 R", stream(b"3 0 4 0 R", b"/Type/ObjStm/N 1/First 4"), trailer=b"/Prev 4"),
    )
    yield "object that is itself", raw_pdf(b"1 0 R", PAGES)
    yield "length that is its own stream", one_page().replace(b"/Length 41", b"/Length 4 0 R")
    yield "form in itself", _form(b"/X Do /X Do")
    yield (
        "pattern in itself",
        one_page(
            b"/Pattern cs /P scn 0 0 595 842 re f",
            stream(
                b"/Pattern cs /P scn 0 0 9 9 re f",
                b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9"
                b"/Resources<</Pattern<</P 6 0 R>>>>",
            ),
            resources=b"/Pattern<</P 6 0 R>>",
        ),
    )
    yield (
        "font whose letter is itself",
        one_page(
            b"BT /G 12 Tf (aaa) Tj ET",
            b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 7 0 R>>/FirstChar 97"
            b"/LastChar 97/Widths[1]/Encoding<</Differences[97/a]>>/Resources<</Font<</G 6 0 R>>>>>>",
            stream(b"BT /G 12 Tf (aaa) Tj ET"),
            resources=b"/Font<</G 6 0 R/F 5 0 R>>",
        ),
    )
    yield (
        "outlines in a circle",
        one_page(
            b"",
            b"<</First 7 0 R/Last 7 0 R>>",
            b"<</Title(x)/Next 7 0 R/Prev 7 0 R/Parent 6 0 R>>",
            root=b"/Outlines 6 0 R",
        ),
    )
    yield "names of files in a circle", one_page(b"", b"<</Kids[6 0 R]>>", root=b"/Names<</EmbeddedFiles 6 0 R>>")


def _own_previous() -> bytes:
    made = pdf("Total")
    start = made.rfind(b"xref\n0")
    return made.replace(b"trailer\n<<", b"trailer\n<< /Prev %d " % start)


def _boxes() -> Iterator[tuple[str, bytes]]:
    for name, box in {
        "huge": b"0 0 1000000000 1000000000",
        "negative": b"0 0 -595 -842",
        "nan": b"0 0 nan nan",
        "infinite": b"0 0 1e400 1e400",
        "thin": b"0 0 100000 .0001",
        "empty": b"7 7 7 7",
        "far away": b"900000000 900000000 900000595 900000842",
        "words": b"/a (b) null true",
    }.items():
        yield f"box that is {name}", one_page(page=b"/MediaBox[%s]" % box)
    yield "crop outside of the page", one_page(page=b"/MediaBox[0 0 595 842]/CropBox[5000 5000 6000 6000]")
    yield "turned by seven degrees", one_page(page=b"/MediaBox[0 0 595 842]/Rotate 7")
    yield "units of a million points", one_page(page=b"/MediaBox[0 0 595 842]/UserUnit 1000000")


def _actions() -> Iterator[tuple[str, bytes]]:
    for name, action in {
        "script": b"<</S/JavaScript/JS(app.alert\\('x'\\);while\\(1\\);)>>",
        "program": b"<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)>>>>",
        "link": b"<</S/URI/URI(http://127.0.0.1:9/)>>",
        "form that is sent": b"<</S/SubmitForm/F(http://127.0.0.1:9/)>>",
        "other file": b"<</S/GoToR/F(/etc/passwd)/D[0/Fit]>>",
    }.items():
        yield (
            f"on opening: {name}",
            one_page(root=b"/OpenAction " + action, page=b"/MediaBox[0 0 595 842]/AA<</O " + action + b">>"),
        )
    yield (
        "forms as XFA",
        one_page(
            b"BT /F 12 Tf 72 700 Td (Total 12,50) Tj ET",
            stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><script>while(1);</script></xdp:xdp>"),
            root=b"/AcroForm<</XFA 6 0 R/Fields[]>>",
        ),
    )
    yield "a program as a file in it", with_file("invoice.exe", b"MZ" + bytes(1000))
    yield (
        "picture from elsewhere",
        _picture_in_pdf(b"/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/F(http://127.0.0.1:9/x)", b"x"),
    )


def _data() -> Iterator[tuple[str, bytes]]:
    yield "billion laughs", with_file("factur-x.xml", _laughs())
    yield "entity from outside", with_file("factur-x.xml", _outside())
    yield "data that is deep", with_file("factur-x.xml", b"<CrossIndustryInvoice>" * 100_000)
    yield (
        "data that is wide",
        with_file(
            "factur-x.xml",
            b"<CrossIndustryInvoice><ExchangedDocument/><SupplyChainTradeTransaction>"
            + b"<IncludedSupplyChainTradeLineItem/>" * 90_000
            + b"</SupplyChainTradeTransaction></CrossIndustryInvoice>",
        ),
    )
    yield "data that is huge", with_file("factur-x.xml", b"<CrossIndustryInvoice>" + b" " * 6_000_000)
    yield "data that is none", with_file("factur-x.xml", b"\x00\xff\xfe")
    yield "data in a character set of nobody", with_file("factur-x.xml", b"<?xml version='1.0' encoding='x-no'?><a/>")


def _truncated() -> Iterator[tuple[str, bytes]]:
    whole = pdf("Total 12,50\n" * 20, "Second page")
    for tenth in range(1, 10):
        yield f"cut off at {tenth} tenths", whole[: len(whole) * tenth // 10]


def _all() -> Iterator[tuple[str, Callable[[], bytes], frozenset[Why | None]]]:
    refused = frozenset(Why)
    either = frozenset({*Why, READ})
    for name, data in _loops():
        yield name, partial(bytes, data), either
    for name, data in _boxes():
        yield name, partial(bytes, data), either
    for name, data in _actions():
        yield name, partial(bytes, data), frozenset({READ})
    for name, data in _data():
        yield name, partial(bytes, data), frozenset({READ})
    for name, data in _truncated():
        yield name, partial(bytes, data), either
    other, broken = frozenset({Why.OTHER_KIND}), frozenset({Why.BROKEN})
    yield "bomb by one flate", partial(_flate_bomb, 1), either
    yield "bomb by three flates", partial(_flate_bomb, 3), either
    yield "bomb by a chain of hex", _hex_chain, either
    yield "ten thousand pages", _ten_thousand_pages, frozenset({Why.TOO_MANY_PAGES})
    yield (
        "pages that it only claims",
        lambda: raw_pdf(ROOT, b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", b"<</Type/Page/Parent 2 0 R>>"),
        either,
    )
    yield "no page", lambda: raw_pdf(ROOT, b"<</Type/Pages/Kids[]/Count 0>>"), broken
    yield "deep arrays", lambda: one_page(page=b"/X" + b"[" * 200_000 + b"]" * 200_000), either
    yield "deep dictionaries", lambda: one_page(page=b"/X" + b"<</A" * 200_000 + b">>" * 200_000), either
    yield "deep states", lambda: one_page(b"q " * 2_000_000), either
    yield "a million letters", _many_letters, either
    yield "a million lines", lambda: one_page(b"0 0 m 595 842 l S " * 1_000_000), either
    yield "tiles without size", _tiling, either
    yield "letters of a mile", lambda: one_page(b"BT /F 100000000 Tf (Total 12,50) Tj ET"), either
    yield (
        "notes by the thousand",
        lambda: one_page(
            page=b"/MediaBox[0 0 595 842]/Annots[" + b"<</Type/Annot/Subtype/Square/Rect[0 0 9 9]>>" * 50_000 + b"]"
        ),
        either,
    )
    yield (
        "huge picture in it",
        lambda: _picture_in_pdf(
            b"/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode",
            zlib.compress(bytes(1_000_000)),
        ),
        frozenset({Why.TOO_MANY_PIXELS}),
    )
    yield (
        "huge picture drawn many times",
        lambda: one_page(
            b"q 595 0 0 842 0 0 cm " + b"/I Do " * 5_000 + b"Q",
            stream(
                zlib.compress(bytes(7_000 * 7_000 // 8)),
                b"/Type/XObject/Subtype/Image/Width 7000/Height 7000/BitsPerComponent 1/ColorSpace/DeviceGray"
                b"/Filter/FlateDecode",
            ),
            resources=b"/XObject<</I 6 0 R>>",
        ),
        either,
    )
    for kind in (b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"DCTDecode", b"RunLengthDecode", b"LZWDecode"):
        yield (
            f"broken picture by {kind.decode()}",
            partial(
                _picture_in_pdf,
                b"/Width 3000/Height 3000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/" + kind,
                b"\x97JB2\r\n\x1a\n" + bytes(range(256)) * 20,
            ),
            either,
        )
    yield "locked", partial(_encrypted, "secret"), frozenset({Why.ENCRYPTED})
    yield "locked for changes only", partial(_encrypted, ""), frozenset({READ})
    yield "locked in an unknown way", lambda: raw_pdf(ROOT, PAGES, trailer=b"/Encrypt<</Filter/No/V 99>>"), refused
    yield "nothing", bytes, frozenset({Why.EMPTY})
    yield "one byte", lambda: b"%", other
    yield "only the head of a PDF", lambda: b"%PDF-1.7\n", broken
    yield "zeros", lambda: bytes(100_000), other
    yield "web page", lambda: b"<!doctype html><p>Invoice</p>", other
    yield "web page with the mark of a PDF", lambda: b"<!doctype html><!-- %PDF-1.7 --><p>x</p>", other
    yield "archive", partial(_archive, "x"), other
    yield "archive with a PDF before it", lambda: pdf("Total") + _archive("x"), frozenset({READ})
    yield "word processor's", partial(_archive, "word/document.xml"), other
    yield "program", lambda: b"MZ" + bytes(500) + b"%PDF-1.7", other
    yield "moving picture", lambda: b"GIF89a" + bytes(100), other
    yield (
        "picture of 2.5 thousand million dots",
        partial(png, 50_000, 50_000, content=zlib.compress(b"")),
        frozenset({Why.TOO_MANY_PIXELS}),
    )
    yield "picture of 49 million white dots", partial(png, 7_000, 7_000), frozenset({READ})
    yield "picture that lies about its length", partial(png, 50, 50, claimed=2_000_000_000), either
    yield "picture with less than it claims", partial(png, 500, 500, content=zlib.compress(b"")), broken
    yield "picture with a bomb as its title", _text_bomb, either
    yield "picture with a page after it", lambda: png(40, 40) + pdf("Total"), frozenset({READ})
    yield "picture of no size", partial(png, 0, 0, content=b""), broken
    yield "a hundred thousand pictures", partial(tiff, 100_000), frozenset({Why.TOO_MANY_PAGES})
    yield "pictures in a circle", partial(tiff, 3, loops=True), either
    yield "photo that claims to be huge", partial(_jpeg, (65_500, 65_500)), frozenset({Why.TOO_MANY_PIXELS})
    yield "photo that is cut off", lambda: _jpeg()[:-200], broken
    yield "photo with a script after it", lambda: _jpeg() + b"<script>alert(1)</script>", frozenset({READ})
    yield "mails in mails, a thousand deep", partial(_nested_mails, 1_000), either
    yield "mails in mails, ten deep", partial(_nested_mails, 10), frozenset({READ})
    yield "parts in parts, a thousand deep", partial(_nested_parts, 1_000), either
    yield (
        "a hundred thousand parts",
        lambda: mail(
            kind=b"multipart/mixed; boundary=e", body=b"--e\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100_000
        ),
        frozenset({Why.TOO_MANY_FILES, Why.TOO_SLOW}),
    )
    yield "a field of ten million letters", lambda: mail(extra=b"X-A: " + b"x " * 5_000_000 + b"\r\n"), either
    yield "a hundred thousand fields", lambda: mail(extra=b"X-A: x\r\n" * 100_000), either
    yield (
        "names that are paths",
        lambda: mail_with(("../../etc/passwd", pdf("Total")), ("a\0b.pdf", pdf("Other"))),
        frozenset({READ}),
    )
    yield "files that are none", lambda: mail_with(("x.zip", _archive("x")), ("y.pdf", b"no")), frozenset({READ})
    yield (
        "text of a hundred megabytes in a mail",
        lambda: mail(body=b"Total 12,50 " * 2_000_000),
        frozenset({Why.TOO_MUCH_TEXT}),
    )
    yield "more than is taken", lambda: b"%PDF-1.7" + bytes(26 * 1024 * 1024), frozenset({Why.TOO_LARGE})


HOSTILE = {name: Hostile(make=make, comes_of_it=comes) for name, make, comes in _all()}
