"""A review pack: a case with what is proposed for it, the pages between the cases, and how many wait.

The form of a case is drawn with the others, in `modals`. The main button says that a proposal is right, and is answered
with the next case.
"""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, divider, header, label
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.texts import buttons
from handlers.texts.learning import review_packs as texts
from handlers.texts.pieces import Room, line, words
from workflows.quality.volume.views import PackState, PackView, VolumeNote


def step(
    view: PackView, listed: Listed, *, place: str, news: Sequence[Drawn] = (), too_large: str | None = None
) -> View:
    """Draw a case with what is proposed. `place`: which of how many it is; empty where that is not known.

    `too_large`: why it can only be left for later.
    """
    above = _above(news)
    drawn = fitting(lambda room: _case(view, room, too_large), text="")
    metadata = f"{shown_of(view)} {listed}"
    made = pages.page(Callback.PACK, titled(place), [*above, *drawn.blocks, _buttons(view)], metadata=metadata)
    if view.has_proposal:
        made["submit"] = label(texts.RIGHT, limits.VIEW_TITLE)
    return made | {"close": label(texts.STOP, limits.VIEW_TITLE), "notify_on_close": True}


def placed(form: View, *, place: str, news: Sequence[Drawn]) -> View:
    """Return the form of a case with its place among those of the pack, and news above it where there is room."""
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    above = _above(news)
    fits = len(above) + len(blocks) <= limits.VIEW_BLOCKS
    title = {"title": label(titled(place), limits.VIEW_TITLE)} if place else {}
    close = {"close": label(texts.STOP, limits.VIEW_TITLE)}
    return form | title | close | {"blocks": [*above, *blocks] if fits else blocks}


def titled(place: str) -> str:
    """Return the title of a case of a pack."""
    said = f"{texts.TITLE} {place}".rstrip()
    return said if len(said) <= limits.VIEW_TITLE else place


def form_buttons(view: PackView) -> list[Block]:
    """Draw what can be done about a case beside sending its form."""
    back = [button(buttons.back_to_proposal(texts.name(view)), action=Action.BACK_TO_PROPOSAL, value=shown_of(view))]
    return [actions("beside", [*(back if view.has_proposal else []), *_others(view)])]


def ended(state: PackState, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Draw that no case waits for a person any more. `listed`: with the number of those that they judged."""
    made = [one for drawn in (*news, told(texts.ended(state, listed.first))) for one in drawn.blocks]
    page = pages.page(Callback.READ, texts.TITLE, made)
    is_all = state.removed or not state.waiting
    return page if is_all else going_on(page, first_of(state), listed)


def going_on(page: View, after: Shown, listed: Listed) -> View:
    """Return a page from which one goes on through a pack. `after`: the volume test, and the place to go on from."""
    more = {"callback_id": Callback.PACK_ON, "private_metadata": f"{after} {listed}"}
    submit = {"submit": label(texts.GO_ON, limits.VIEW_TITLE), "close": label(texts.STOP, limits.VIEW_TITLE)}
    return page | more | submit


def waiting(state: PackState, *, may_judge: bool) -> Drawn:
    """Draw how many cases of a pack wait, with the button that opens the next one."""
    said = told(texts.is_waiting(state, may_judge=may_judge))
    return Drawn(text=said.text, blocks=[*said.blocks, *(_start(state.test, state.generation) if may_judge else [])])


def note(view: VolumeNote) -> Drawn:
    """Draw news of a volume test."""
    said = told(texts.note(view))
    return Drawn(text=said.text, blocks=[*said.blocks, *(_start(view.test, view.generation) if view.may_judge else [])])


def shown_of(view: PackView) -> str:
    """Return the reference that the buttons of a case carry."""
    return str(Shown(id=view.id, version=view.test, generation=view.generation))


def first_of(state: PackState) -> Shown:
    """Return the reference to a volume test from its first case on."""
    return Shown(id=state.test, version=0, generation=state.generation)


def _start(test: int, generation: int) -> list[Block]:
    value = str(Shown(id=test, version=0, generation=generation))
    return [actions("judge", [button(buttons.judge(test), action=Action.JUDGE, value=value, style="primary")])]


def _above(news: Sequence[Drawn]) -> list[Block]:
    return [*(one for drawn in news for one in drawn.blocks), divider()] if news else []


def _case(view: PackView, room: Room, too_large: str | None) -> list[Block]:
    case = texts.case(view, room, heading=limits.HEADER_TEXT)
    small = line(words(f"{view.workflow} · {texts.name(view)}"))
    return [
        header(view.subject),
        *([block(*case)] if case else []),
        block(*texts.proposed(view, room)),
        block(texts.why(view), small),
        *([block(texts.too_large(too_large))] if too_large else []),
    ]


def _buttons(view: PackView) -> Block:
    name, value = texts.name(view), shown_of(view)
    wrong = [button(buttons.judge_wrong(name), action=Action.JUDGE_WRONG, value=value, style="danger")]
    return actions("step", [*(wrong if view.has_proposal else []), *_others(view)])


def _others(view: PackView) -> list[Block]:
    name, value = texts.name(view), shown_of(view)
    read = [button(buttons.read_all(name), action=Action.READ_PACKED, value=value)] if texts.is_long(view) else []
    return [button(buttons.skip(name), action=Action.SKIP_PACKED, value=value), *read]
