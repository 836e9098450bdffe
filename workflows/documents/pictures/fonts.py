"""The font of labels: one of many scripts where one is installed, else Pillow's own, which has plain Latin letters."""

import unicodedata
from functools import lru_cache
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

_INSTALLED = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "FreeSans.ttf", "Arial.ttf")
_NO_CHARACTER = "\uffff"
_PLAIN = {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "€": "EUR", "№": "No."}


@lru_cache(maxsize=8)
def font_of(size: int) -> Font:
    """Return the font. `size`: pixels of its letters."""
    for name in _INSTALLED:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def drawable(text: str, font: Font, *, otherwise: str) -> str:
    """Return a text as a font can draw it: as it is, in plain letters, or another text that is in plain letters."""
    if _has_all(font, text):
        return text
    spelled = unicodedata.normalize("NFKD", "".join(_PLAIN.get(char, char) for char in text))
    plain = spelled.encode("ascii", "ignore").decode().strip()
    # Where half of a name is left, it is another one.
    letters = sum(map(str.isalnum, unicodedata.normalize("NFC", text)))
    return plain if plain and sum(map(str.isalnum, plain)) >= letters else otherwise


def _has_all(font: Font, text: str) -> bool:
    missing = _shape(font, _NO_CHARACTER)
    return not any(char != " " and _shape(font, char) == missing for char in text)


def _shape(font: Font, char: str) -> bytes:
    drawn = Image.new("L", (48, 48))
    ImageDraw.Draw(drawn).text((4, 4), char, font=font, fill=255)
    return drawn.tobytes()
