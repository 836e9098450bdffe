"""Words that can be seen on the page as it is drawn: white on white, covered, cut off and hidden ones are none."""

from collections.abc import Iterable

from PIL import Image

from workflows.documents.reading.layout import Token

DPI = 100.0
"""Resolution of the drawn page in which words are looked for."""
_FAINTEST = 10
"""Difference of the lightest and the darkest dot under a word from which it is seen, of 255."""


def seen(tokens: Iterable[Token], drawn: Image.Image, *, width: float, height: float) -> list[Token]:
    """Return the words under which there is something on the drawn page. `width` and `height` are the page's points."""
    across, down = drawn.width / width, drawn.height / height
    found = list[Token]()
    for token in tokens:
        left, top = int(token.left * across), int(token.top * down)
        right, bottom = max(int(token.right * across + 1), left + 1), max(int(token.bottom * down + 1), top + 1)
        if _contrast(drawn.crop((left, top, min(right, drawn.width), min(bottom, drawn.height)))) >= _FAINTEST:
            found.append(token)
    return found


def is_blank(drawn: Image.Image) -> bool:
    """Tell whether nothing is on a drawn page."""
    return _contrast(drawn) < _FAINTEST


def _contrast(in_grey: Image.Image) -> float:
    extrema: tuple[float, float] = in_grey.getextrema()  # type: ignore[assignment]  # of one band
    return extrema[1] - extrema[0]
