"""Pages that the models of such a server can be shown.

Nobody states limits for all of them. These are what most take: pictures alone and no PDFs, whose pages are drawn; few
pages, and small ones. vLLM takes one picture for a question, unless it is started with `--limit-mm-per-prompt`.
"""

from workflows.model.asking.attachments import PageLimits

_MB = 1024 * 1024

PAGES = PageLimits(
    pages=20,
    size=20 * _MB,
    picture_size=5 * _MB,
    edge=2_048,
    many=20,
    edge_of_many=2_048,
    tokens=4_784,
    takes_pdf=False,
)
