"""The camera: windows as sharp as the documents need them, and pictures that are cropped and small."""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.browser.window import Window
from tests.world import Clock

DOCS = Path(__file__).parents[3] / "docs"
FOLDER = Path(os.environ.get("COUNTERSIGN_SCREENSHOTS", DOCS))
"""Folder in which the pictures are kept."""
LARGEST = 150_000
"""Bytes of a picture. All of them are loaded by whoever reads the documents, and kept in each clone."""
COLOURS = 256
LONGEST = 45
"""Seconds to wait for something on a page."""
AROUND = 14
"""CSS pixels around a modal, in which its shadow falls."""
_BELOW = 8
"""CSS pixels that are seen below the last thing."""
_CLEAN = "dialog::backdrop { background: white !important; }"
"""Nothing of what lies behind a modal shines through beside it."""


@dataclass
class Camera:
    """Opens windows and takes pictures."""

    browser: Browser
    clock: Clock
    """The product's; the page has no other."""
    opened: list[Window] = field(default_factory=list)

    def open(
        self,
        address: str,
        *,
        width: int = 1000,
        height: int = 1200,
        dark: bool = False,
        scale: float = 2,
        lacks: bool = False,
    ) -> Window:
        """Open a window. Its page need not be that of the sandbox. `lacks`: it has no icon, so a browser complains."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
            bypass_csp=True,  # the policy of the pages lets no style of ours in
        )
        context.set_default_timeout(LONGEST * 1_000)
        context.clock.set_fixed_time(self.clock())
        window = Window(context, address, lost=lacks)
        self.opened.append(window)
        return window

    def take(self, shown: Locator, name: str, *, around: int = 0, until: Locator | None = None) -> None:
        """Take a picture of what is shown, as far as `until` if given. `around`: CSS pixels beside it."""
        keep(self.seen(shown, around=around, until=until), name)

    def seen(self, shown: Locator, *, around: int = 0, until: Locator | None = None) -> Image.Image:
        """Return what is shown as it is seen, without the pointer and a focus."""
        page = shown.page
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement?.blur()")
        box, size = shown.bounding_box(), page.viewport_size
        assert box is not None
        assert size is not None
        if until is not None:
            last = until.bounding_box()
            assert last is not None
            box["height"] = last["y"] + last["height"] - box["y"] + _BELOW
        clip = FloatRect(
            x=box["x"] - around,
            y=box["y"] - around,
            width=box["width"] + 2 * around,
            height=box["height"] + 2 * around,
        )
        assert min(clip["x"], clip["y"]) >= 0, f"it begins before its window: {clip}"
        assert clip["x"] + clip["width"] <= size["width"], f"it is wider than its window: {clip}"
        assert clip["y"] + clip["height"] <= size["height"], f"it is higher than its window: {clip}"
        return Image.open(io.BytesIO(page.screenshot(clip=clip, style=_CLEAN, animations="disabled"))).convert("RGB")

    def take_modal(self, window: Window, name: str, *, whole: bool = True) -> None:
        """Take a picture of the modal that is open, and close it. `whole`: all of it has to be seen."""
        body = window.modal.locator(".body").first
        assert not whole or body.evaluate("e => e.scrollHeight <= e.clientHeight"), (
            f"{name} does not fit into its window"
        )
        self.take(window.modal, name, around=AROUND)
        # It stays open for this person, in each window of theirs.
        with window.acting("close"):
            window.page.keyboard.press("Escape")
        expect(window.modal).not_to_be_attached()


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return two pictures side by side."""
    ground = right.getpixel((0, right.height - 1))
    assert ground is not None
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), ground)
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def keep(drawn: Image.Image, name: str) -> None:
    """Keep a picture, with as many colours as a palette has."""
    small = drawn.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    file = FOLDER / f"{name}.png"
    small.save(file, optimize=True)
    assert file.stat().st_size <= LARGEST, f"{file} has {file.stat().st_size} bytes"
