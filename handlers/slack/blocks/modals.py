"""The modals: the forms of an edit, a rejection, a correction and an input, the list, a review in it, pages to read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.slack import limits
from handlers.slack.blocks.card import card
from handlers.slack.blocks.grid import see
from handlers.slack.blocks.learning.review_pack import form_buttons as form_buttons_of_pack
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.columns import is_laid_out
from handlers.slack.blocks.parts.documents import originals_row, pictures
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, divider, label, option, small_print
from handlers.slack.blocks.parts.inputs import CONFIRM, ELEMENT, Beside, confirmation, inputs, marked
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, drawn, pieces
from handlers.slack.blocks.parts.rich_text import as_written, bullets, line, narrowed, quote, rich, words
from handlers.slack.blocks.reasons import why
from handlers.slack.blocks.session import form_buttons, rejection_buttons
from handlers.slack.blocks.spot_check import buttons_of
from handlers.slack.ids import (
    FORM,
    NOT_LISTED,
    REWRITTEN,
    WARNED,
    WRONG,
    Action,
    Callback,
    Listed,
    OpenRow,
    Shown,
)
from handlers.texts import buttons
from handlers.texts.buttons import Button
from handlers.texts.documents import files
from handlers.texts.learning import past_cases, review_packs
from handlers.texts.pieces import Room, hour
from handlers.texts.plain import begun_large, ended, excerpt, without_first_line
from handlers.texts.review import forms, questions, rows, sessions, spot_checks
from handlers.texts.review.assigning import assignments
from handlers.texts.review.forms import Note
from handlers.texts.review.seconds import NEEDED
from handlers.texts.values import CHECK, certainty, check_first, doubted, recommendation
from store.states import ReviewState
from workflows.engine.declare.review import LONGEST_REASON
from workflows.engine.errors import NeverBroken
from workflows.engine.review.alike.views import GroupView
from workflows.engine.review.corrected.views import MOST_SAID, InputView
from workflows.engine.review.decisions import AND_MORE, MAX_REASON, Follows
from workflows.engine.review.form.forms import form_mark
from workflows.engine.review.spot_checks.views import BlindView, ComparisonView
from workflows.engine.review.views import CardView, DeliveredView, DoubtView, PageView, WaitingView
from workflows.engine.text.form_fields import OF_FILES, Field, Kind
from workflows.engine.text.form_records import parts_of, spread, spread_out
from workflows.engine.text.sanitize import one_line, sanitize
from workflows.quality.volume.views import PackView

"""A modal."""
FOLLOWS = "follows"
REASON = "reason"
PRESET = "preset"
"""Names of the inputs of a rejection."""
FILL_IN_NOW = "fill_in_now"
"""Choice of a person who rejects a proposal and fills in the empty form at once."""
WHY = "why!"
"""Name of the input for a reason in a form about a case, and of its text; no field can have that name."""
PAGE = 10
"""Number of reviews on a page of the list."""
_BRIEF = Room(text=400, line=120, items=12)
"""Room for things that a modal only names."""
_PART = 2_900
"""Characters of a text in one piece of a block."""
_SPARE = 2_000
"""Characters kept free in a view: for all but its blocks, and for the line about what is left out."""


PAGES = (20, 10, 5, 2, 1)
"""Rows on a page of a list, as many as fit."""
_ROOM_FOR_ROWS = (*((page, False) for page in PAGES), (0, True), (0, False))
"""Rows on a page, and whether a table stands above rows that are typed: the first that Slack takes."""


def edit_form(
    view: CardView,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    *,
    generation: int = 0,
    broken: NeverBroken | None = None,
    redrawn: Sequence[str] = (),
    listed: Listed | None = None,
    notice: str | None = None,
    changed: str | None = None,
    dropped: Mapping[str, str] | None = None,
    ticked: bool = False,
    first_rows: Mapping[str, int] | None = None,
    notes: Mapping[str, Sequence[Note]] | None = None,
    taken_up: datetime | None = None,
) -> View | None:
    """Draw the review form, filled with what is proposed or typed; None where it is too large for Slack.

    `broken`: rules that the person has to confirm to pass over. `ticked`: the rules on the card are confirmed already.
    `redrawn`: labels of texts that follow from other fields and were written anew. `listed`: list that the form is
    opened from. `notice`: news that something is recorded already; it comes first. `changed`: news that the form
    changed since the person, or the proposal, saw it. `dropped`: values that were typed or proposed for fields that no
    longer exist. `first_rows`: list of rows -> place of a row to show. `notes`: field -> what is said of what was typed
    in it. `taken_up`: time of a draft whose values the form holds.
    """
    notes = notes or {}
    told_first = _told_first(
        fields, notes, generation=generation, changed=changed, redrawn=redrawn, dropped=dropped or {}
    )
    asked = (
        confirmation(broken.sentences, broken.mark, generation=generation)
        if broken is not None
        else _rules(view, generation, ticked=ticked)
    )
    # The question to confirm comes first, where a phone shows it too.
    first = [rich(line(words(notice, bold=True)))] if notice is not None else []
    first += _taken_up(taken_up, _shown(view), buttons.START_ANEW)
    about = _about(view, *map(drawn, check_first(view))) | {"block_id": f"{FORM}{form_mark(fields)}"}
    if is_refused(view):
        told_first.insert(0, rich(line(words(forms.REFUSED_VALUES))))
    above = [*first, about, *_sample(view), *_decided_before(view), *asked, *told_first]
    shown = marked(fields, _doubts(view))
    beside = Beside(
        hints=_hints(view, fields),
        notes={name: _drawn_notes(name, some, generation) for name, some in notes.items()},
        proposed={value.name: value.proposed for value in view.values if value.proposed is not None},
        first_rows=first_rows or {},
    )
    below = form_buttons(view, listed)
    form = _largest(
        pages.form(
            Callback.EDIT,
            forms.edit_title(view),
            [
                *above,
                *inputs(shown, typed, generation=generation, beside=replace(beside, page=page, tables=tables)),
                *below,
            ],
            submit=sessions.DECIDE if below else forms.DECIDE,
            metadata=_shown(view, listed),
        )
        | {"notify_on_close": True}
        for page, tables in _ROOM_FOR_ROWS
    )
    if form is not None and notice is not None:
        form["close"] = label(forms.LATER, limits.VIEW_TITLE)
    return form


def with_documents(
    made: View,
    view: CardView | DeliveredView | BlindView | ComparisonView,
    pages: Sequence[PageView],
    *,
    after: int | None = None,
) -> View:
    """Return a modal about a case with the pages of its documents, as far as Slack has room for them.

    `after`: number of blocks that come before the first page; left out, it follows what a form says of the case. The
    others come last, so that a phone shows soon what is to be filled in. A modal without them decides just as well.
    """
    blocks = made["blocks"]
    assert isinstance(blocks, list)
    if after is None:
        about = (place for place, one in enumerate(blocks, 1) if str(one.get("block_id", "")).startswith(FORM))
        after = next(about, 0)
    press = originals_row(view)
    for number in range(len(pages), -1, -1):
        first, others = pictures(pages[: min(number, 1)]), pictures(pages[1:number])
        grown = made | {"blocks": [*blocks[:after], *first, *blocks[after:], *others, *press]}
        if _fits(grown):
            return grown
    return made


def below(news: Drawn, form: View) -> View:
    """Return a form with news above it, as far as Slack has room for them."""
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    made = form | {"blocks": [*news.blocks, *blocks]}
    return made if _fits(made) else form


def _decided_before(view: CardView) -> list[Block]:
    said = past_cases.decided_before(view.past, _BRIEF) if view.is_decidable else None
    return [rich(drawn(said))] if said is not None else []


def is_refused(view: CardView) -> bool:
    """Tell whether the values of a form are those of a proposal that was refused."""
    is_open = view.state == ReviewState.OPEN
    return is_open and not view.has_proposal and any(value.proposed for value in view.values)


def row_form(
    view: CardView | DeliveredView | InputView | BlindView | PackView,
    field: Field,
    texts: Mapping[str, str],
    *,
    opened: OpenRow,
    number: int,
    before: Mapping[str, str] | None = None,
    listed: Listed | None = None,
) -> View:
    """Draw the form of one row of a list. `texts`: by column. `number`: of rows.

    `before`: the proposed, delivered or present texts of the row in its place; None where there is none.
    """
    match view:
        case DeliveredView():
            callback, nothing = Callback.CORRECT_ROW, rows.NOTHING_PROPOSED
        case InputView():
            callback, nothing = Callback.CORRECT_INPUT_ROW, rows.NOTHING_RUN
        case BlindView():
            callback, nothing = Callback.SPOT_CHECK_ROW, rows.NOTHING_KEPT
        case PackView():
            callback, nothing = Callback.PACK_ROW, rows.NOTHING_JUDGED
        case CardView():
            callback, nothing = Callback.ROW, rows.NOTHING_DECIDED
    place = opened.row.place
    added = place >= number
    name = field.label.removeprefix(CHECK)
    about = rich(
        line(words(rows.about(replace(field, label=name), place, number, added=added), bold=True)),
        line(words(nothing)),
    )
    hints = {column: _before(view, text) for column, text in (before or {}).items()}
    made = inputs(field.columns, texts, generation=opened.generation, beside=Beside(hints=hints))
    back = [actions("back", [button(buttons.BACK_TO_FORM, action=Action.BACK_TO_FORM, value=str(opened.row))])]
    form = pages.form(
        callback,
        rows.title(place, added=added),
        [about, *made, *(back if opened.is_alone else [])],
        submit=rows.KEEP,
        metadata=f"{_shown(view)} {listed if listed is not None else NOT_LISTED} {opened}",
    )
    return form if opened.is_alone else form | {"close": label(forms.GO_BACK, limits.VIEW_TITLE)}


def _before(view: CardView | DeliveredView | InputView | BlindView | PackView, text: str) -> str:
    """Say what a value of a row was before the person changed it."""
    match view:
        case DeliveredView():
            return forms.delivered_value(text)
        case InputView() | BlindView():
            return forms.present_value(text)
        case PackView():
            return forms.proposed_value(text, refused=False)
        case CardView():
            return forms.proposed_value(text, refused=is_refused(view))


def rule_met(view: CardView, broken: NeverBroken, *, listed: Listed | None = None) -> View:
    """Draw that an approval breaks a rule that the card did not show. The safe choice is the easy one."""
    shown = _shown(view)
    rules = bullets([line(words(forms.never(sentence), bold=True)) for sentence in broken.sentences])
    told = rich(
        line(words(forms.RULE_MET)),
        rules,
        line(words(forms.RULE_MET_CHOICE)),
    )
    press = button(buttons.approve_all_the_same(view.key), action=Action.ALL_THE_SAME, value=shown)
    made = [_about(view), told, block(*recommendation(view, _BRIEF)), actions(f"{CONFIRM}{broken.mark}", [press])]
    form = pages.form(Callback.RULE, forms.NOT_APPROVED, made, submit=forms.GO_BACK, metadata=_shown(view, listed))
    return form | {"close": label(forms.CLOSE, limits.VIEW_TITLE)}


def case_form(
    view: DeliveredView | InputView | BlindView | PackView,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    *,
    generation: int = 0,
    listed: Listed | None = None,
    changed: str | None = None,
    dropped: Mapping[str, str] | None = None,
    first_rows: Mapping[str, int] | None = None,
    notes: Mapping[str, Sequence[Note]] | None = None,
    taken_up: datetime | None = None,
) -> View | None:
    """Draw the form that corrects a delivery, puts an input right, answers a case blind, or judges one of a pack; None
    where it is too large for Slack.

    `typed`: what was there or was typed, with the person's reason under `WHY`. The others are as in a review's form.
    """
    notes = notes or {}
    subject = line(words(excerpt(view.subject, 200), bold=True))
    match view:
        case DeliveredView():
            callback, title, submit = Callback.CORRECT, forms.correct_title(view.case), forms.PROPOSE
            about, told = rich(subject, _case(view.text)), forms.CORRECTED
            anew, below = buttons.START_FROM_DELIVERED, [_why(typed, generation, forms.WHAT_WAS_WRONG, most=MAX_REASON)]
        case InputView():
            callback, title, submit = Callback.CORRECT_INPUT, forms.input_title(view.case), forms.RUN_AGAIN
            about, told = rich(subject), forms.input_to_correct(view.key)
            anew, below = buttons.START_FROM_INPUT, [_why(typed, generation, forms.WHY_CORRECTED, most=MOST_SAID)]
            below[0]["optional"] = False
        case BlindView():
            callback, title, submit = Callback.SPOT_CHECK, spot_checks.TITLE, spot_checks.ANSWER
            about = rich(subject, _case(without_first_line(view.text, view.subject)))
            told, anew, below = spot_checks.told_blind(view), buttons.START_EMPTY, buttons_of(view)
        case PackView():
            callback, title, submit = Callback.PACK_FORM, review_packs.title(view), review_packs.SAVE
            case = _case(without_first_line(view.text, view.subject))
            about = rich(subject, case, *map(drawn, review_packs.documents(view)))
            told, anew, below = review_packs.say_what(view), buttons.START_FROM_PROPOSED, form_buttons_of_pack(view)
    above = [
        *_taken_up(taken_up, _shown(view), anew),
        about | {"block_id": f"{FORM}{form_mark(fields)}"},
        rich(line(words(told))),
        *_told_first(fields, notes, generation=generation, changed=changed, dropped=dropped or {}),
    ]
    beside = _beside(view, fields, typed, generation=generation, first_rows=first_rows or {}, notes=notes)

    has = {one.name: files.present(typed[one.name]) for one in fields if one.kind in OF_FILES and typed.get(one.name)}
    beside = replace(beside, files=has)

    def form(page: int, tables: bool) -> View:
        made = inputs(fields, typed, generation=generation, beside=replace(beside, page=page, tables=tables))
        return pages.form(callback, title, [*above, *made, *below], submit=submit, metadata=_shown(view, listed))

    return _largest(form(page, tables) | {"notify_on_close": True} for page, tables in _ROOM_FOR_ROWS)


def _why(typed: Mapping[str, str], generation: int, asked: str, *, most: int) -> Block:
    """Ask for a person's reason, below the inputs of a form about a case."""
    why = typed.get(WHY, "")
    element = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": most}
    return {
        "type": "input",
        "block_id": f"{WHY}.0.{generation}",
        "optional": True,
        "label": label(asked, limits.INPUT_LABEL),
        "element": element | ({"initial_value": why} if why else {}),
    }


def _beside(
    view: DeliveredView | InputView | BlindView | PackView,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    *,
    generation: int,
    first_rows: Mapping[str, int],
    notes: Mapping[str, Sequence[Note]],
) -> Beside:
    """Return what stands beside the inputs: below each value that a person changed, the one before.

    Rows say it themselves.
    """
    lists = {field.name for field in fields if field.kind is Kind.ROWS}
    is_empty = isinstance(view, BlindView) or (isinstance(view, PackView) and not view.has_proposal)
    now, before = spread_out(fields, typed), {} if is_empty else view.values
    return Beside(
        hints={
            name: ended(_before(view, text))
            for name, text in spread_out(fields, before).items()
            if name not in lists and now.get(name, text) != text
        },
        notes={name: _drawn_notes(name, some, generation) for name, some in notes.items()},
        proposed=before,
        first_rows=first_rows,
    )


def rejection_form(
    view: CardView, *, listed: Listed | None = None, can_propose: bool = True, reasons: Sequence[str] = ()
) -> View:
    """Draw the form of a rejection: the reason, and what follows. Nothing is chosen for the person.

    `can_propose`: True if there is a model to ask again. `reasons`: the workflow's own, to choose from.
    """
    follows = {
        Follows.CLOSE: forms.FOLLOWS[Follows.CLOSE],
        FILL_IN_NOW: forms.FILL_IN_NOW,
        Follows.BY_HAND: forms.FOLLOWS[Follows.BY_HAND],
        Follows.PROPOSE_AGAIN: forms.FOLLOWS[Follows.PROPOSE_AGAIN],
    }
    if not view.has_proposal:
        del follows[FILL_IN_NOW], follows[Follows.BY_HAND]
    if view.correction or not can_propose:
        del follows[Follows.PROPOSE_AGAIN]
    options = [
        option(text, choice) | {"description": label(meaning, limits.OPTION_DESCRIPTION)}
        for choice, (text, meaning) in follows.items()
    ]
    choose = {"type": "radio_buttons", "action_id": ELEMENT, "options": options}
    made: list[Block] = [
        _about(view),
        *_reason(reasons),
        {
            "type": "input",
            "block_id": FOLLOWS,
            "label": label(forms.WHAT_FOLLOWS, limits.INPUT_LABEL),
            "element": choose,
        },
    ]
    back = rejection_buttons(view, listed)
    made += back
    submit, metadata = sessions.REJECT if back else forms.REJECT, _shown(view, listed)
    return pages.form(Callback.REJECT, forms.reject_title(view), made, submit=submit, metadata=metadata)


def _reason(presets: Sequence[str]) -> list[Block]:
    """Ask for the reason of a rejection: in words, or by one of the workflow's own reasons, or both."""
    longest = MAX_REASON - (LONGEST_REASON + len(AND_MORE) if presets else 0)
    text = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": longest}
    name = forms.MORE_OF_WHY if presets else forms.WHY
    asked: Block = {
        "type": "input",
        "block_id": REASON,
        "label": label(name, limits.INPUT_LABEL),
        "optional": bool(presets),
        "element": text,
    }
    if not presets:
        return [asked]
    options = [option(one, one) for one in presets]
    choice: Block = {
        "type": "input",
        "block_id": PRESET,
        "label": label(forms.WHY, limits.INPUT_LABEL),
        "optional": True,
        "hint": label(forms.CHOOSE_OR_WRITE, limits.INPUT_HINT),
        "element": {"type": "static_select", "action_id": ELEMENT, "options": options},
    }
    return [choice, asked]


def review(view: CardView, *, notice: Drawn | None = None, listed: Listed | None = None) -> View:
    """Draw a review in a modal. `notice`: the result of the last press. `listed`: the list it is opened from."""
    above = [*notice.blocks, divider()] if notice is not None else []
    below = []
    if view.state != ReviewState.OPEN:
        shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
        press = button(buttons.NEXT_REVIEW, action=Action.NEXT, value=shown, style="primary")
        below = [actions("next", [press])]
    blocks = [*above, *card(view).blocks, *below]
    return pages.page(Callback.REVIEW, forms.REVIEW, blocks, metadata=_shown(view, listed))


def details(view: CardView) -> View:
    """Draw everything about a case that a person may want to know before deciding."""
    made = [_about(view), *_sample(view), _whole(forms.THE_CASE, view.text)]
    made += [_whole(title, text) for title, text in questions.in_full(view)]
    for value in view.values:
        made += [_whole(title, text) for title, text in forms.about_value(value).items() if text]
    made += [_whole(forms.WHY_A_PERSON, why(reason)) for reason in view.why]
    made += [_whole(forms.MODEL_SAID, view.model_said)] if view.model_said else []
    made += [_whole(forms.OWN_REASON, reason) for reason in view.model_says]
    made += [_whole(forms.PROPOSED_BY, proposed_by)] if (proposed_by := forms.proposed_by(view)) else []
    made += [_whole(past_cases.LIKE_THIS, past_cases.in_full(view.past))] if view.past else []
    made += [_whole(forms.IT_DECIDES, view.question)]
    made += [_whole(forms.IT_MAY, view.may)] if view.may else []
    return pages.page(
        Callback.READ,
        forms.DETAILS,
        _bounded(made, forms.more_elsewhere(view.case)),
        metadata=_shown(view),
    )


def whole_case(text: str, case: int) -> View:
    """Draw the whole text of a case, and nothing else of it."""
    return pages.page(
        Callback.READ, forms.DETAILS, _bounded([_whole(forms.THE_CASE, text)], forms.more_elsewhere(case))
    )


def whole_packed(view: PackView) -> View:
    """Draw the whole text of a case of a review pack, and all that is proposed."""
    made = [_whole(forms.THE_CASE, view.text)]
    if view.has_proposal:
        made += [_whole(field.label, view.values[field.name]) for field in view.fields if view.values.get(field.name)]
    return pages.page(Callback.READ, forms.DETAILS, _bounded(made, review_packs.more_elsewhere(view)))


def doubt(view: DoubtView) -> View:
    """Draw everything that helps a person find out whether a delivery happened."""
    made = [rich(line(words(view.subject, bold=True)), *map(drawn, forms.delivery_facts(view)))]
    made += [_whole(forms.WENT_WRONG, view.why)] if view.why else []
    made += [_whole(label, value) for label, value in view.values.items()]
    made.append(_whole(forms.THE_CASE, view.text))
    return pages.page(Callback.READ, forms.LOOK, _bounded(made, forms.more_elsewhere(view.case)))


def waiting_list(waiting: WaitingView, *, listed: Listed, groups: Sequence[GroupView] = ()) -> View:
    """Draw a page of the open reviews of a channel, or of all channels. `groups`: those of them that are alike."""
    made: list[Block] = []
    for one in waiting.reviews:
        shown = str(Shown(id=one.review, version=one.version, generation=one.generation))
        asked = f" · {begun_large(one_line(why(one.why), 150))}" if one.why is not None else ""
        asked = f" · {NEEDED}" if one.awaits_second else asked
        mine = f" · {assignments.FOR_YOU}" if one.is_theirs else ""
        about = line(words(f"{one.workflow} · {one.key}{mine}{asked}"), *pieces(forms.answer_by(one.answer_by)))
        press = button(buttons.review(one.key), action=Action.REVIEW, value=shown)
        made.append(rich(line(words(one_line(one.subject, 150), bold=True)), about))
        made += [actions(f"review.{shown}", [press]), divider()]
    last = waiting.first + len(waiting.reviews)
    turns = [_turn(buttons.EARLIER, max(waiting.first - PAGE, 0), "back")] if waiting.first > 0 else []
    turns += [_turn(buttons.LATER, waiting.first + PAGE, "on")] if last < waiting.total else []
    if turns:
        made.append(actions("pages", turns))
    if waiting.reviews:
        made.insert(0, small_print(forms.place_in_list(waiting)))
        made[:0] = [*map(see, groups), divider()] if groups else []
    else:
        made.append(rich(line(words(forms.NOTHING_WAITS))))
    return pages.page(Callback.LIST, forms.WAITING, made, metadata=str(listed))


def told(what: Drawn, *, typed: Mapping[str, str] | None = None, about: str | None = None) -> View:
    """Draw a message to a person, with what they typed, so that it is not lost. `about`: its title, left out ours."""
    made = [*what.blocks, *(_whole(forms.typed_for(name), text) for name, text in (typed or {}).items() if text)]
    title = forms.NOT_RECORDED if typed is not None else about or forms.COUNTERSIGN
    return pages.page(Callback.READ, title, _bounded(made, forms.TYPED_MORE))


def _about(view: CardView, *more: Block) -> Block:
    """Name the case that a form is about. `more`: what is said of it before its text."""
    text = without_first_line(view.text, view.subject)
    return rich(line(words(excerpt(view.subject, 200), bold=True)), *more, _case(text))


def _case(text: str) -> Block:
    """Draw the beginning of a case, as much as fits above a form."""
    if is_laid_out(text):
        return as_written(text, most=1_600)
    return quote(excerpt(narrowed(text), 1_000))


def _doubts(view: CardView) -> Mapping[str, str]:
    """The fields that are to be looked at first -> how sure the model is of them."""
    return {value.name: f"{begun_large(certainty(value, _BRIEF))}." for value in doubted(view)}


def _hints(view: CardView, fields: Sequence[Field]) -> dict[str, str]:
    """Return what is said below each field: how sure the model is where that is doubtful, and what it proposed."""
    kinds = {field.name: field for field in fields}
    doubts, refused, found = _doubts(view), is_refused(view), dict[str, str]()
    for value in view.values:
        field = kinds.get(value.name)
        if field is None or not (view.has_proposal or refused):
            continue
        parts = spread(field, value.proposed or "") if value.proposed is not None else None
        for name, text in (parts or {}).items():
            found[name] = ended(forms.proposed_value(text, refused=refused))
        said = forms.proposed(value, refused=refused, rows=field.kind in (Kind.ROW, Kind.ROWS))
        sentence = ended(begun_large(said)) if said else ""
        name = next(iter(parts), value.name) if parts else value.name
        found[name] = " ".join(filter(None, [doubts.get(value.name), sentence, found.get(name)]))
    return found


def _told_first(
    fields: Sequence[Field],
    notes: Mapping[str, Sequence[Note]],
    *,
    generation: int,
    changed: str | None,
    dropped: Mapping[str, str],
    redrawn: Sequence[str] = (),
) -> list[Block]:
    """Say above the inputs of a form what a person has to know of it first."""
    made = [rich(line(words(text, bold=True))) for text in (changed, _noted(fields, notes)) if text]
    if redrawn:
        made.append(rich(line(words(forms.redrawn(redrawn), bold=True))) | {"block_id": f"{REWRITTEN}{generation}"})
    unnamed = [note for name, some in notes.items() if not _is_drawn(name, fields) for note in some]
    made += _drawn_notes("", unnamed, generation)
    return [*made, *(_whole(forms.dropped(name), text) for name, text in dropped.items() if text)]


def _noted(fields: Sequence[Field], notes: Mapping[str, Sequence[Note]]) -> str:
    """Say that there is something to look at, and where."""
    if not notes:
        return ""
    labels = {field.name: field.label for field in fields}
    labels |= {part.name: part.label for field in fields for part in parts_of(field)}
    where = [labels.get(name, forms.THE_WHOLE) for name in notes]
    doubted = all(note.mark is not None for some in notes.values() for note in some)
    return forms.look_at(where) if doubted else forms.wrong_at(where)


def _is_drawn(name: str, fields: Sequence[Field]) -> bool:
    return any(name in (field.name, *(part.name for part in parts_of(field))) for field in fields)


def _drawn_notes(name: str, notes: Sequence[Note], generation: int) -> list[Block]:
    made = []
    for place, note in enumerate(notes):
        kind = WARNED if note.mark is not None else WRONG
        block_id = f"{kind}{note.mark or ''}.{place}.{generation}.{name}"[: limits.ID]
        said = line(words(forms.LOOK_HERE, bold=True), words(note.text, bold=True))
        made.append(rich(said) | {"block_id": block_id})
    return made


def _taken_up(at: datetime | None, shown: str, anew: Button) -> list[Block]:
    """Say from when the values of a form are, with a way to begin anew. `shown`: reference of what it is about."""
    if at is None:
        return []
    return [
        rich(line(words(forms.TAKEN_UP, bold=True), *pieces([hour(at)]), words("."))),
        actions("anew", [button(anew, action=Action.START_ANEW, value=shown)]),
    ]


def _rules(view: CardView, generation: int, *, ticked: bool) -> list[Block]:
    """Draw the rules on the card. An edit confirms them in the same form; filling in an empty form confirms none."""
    if not view.nevers:
        return []
    if view.has_proposal:
        mark = NeverBroken(view.nevers, barred=False).mark
        return confirmation(view.nevers, mark, generation=generation, optional=True, ticked=ticked)
    return [block(forms.rules(view))]


def _sample(view: CardView) -> list[Block]:
    """Draw the notice that a proposal is a sample. It comes before anything that is proposed."""
    return [block(forms.sample())] if view.sample else []


def _largest(forms: Iterable[View]) -> View | None:
    """The first form, of the fullest first, that Slack takes; None where it takes none."""
    return next((form for form in forms if _fits(form)), None)


def _fits(form: View) -> bool:
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    return len(blocks) <= limits.VIEW_BLOCKS and len(json.dumps(form)) <= limits.VIEW_JSON


def _turn(names: Button, first: int, which: str) -> Block:
    made = button(names, action=Action.PAGE, value=str(first))
    return made | {"action_id": f"{Action.PAGE}.{which}"}


def _shown(view: CardView | DeliveredView | InputView | BlindView | PackView, listed: Listed | None = None) -> str:
    shown = str(shown_of(view))
    return f"{shown} {listed}" if listed is not None else shown


def shown_of(view: CardView | DeliveredView | InputView | BlindView | PackView) -> Shown:
    """Return the reference that a form carries: to a review, a case, a spot check, or a case of a review pack."""
    match view:
        case BlindView():
            return Shown(id=view.check, version=view.version, generation=view.generation)
        case DeliveredView():
            return Shown(id=view.case, version=view.run, generation=view.generation)
        case InputView():
            return Shown(id=view.case, version=view.moves, generation=view.generation)
        case PackView():
            return Shown(id=view.id, version=view.test, generation=view.generation)
        case CardView():
            return Shown(id=view.review, version=view.version, generation=view.generation)


def _whole(title: str, text: str) -> Block:
    """Draw a text in full below its title, in pieces of a size that Slack takes."""
    shown = sanitize(text)
    pieces = [quote(shown[start : start + _PART]) for start in range(0, len(shown), _PART)]
    return rich(line(words(title, bold=True)), *pieces)


def _bounded(blocks: Sequence[Block], otherwise: str) -> list[Block]:
    """Return as many blocks as a modal holds. `otherwise`: the last line where some are left out."""
    made, left = list[Block](), limits.VIEW_JSON - _SPARE
    for place, one in enumerate(blocks):
        left -= _size(one)
        is_last_place = place == limits.VIEW_BLOCKS - 1 and len(blocks) > limits.VIEW_BLOCKS
        if left < 0 or is_last_place:
            made += [] if is_last_place else _begun(one, left + _size(one))
            return [*made, rich(line(words(otherwise, bold=True)))]
        made.append(one)
    return made


def _begun(block: Block, left: int) -> list[Block]:
    """Return the beginning of a rich text, as far as there is room."""
    elements, kept = block.get("elements"), list[Block]()
    for element in elements if isinstance(elements, list) else []:
        left -= _size(element)
        if left < 0:
            break
        kept.append(element)
    return [rich(*kept)] if kept else []


def _size(block: object) -> int:
    """Return the number of characters of a block in a view, with the comma after it."""
    return len(json.dumps(block)) + 2
