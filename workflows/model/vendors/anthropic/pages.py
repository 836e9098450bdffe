"""Pages that Anthropic's models can be shown.

The limits are those of its documentation on PDF support and on vision, and of its own errors: "A maximum of 100 PDF
pages may be provided", "image exceeds 5 MB maximum", which counts base64. A picture costs its width times its height
in pixels by 750, after it was scaled down: to 1,568 pixels and about 1,600 tokens by older models, to 2,576 pixels and
4,784 tokens by those since Opus 4.7. It is not said how large a page of a PDF is drawn, so each counts as the largest.
"""

from workflows.model.asking.attachments import PageLimits
from workflows.model.vendors.anthropic.prices import context_window

_MB = 1024 * 1024
_SMALL_WINDOW = 200_000
"""Tokens of context of the models that take few pages. A model of which nothing is known counts as one of them."""
_FEW, _MANY = 100, 600


def page_limits(model: str) -> PageLimits:
    """Return the pages that a model can be shown."""
    window = context_window(model)
    return PageLimits(
        pages=_MANY if window is not None and window > _SMALL_WINDOW else _FEW,
        size=32 * _MB,
        picture_size=5 * _MB,
        edge=8_000,
        many=20,
        edge_of_many=2_000,
        tokens=4_784,
    )
