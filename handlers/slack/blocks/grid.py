"""Cases that are alike, in one modal: a row for each with a button beside it, and what happened to them."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import actions, button, divider, header, label
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.reasons import why
from handlers.slack.ids import NOT_LISTED, Action, Alike, Callback, Listed, Shown
from handlers.slack.progress import Progress
from handlers.texts.buttons import Button
from handlers.texts.pieces import line, words
from handlers.texts.review import alike as texts
from workflows.engine.review.alike.views import MOST, GridView, GroupView, PressView, RowResult, RowView, Went

"""A modal."""


def grid(view: GridView, *, session: Listed | None = None) -> View:
    """Draw cases that are alike. `session`: the review session to go back to, where there is one."""
    group = view.group
    ready = [_shown(group, one.review, one.version) for one in view.rows if one.bar is None]
    reasons = [why(one.why) if one.why is not None else "" for one in view.rows]
    # What is asked of all rows for says nothing of one.
    usual = {reason for one, reason in zip(view.rows, reasons, strict=True) if one.bar is None}
    in_all = next(iter(usual)) if len(usual) == 1 else ""
    made = [header(group.name), block(*texts.above(view, why=in_all)), *([divider()] if view.rows else [])]
    made += [
        _row(group, one, asked=reason if reason != in_all else "")
        for one, reason in zip(view.rows, reasons, strict=True)
    ]
    turns = [_turn(texts.EARLIER, max(view.first - MOST, 0), "back")] if view.first else []
    turns += [_turn(texts.LATER, view.first + MOST, "on")] if view.has_more else []
    made += [actions("pages", turns)] if turns else []
    page = _page(Callback.GRID, group, view.total, made, Alike(shown=_of(group), rows=ready, first=view.first), session)
    if ready:
        return page | {"submit": label(texts.approve(len(ready)), limits.VIEW_TITLE)}
    return _to_session(page, session)


def pressed(view: PressView, alike: Alike, *, others: int, session: Listed | None = None) -> View:
    """Draw how far a press is, or what came of it. `others`: cases of the group that are open still."""
    made = [header(view.group.name), block(line(words(texts.so_far(view), bold=True)))]
    # What was not approved comes first.
    made += [_result(view.group, one) for one in sorted(view.results, key=lambda one: one.went is Went.APPROVED)]
    # A session shows the others by itself, unless they are many.
    is_more = view.is_over and others > 0 and (session is None or view.number == MOST)
    page = _page(
        Callback.GRID_ON if is_more else Callback.GRID_DONE,
        view.group,
        view.number,
        made,
        alike,
        session,
    )
    if is_more:
        return page | {"submit": label(texts.SHOW_OTHERS, limits.VIEW_TITLE)}
    if view.is_over:
        return _to_session(page, session)
    return page | {"submit": label(texts.LOOK_AGAIN, limits.VIEW_TITLE)}


def see(group: GroupView) -> Block:
    """Draw a group in a list, with the button that shows it."""
    press = button(texts.see(group.number, group.name), action=Action.ALIKE, value=str(_of(group)))
    return section(texts.group(group), press=press)


def _to_session(page: View, session: Listed | None) -> View:
    """Return a page from which a session goes on, where there is one."""
    if session is None:
        return page
    more = {"callback_id": Callback.GO_ON, "private_metadata": f"- {session}"}
    return page | more | {"submit": label(texts.GO_ON, limits.VIEW_TITLE)}


def _row(group: GroupView, one: RowView, *, asked: str) -> Block:
    press = button(texts.open_row(one.key), action=Action.OPEN_ROW, value=str(_shown(group, one.review, one.version)))
    return section(texts.row(one, why=asked), press=press) | {"block_id": f"row.{one.review}.{one.version}"}


def _result(group: GroupView, one: RowResult) -> Block:
    press = button(texts.open_row(one.key), action=Action.OPEN_ROW, value=str(_shown(group, one.review, one.version)))
    return section(texts.result(one), press=press if one.went in (Went.LEFT, Went.OPEN) else None)


def _turn(names: Button, first: int, which: str) -> Block:
    return button(names, action=f"{Action.ALIKE_PAGE}.{which}", value=str(first))


def _of(group: GroupView) -> Shown:
    return _shown(group, group.review, group.version)


def _shown(group: GroupView, review: int, version: int) -> Shown:
    return Shown(id=review, version=version, generation=group.generation)


def _page(
    callback: Callback, group: GroupView, number: int, blocks: Sequence[Block], alike: Alike, session: Listed | None
) -> View:
    metadata = f"{alike.shown} {session if session is not None else NOT_LISTED} {alike}"
    if len(metadata) > limits.PRIVATE_METADATA and session is not None:
        # What a long session remembers has no room beside so many rows: it begins anew.
        metadata = f"{alike.shown} {replace(session, progress=Progress())} {alike}"
    return pages.page(callback, texts.number_alike(number), blocks, metadata=metadata, close=texts.CLOSE)
