"""The single page of a sample server: the state of its records, for the audience of a demonstration.

It is drawn from the present state and fetches nothing: no script, no font, no other host. Text that came in through the
API is untrusted and is escaped; besides, the policy below lets no script run.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

REFRESH_SECONDS = 5

STYLE = """
:root { color-scheme: light dark; --paper: #f6f5f2; --card: #fff; --ink: #23272b; --quiet: #5f666d; --line: #e2e0da;
  --tag: #eceae4; --loud: #8f2b12; --loud-tag: #fbe7df; --left: #6b4a00; --left-tag: #faf0d4; }
@media (prefers-color-scheme: dark) { :root { --paper: #17191c; --card: #1f2226; --ink: #e4e3df; --quiet: #a0a5ab;
  --line: #32363b; --tag: #2d3136; --loud: #ffb59d; --loud-tag: #43241a; --left: #f0d48a; --left-tag: #3a3118; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 0 auto 0 0; font-size: 1.05rem; }
p { margin: 0; }
.quiet, .history { color: var(--quiet); font-size: .875rem; }
.out { margin-top: 1rem; padding: .6rem .9rem; border-radius: 8px; background: var(--loud-tag); color: var(--loud); }
article { margin-top: 1rem; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: .4rem; align-items: baseline; }
.tag { padding: .05rem .55rem; border-radius: 99px; background: var(--tag); font-size: .8125rem; }
.loud { background: var(--loud-tag); color: var(--loud); }
.left { background: var(--left-tag); color: var(--left); }
.said { margin-top: .6rem; white-space: pre-wrap; }
.history { margin: .8rem 0 0; padding: .6rem 0 0; border-top: 1px solid var(--line); list-style: none; }
.history li + li { margin-top: .35rem; }
.key { font-family: ui-monospace, monospace; font-size: .8125rem; }
"""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page(title: str, about: str, articles: Sequence[str], *, nothing: str, outage_seconds: int) -> str:
    """Return the whole page, as HTML. `articles`: HTML. `nothing`: the text where there are none.

    `outage_seconds`: seconds that an outage still lasts, 0 if there is none.
    """
    out = f'<p class="out" role="status">Out for another {outage_seconds} s: the API answers 503.</p>'
    listed = "".join(articles) or f'<article><p class="quiet">{escape(nothing)}</p></article>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}"><style>{STYLE}</style></head><body><main>'
        f"<h1>{escape(title)}</h1>"
        f'<p class="quiet">{escape(about)} Looks again every {REFRESH_SECONDS} seconds.</p>'
        f"{out if outage_seconds else ''}{listed}</main></body></html>"
    )


def article(title: str, tags: str, *said: str, history: Sequence[str]) -> str:
    """Return a record, as HTML. `tags`, `said` and `history`: HTML."""
    return (
        f"<article><header><h2>{escape(title)}</h2>{tags}</header>{''.join(said)}"
        f'<ol class="history">{"".join(history)}</ol></article>'
    )


def tag(word: str, look: str = "tag") -> str:
    """Return a word in a frame, as HTML."""
    return f'<span class="{look}">{escape(word)}</span>'


def said(label: str, text: str | None) -> str:
    """Return a text with its label, as HTML; nothing where there is no text."""
    # A text may run from right to left; it must not turn the words around it.
    return f'<p class="said"><span class="quiet">{label}</span><bdi>{escape(text)}</bdi></p>' if text else ""


def event(what: str, key: str) -> str:
    """Return a line of a record's history, as HTML."""
    return f'<li>{escape(what)} · key <bdi class="key">{escape(key)}</bdi></li>'
