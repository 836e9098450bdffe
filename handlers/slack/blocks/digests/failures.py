"""The failure summary: what needs somebody, each with its button, then what happened, then what each workflow adds."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import button, header
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, NeedShown, Shown
from handlers.texts.digests import failures as texts
from handlers.texts.digests import needs as need_texts
from workflows.engine.digests.failures.needs import Need, NeedKind
from workflows.engine.digests.failures.views import FailureFigures, LongWait
from workflows.engine.digests.views import DigestView

_NEEDS = 10
"""Most needs that are drawn."""
_WORKFLOWS = 8
"""Most workflows that are drawn."""
_FOR_NEEDS = 7_000
"""Most characters, as JSON, of the needs and of what stands above them."""
_REST = 200
"""Most characters, as JSON, of a line about what is left out."""
_BRIEF = 300


def failures(view: DigestView, figures: FailureFigures) -> Drawn:
    """Draw the summary; on a quiet day in two lines."""
    needs, happened = figures.needs or [], block(*texts.happened(view))
    blocks = _filled([header(texts.first_line(view))], [_need(one, figures) for one in needs[:_NEEDS]], most=_FOR_NEEDS)
    drawn = len(blocks) - 1
    if left := len(needs) - drawn:
        blocks.append(block(need_texts.more(left)))
    most = limits.MESSAGE_BLOCKS_BUDGET - _size([happened]) - _REST
    if pressed := texts.under_pressure(figures):
        blocks = _filled(blocks, [block(*pressed)], most=most)
    blocks = _filled(
        [*blocks, happened],
        [_long_wait(one, figures) for one in figures.long_waits],
        most=limits.MESSAGE_BLOCKS_BUDGET - _REST,
    )
    causes = {one.id for one in needs[:drawn] if one.kind is NeedKind.CAUSE}
    is_only = len(figures.workflows) == 1
    in_hand = texts.is_in_hand(figures)
    of_each = [texts.workflow(one, said=causes, is_only=is_only, in_hand=in_hand) for one in texts.worst_first(figures)]
    told = [block(*said) for said in of_each if said]
    before = len(blocks)
    blocks = _filled(blocks, told[:_WORKFLOWS], most=limits.MESSAGE_BLOCKS_BUDGET - _REST)
    if rest := len(told) - (len(blocks) - before):
        blocks.append(block(texts.left_out(rest)))
    return Drawn(text=escaped(texts.in_brief(view), _BRIEF), blocks=blocks)


def _filled(blocks: Sequence[Block], more: Sequence[Block], *, most: int) -> list[Block]:
    """Add blocks, the first ones first, as long as all stay within a number of characters, as JSON."""
    made = list(blocks)
    for one in more:
        if _size([*made, one]) > most:
            break
        made.append(one)
    return made


def _size(blocks: Sequence[Block]) -> int:
    return Drawn(text="", blocks=blocks).size


def _need(one: Need, figures: FailureFigures) -> Block:
    shown = NeedShown.of(one, generation=figures.generation)
    return section(need_texts.need(one), press=button(need_texts.button(one), action=Action.NEED, value=str(shown)))


def _long_wait(one: LongWait, figures: FailureFigures) -> Block:
    shown = str(Shown(id=one.review, version=one.version, generation=figures.generation))
    return section(texts.long_wait(one), press=button(texts.open_review(one), action=Action.REVIEW, value=shown))
