"""Rows of lists in a form: changed, added, removed and turned; and drafts of what was typed.

Each press keeps what stands in the form as the person's draft, and costs one call to Slack.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, OpenRow, Row
from handlers.slack.interactions.forms.form_subjects import (
    admitted_to_fill_in,
    has_moved_on,
    note_form_reading,
    too_late,
)
from handlers.slack.interactions.forms.open_forms import (
    OpenForm,
    case_form,
    draft_in,
    edit_form,
    forget_draft,
    form_in,
    from_draft,
    keep,
    redrawn,
    rows_with,
    shown_as_is,
    typed_in,
    untouched,
)
from handlers.slack.interactions.forms.submissions import hand_back
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, afterwards, answering
from workflows.engine.errors import InvalidOutput, Refused, Repeated
from workflows.engine.review.form.drafts import Draft
from workflows.engine.review.form.forms import read_form
from workflows.engine.review.spot_checks.looks import leave
from workflows.engine.review.views import CardView
from workflows.engine.text.canonical_json import to_body
from workflows.engine.text.form_fields import Field
from workflows.engine.text.form_records import Record, cells_of, compared, rows_in, rows_mark, rows_text
from workflows.quality.volume import judging

Body = Mapping[str, Any]
_FORMS = re.compile(
    f"^({Callback.EDIT}|{Callback.CORRECT}|{Callback.CORRECT_INPUT}|{Callback.SPOT_CHECK}|{Callback.PACK_FORM})$"
)
_ROW_FORMS = re.compile(
    f"^({Callback.ROW}|{Callback.CORRECT_ROW}|{Callback.CORRECT_INPUT_ROW}|{Callback.SPOT_CHECK_ROW}|"
    f"{Callback.PACK_ROW})$"
)


def register(app: App, slack: SlackContext) -> None:
    """Listen to what is done to rows, and to forms that are closed."""

    @app.action(Action.CHANGE_ROW)
    def change(body: Body, ack: Ack, client: WebClient) -> None:
        _open_row(slack, body, ack, client)

    @app.action(Action.ADD_ROW)
    def add(body: Body, ack: Ack, client: WebClient) -> None:
        _open_row(slack, body, ack, client)

    @app.action(Action.REMOVE_ROW)
    def remove(body: Body, ack: Ack, client: WebClient) -> None:
        def without(form: OpenForm, field: Field, place: int) -> OpenForm:
            rows = form.rows(field)
            del rows[place : place + 1]
            return typed_in(form, {field.name: rows_text(rows)}, shown={field.name: place})

        _redraw(slack, body, ack, client, without)

    @app.action(re.compile(f"{Action.ROWS}[.].*"))
    def turn(body: Body, ack: Ack, client: WebClient) -> None:
        _redraw(slack, body, ack, client, lambda form, field, place: typed_in(form, {}, shown={field.name: place}))

    @app.action(Action.START_ANEW)
    def start_anew(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            form = _form(slack, answer, pressed)
            if form is not None:
                forget_draft(slack, form.about, user=pressed.user.id)
                answer.update(_anew(slack, form, user=pressed.user.id))

    @app.action(Action.BACK_TO_FORM)
    def back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            form, _ = _below(slack, pressed)
            assert pressed.view is not None
            row = pressed.view.open_row.row
            if has_moved_on(form.about, pressed.view.shown):
                _hand_back_late(slack, answer, pressed, form)
                return
            answer.update(redrawn(typed_in(form, {}, shown={row.field: row.place})))

    @app.view(_ROW_FORMS)
    def keep_row(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            state = submitted.view.state.values
            try:
                opened, made = _kept(slack, submitted)
            except InvalidOutput as error:
                answer.done(response_action="errors", errors=inputs.errors(error.errors, state, submitted.view.order))
            except Refused as error:
                if isinstance(error, Repeated):
                    raise
                typed = inputs.read_labelled(state, submitted.view.labels)
                hand_back(slack, answer, submitted, error, typed=typed)
            else:
                below = submitted.view.previous_view_id
                if opened.is_alone or below is None:
                    answer.done(response_action="update", view=made)
                else:
                    answer.done()
                    answer.update(made, of=below, done="Your row is kept in the form")

    @app.view_closed(_FORMS)
    def closed(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            left = submission(body)
            _note_closed(slack, left)
            answer.done()
            if left.view.is_of_pack:
                # Whoever gives the case back reads it no more, so this comes last.
                afterwards("leave", partial(judging.leave, slack.context, left.view.shown.id, by=left.user.id))


def _note_closed(slack: SlackContext, closed: Submission) -> None:
    """Keep what stood in a form that was closed, as far as Slack says it. Nobody waits for an answer."""
    if closed.view.is_spot_check:
        afterwards("leave", partial(leave, slack.context, closed.view.shown.id, by=closed.user.id))
    if not closed.view.state.values:
        return
    try:
        about = admitted_to_fill_in(slack, closed)
        if has_moved_on(about, closed.view.shown):
            return
        form = form_in(slack, about, closed.view, user=closed.user.id)
        if form.changes and not form.is_lost:
            keep(slack, form, user=closed.user.id)
    except Refused:
        return  # it is noted in the audit, and there is nothing to tell


def _form(slack: SlackContext, answer: Answer, pressed: Click) -> OpenForm | None:
    """Return the form in which a button was pressed; None where the person was told why it cannot go on."""
    about, user = admitted_to_fill_in(slack, pressed), pressed.user.id
    assert pressed.view is not None
    form = form_in(slack, about, pressed.view, user=user)
    note_form_reading(slack, about, by=user)
    if has_moved_on(about, pressed.view.shown):
        _hand_back_late(slack, answer, pressed, form)
        return None
    if form.is_lost:
        keep(slack, form, user=user)
        answer.update(shown_as_is(form))
        return None
    return form


def _hand_back_late(slack: SlackContext, answer: Answer, pressed: Click, form: OpenForm) -> None:
    error = too_late(slack, form.about, by=pressed.user.id)
    hand_back(slack, answer, pressed, error, typed=form.changes)


def _anew(slack: SlackContext, form: OpenForm, *, user: str) -> View:
    anew = form.generation + 1
    if not isinstance(form.about, CardView):
        return case_form(slack, form.about, user=user, listed=form.listed, generation=anew)
    return edit_form(slack, form.about, user=user, listed=form.listed, generation=anew)


def _redraw(
    slack: SlackContext, body: Body, ack: Ack, client: WebClient, change: Callable[[OpenForm, Field, int], OpenForm]
) -> None:
    """Change the form in which a button was pressed, keep it as the person's draft, and draw it anew."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        form = _form(slack, answer, pressed)
        if form is not None:
            at = Row.read(pressed.value)
            form = change(form, form.field(at.field), at.place)
            keep(slack, form, user=pressed.user.id, interaction_id=pressed.interaction_id)
            answer.update(redrawn(form), done="Your change is kept in the form")


def _open_row(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Open the form of a row, on top of the form, or in its place where there is no room for one more."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        form = _form(slack, answer, pressed)
        if form is None or pressed.view is None:
            return
        at = Row.read(pressed.value)
        field = form.field(at.field)
        keep(slack, form, user=pressed.user.id)
        is_alone = not pressed.view.has_room_above
        made = _row_form(form, field, at, is_alone=is_alone)
        if is_alone:
            answer.update(made)
        else:
            answer.open(made)


def _row_form(form: OpenForm, field: Field, at: Row, *, is_alone: bool) -> View:
    rows = form.rows(field)
    place = min(at.place, len(rows))
    row: Record = rows[place] if place < len(rows) else {}
    proposed = rows_in(field, form.known.get(field.name, ""))
    beside = compared(rows, proposed)[place].before if proposed is not None and place < len(rows) else None
    opened = OpenRow(
        row=Row(field=field.name, place=place),
        mark=rows_mark(rows),
        generation=form.generation,
        is_alone=is_alone,
    )
    return modals.row_form(
        form.about,
        field,
        cells_of(field, row) if row else {},
        opened=opened,
        number=len(rows),
        before=cells_of(field, beside) if beside is not None else None,
        listed=form.listed,
    )


def _below(slack: SlackContext, acted: Click | Submission) -> tuple[OpenForm, Draft | None]:
    """Return the form that a row's form was opened from, as the person's draft has it, and that draft."""
    about = admitted_to_fill_in(slack, acted)
    assert acted.view is not None
    generation = acted.view.open_row.generation
    note_form_reading(slack, about, by=acted.user.id)
    form = untouched(slack, about, listed=acted.view.listed, generation=generation)
    draft = draft_in(slack, about, user=acted.user.id)
    if draft is None or draft.version != acted.view.shown.version:
        return form, None
    return from_draft(form, draft), draft


def _kept(slack: SlackContext, submitted: Submission) -> tuple[OpenRow, View]:
    """Take a row into the form below, and return that form as it is then.

    Raise `InvalidOutput` with the error of each value, or `Refused`.
    """
    opened, user = submitted.view.open_row, submitted.user.id
    form, draft = _below(slack, submitted)
    if has_moved_on(form.about, submitted.view.shown):
        raise too_late(slack, form.about, by=user)
    if draft is not None and draft.interaction_id == submitted.interaction_id:
        raise Repeated("this arrived before, and is done")
    field = form.field(opened.row.field)
    rows = rows_with(field, opened.mark, draft, form.known)
    if rows is None or field.record is None:
        return opened, shown_as_is(form)
    output = read_form(field.record, inputs.read(submitted.view.state.values), zone=form.workflow.timezone)
    row: Record = json.loads(to_body(output))
    place = opened.row.place
    rows[place : place + 1] = [row]
    form = typed_in(form, {field.name: rows_text(rows)}, shown={field.name: place})
    keep(slack, form, user=user, interaction_id=submitted.interaction_id)
    return opened, redrawn(form)
