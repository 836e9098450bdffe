"""The print on the picture of a page: all that differs from the ground beside it, without the noise of a scan."""

from PIL import Image, ImageChops, ImageFilter

WIDTH = 550
"""Pixels of a picture's width, about, that is looked at: print is still print, and the noise of a scan is half gone."""
CELL = 4
"""Pixels of such a picture, in each direction, that are told apart."""
PRINTED = 40
"""Ink of a cell, of 255, from which it counts as printed. A speck has less."""
_GROUND = 4
"""Pixels in each direction that count as one of the ground."""
_WINDOW = 5
"""Of these, in each direction, as many give the ground: print covers less than half of that."""
_FAINTEST = 24
"""Least difference to the ground that counts, of 255."""
_NOISE = 4
"""Differences count from this many times that of the noise."""
_NEIGHBOURS = 2
"""Printed cells around another one, at least. What stands alone is a speck."""


def ink(picture: Image.Image) -> Image.Image:
    """Return how much of each cell of a picture is printed, 0 to 255, lighter and darker than its ground alike."""
    grey = picture.convert("L")
    ground = grey.reduce(_GROUND).filter(ImageFilter.MedianFilter(_WINDOW))
    differs = ImageChops.difference(grey, ground.resize(grey.size, Image.Resampling.BILINEAR))
    least = max(_FAINTEST, _NOISE * _noise(differs))
    return differs.point(lambda level: 255 if level >= least else 0).reduce(CELL)


def printed_part(picture: Image.Image) -> tuple[float, float, float, float] | None:
    """Return the edges of what is printed on a picture: left, top, right and bottom as fractions of it."""
    cells = ink(picture).point(lambda level: 255 if level >= PRINTED else 0)
    # The third highest of nine cells is printed where the middle one and two others are.
    in_company = cells.filter(ImageFilter.RankFilter(3, 8 - _NEIGHBOURS))
    found = ImageChops.darker(cells, in_company).getbbox()
    if found is None:
        return None
    left, top, right, bottom = (edge * CELL for edge in found)
    width, height = picture.size
    return left / width, top / height, min(right / width, 1.0), min(bottom / height, 1.0)


def _noise(differs: Image.Image) -> int:
    """Return the difference that three quarters of a picture are below: print covers less than the rest."""
    levels, below = differs.histogram(), 0
    for level, count in enumerate(levels):
        below += count
        if 4 * below >= 3 * differs.width * differs.height:
            return level
    return len(levels)
