"""The text of an HTML mail, in time that grows with its length alone. Nothing is loaded, and no address is kept."""

import re
from html import unescape

_TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_HIDDEN = ("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe", "textarea", "select")
"""Elements whose content is not for reading."""
_LINES = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
"""Elements that begin a line."""
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _HIDDEN}


def text_of(html: str) -> str:
    """Return what a person reads in HTML, a line for each block."""
    pieces: list[str] = []
    at = 0
    while (opened := html.find("<", at)) >= 0:
        pieces.append(unescape(html[at:opened]))
        if html.startswith("<!--", opened):
            end = html.find("-->", opened + 4)
            at = end + 3 if end >= 0 else len(html)
            continue
        tag = _TAG.match(html, opened + 1)
        if tag is None and not html.startswith(("<!", "<?"), opened):
            pieces.append("<")
            at = opened + 1
            continue
        end = html.find(">", opened)
        at = end + 1 if end >= 0 else len(html)
        name = tag[1].lower() if tag is not None else ""
        if name in _LINES:
            pieces.append("\n")
        elif name in _ENDS and not tag[0].startswith("/"):  # type: ignore[index]  # a name comes from a tag
            closed = _ENDS[name].search(html, at)
            at = closed.start() if closed is not None else len(html)
    pieces.append(unescape(html[at:]))
    return tidied("".join(pieces))


def tidied(text: str) -> str:
    """Return a text without spaces at the ends of lines, and with one empty line at most between others."""
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.splitlines()]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
