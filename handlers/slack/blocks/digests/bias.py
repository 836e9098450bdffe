"""The bias digest: the differences in lines, the groups of each segment in a table, and who looked at it."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, label, small_print
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.pictures import Part, illustrated
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts import buttons
from handlers.texts.digests import bias as texts
from workflows.engine.digests.bias.views import MOST_NOTE, BiasFigures
from workflows.engine.digests.views import DigestView

NOTE = "note"
"""Name of the input."""
_SEGMENTS = 6
"""Segments that are shown."""


def bias(view: DigestView, figures: BiasFigures) -> Drawn:
    """Draw the digest."""
    text = f"{texts.title(view)}: {texts.overall(figures)}"
    return illustrated(_parts(view, figures), text=text)


def _parts(view: DigestView, figures: BiasFigures) -> Sequence[Part]:
    parts: list[Part] = [header(texts.title(view)), rich(line(words(texts.overall(figures))))]
    if figures.differences:
        parts.append(block(*texts.differences(figures)))
    parts += [texts.by_group(one) for one in figures.segments[:_SEGMENTS]]
    if (more := len(figures.segments) - _SEGMENTS) > 0:
        parts.append(block(texts.left_out(more)))
    if remarks := texts.remarks(figures):
        parts.append(block(*remarks))
    if looked := texts.looked(view, figures.before):
        parts.append(block(*looked))
    parts.append(small_print(texts.small_print(figures)))
    if view.id is not None:
        pressed = button(buttons.looked_at(texts.title(view)), action=Action.LOOKED, value=_shown(view))
        parts.append(actions(f"bias.{_shown(view)}", [pressed]))
    return parts


def looked(view: DigestView, note: str | None) -> View:
    """Draw that a look is kept, with room for a note. `note`: the person's own, so far."""
    element: Block = {"type": "plain_text_input", "action_id": ELEMENT, "max_length": MOST_NOTE}
    asked: Block = {
        "type": "input",
        "block_id": NOTE,
        "optional": True,
        "label": label(texts.NOTE, limits.INPUT_LABEL),
        "hint": label(texts.NOTE_HINT, limits.INPUT_LABEL),
        "element": element | ({"initial_value": note} if note else {}),
    }
    kept = rich(line(words(texts.KEPT)))
    drawn = pages.page(Callback.LOOKED, texts.TITLE, [kept, asked], metadata=_shown(view), close=texts.DONE)
    return drawn | {"submit": label(texts.KEEP, limits.VIEW_TITLE)}


def _shown(view: DigestView) -> str:
    return str(Shown(id=view.id or 0, version=0, generation=view.generation))
