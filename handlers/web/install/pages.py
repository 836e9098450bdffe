"""The pages as HTML: everything that is shown is escaped, nothing is loaded, and no script runs."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from handlers.texts.installing import Page

_STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1d1c1d; --faint: #5c5b5e; --paper: #fff; --line: #d8d7da; --act: #1f3a4d; --on: #fff
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --faint: #b3b2b5; --paper: #1a1d21; --line: #45484c; --act: #b9d7ea; --on: #10202b }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 38rem; margin: 0 auto; padding: 2.5rem 1.25rem; overflow-wrap: break-word }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1.25rem }
p { margin: 0 0 1rem }
ul { margin: 0 0 1.5rem; padding-left: 1.2rem }
li { margin: 0 0 .35rem }
.what { font-family: ui-monospace, monospace; font-size: .92em }
.act {
  display: inline-block; padding: .7rem 1.25rem; border-radius: .4rem;
  background: var(--act); color: var(--on); font-weight: 600; text-decoration: none
}
.act:focus-visible { outline: 3px solid #1d9bd1; outline-offset: 2px }
footer {
  margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--faint); font-size: .875rem
}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def html(page: Page, *, act: tuple[str, str] | None = None) -> str:
    """Return a page. `act`: the address and the label of its button."""
    body = [f"<h1>{escape(page.title)}</h1>", *(f"<p>{escape(text)}</p>" for text in page.said)]
    if page.items:
        body.append(f"<ul>{''.join(f'<li>{_item(text)}</li>' for text in page.items)}</ul>")
    body += [f"<p>{escape(text)}</p>" for text in page.after]
    if act is not None:
        url, label = act
        body.append(f'<p><a class="act" href="{escape(url)}" rel="noreferrer">{escape(label)}</a></p>')
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(body)}<footer>Countersign: AI proposes, your team countersigns.</footer></main></body>"
        "</html>"
    )


def _item(text: str) -> str:
    scope, _, use = text.partition(": ")
    return f'<span class="what">{escape(scope)}</span>: {escape(use)}'
