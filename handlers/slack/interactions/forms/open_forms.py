"""A form as a person has it open: what stands in it, and how it is drawn anew with that.

It is the form of a review, the one that corrects a delivery, the one of an input, or that of a case to answer blind or
to judge: how each is drawn, and what was known before, differs.
The inputs are in what Slack sends. The rows of lists are not: the form carries a hash of them, and they are those of
the person's draft or those known before that have this hash.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.slack.blocks import modals
from handlers.slack.blocks.modals import WHY
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from handlers.slack.interactions.forms.form_subjects import FormSubject, form_of_subject, subject_of, version_of
from handlers.slack.payloads import Modal
from handlers.texts.review import forms, rows
from store.states import ReviewState
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import FormChanged, Refused
from workflows.engine.review.corrected.views import InputView
from workflows.engine.review.form import drafts
from workflows.engine.review.form.drafts import Draft
from workflows.engine.review.form.forms import defaults_of
from workflows.engine.review.pages.pictures import pictures_for, unmarked_pictures_for
from workflows.engine.review.spot_checks.views import BlindView, ComparisonView
from workflows.engine.review.views import CardView, DeliveredView, PageView
from workflows.engine.text.form_fields import Field, form_of
from workflows.engine.text.form_records import Record, parts_of, rows_in, rows_mark, rows_text, spread_out
from workflows.quality.volume import drafts as of_pack
from workflows.quality.volume.views import PackView


@dataclass(frozen=True, kw_only=True)
class OpenForm:
    """A form with what stands in it."""

    about: FormSubject
    workflow: AnyWorkflow
    fields: Sequence[Field]
    known: Mapping[str, str]
    """Field -> the text that it had before the person began."""
    typed: Mapping[str, str]
    """Field, part of a nested record, or `WHY` in a form about a case -> the text that stands there."""
    first_rows: Mapping[str, int]
    """List of rows -> the place of the first one that is shown."""
    generation: int
    listed: Listed | None
    pages: Sequence[PageView] = ()
    """Pages of the case's documents, of which there are pictures."""
    is_lost: bool = False
    """True if rows were shown that are not known any more."""

    def field(self, name: str) -> Field:
        """Return a field. Raise `Refused` for one that the form does not have."""
        found = next((field for field in self.fields if field.name == name), None)
        if found is None:
            raise Refused("This form is from another version of Countersign; open it again.")
        return found

    @property
    def labels(self) -> dict[str, str]:
        """Label of each field, and of each part of a nested record, by its name; about a case that of `WHY` too."""
        found = {field.name: field.label for field in self.fields}
        found |= {part.name: part.label for field in self.fields for part in parts_of(field)}
        match self.about:
            case DeliveredView():
                return found | {WHY: forms.WHAT_WAS_WRONG}
            case InputView():
                return found | {WHY: forms.WHY_CORRECTED}
            case CardView() | BlindView() | PackView():
                return found

    def rows(self, field: Field) -> list[Record]:
        """Return the rows of a list that stand in the form."""
        return rows_in(field, self.typed.get(field.name, "")) or []

    @property
    def changes(self) -> dict[str, str]:
        """The person's changes: label -> text, for a person to read."""
        before = spread_out(self.fields, self.known)
        labels, found = self.labels, {}
        for name, text in self.typed.items():
            field = next((one for one in self.fields if one.name == name), None)
            now = rows_in(field, text) if field is not None else None
            if field is not None and now is not None:
                then = rows_in(field, before.get(name, ""))
                if then is None or rows_mark(then) != rows_mark(now):
                    found[labels[name]] = rows.in_lines(field, now)
            elif text != before.get(name, ""):
                found[labels.get(name, name)] = text
        return found


def known(slack: SlackContext, view: FormSubject) -> dict[str, str]:
    """Return the known values of a form: present, delivered, proposed or refused ones, and defaults of newer fields.

    A second person begins with what the first one decided.
    """
    if not isinstance(view, CardView):
        return dict(view.values)
    by_itself = defaults_of(slack.context.registry.get(view.workflow).output)
    if view.state == ReviewState.AWAITING_SECOND:
        return {value.name: value.decided or by_itself.get(value.name, "") for value in view.values}
    if not view.has_proposal and not modals.is_refused(view):
        return {}
    return {
        value.name: by_itself.get(value.name, "") if value.proposed is None else value.proposed for value in view.values
    }


def draft_in(slack: SlackContext, about: FormSubject, *, user: str) -> Draft | None:
    """Return a person's draft in a form."""
    if isinstance(about, PackView):
        return of_pack.draft_of(slack.context, about.id, version=version_of(about), by=user)
    return drafts.draft_of(slack.context, subject_of(about), by=user)


def forget_draft(slack: SlackContext, about: FormSubject, *, user: str) -> None:
    """Delete a person's draft in a form."""
    if isinstance(about, PackView):
        of_pack.forget(slack.context, about.id, by=user)
    else:
        drafts.forget(slack.context, subject_of(about), by=user)


def untouched(slack: SlackContext, about: FormSubject, *, listed: Listed | None, generation: int = 0) -> OpenForm:
    """Return a form as it is before a person types in it."""
    workflow = slack.context.registry.get(about.workflow)
    before = known(slack, about)
    return OpenForm(
        about=about,
        workflow=workflow,
        fields=form_of(form_of_subject(about, workflow), zone=workflow.timezone),
        known=before,
        typed={},
        first_rows={},
        generation=generation,
        listed=listed,
        pages=pages_for(slack, about) if isinstance(about, CardView | BlindView) else (),
    )


def pages_for(slack: SlackContext, view: CardView | BlindView | ComparisonView) -> Sequence[PageView]:
    """Return the pages of a case's documents of which there are pictures. Nobody waits for one to be made.

    A spot check has those without marks.
    """
    workflow = slack.context.registry.get(view.workflow)
    if not isinstance(view, CardView):
        return unmarked_pictures_for(slack.context, view.case, workflow=workflow, documents=view.documents)
    return pictures_for(slack.context, view.review, case=view.case, workflow=workflow, documents=view.documents)


def form_in(slack: SlackContext, about: FormSubject, modal: Modal, *, user: str) -> OpenForm:
    """Return the form that a person has open, with what stands in it."""
    state = modal.state.values
    form = untouched(slack, about, listed=modal.listed, generation=inputs.generation_of(state))
    typed, is_lost = inputs.read(state), False
    draft = draft_in(slack, about, user=user) if modal.rows else None
    for name, shown in modal.rows.items():
        field = next((field for field in form.fields if field.name == name), None)
        if field is None:
            continue
        found = rows_with(field, shown.mark, draft, form.known)
        if found is None:
            is_lost = True
            found = _newest(field, draft, form)
        typed[name] = rows_text(found)
    return _with(form, typed=typed, first_rows={name: one.first for name, one in modal.rows.items()}, is_lost=is_lost)


def rows_with(field: Field, mark: str, draft: Draft | None, known: Mapping[str, str]) -> list[Record] | None:
    """Return the rows with this hash, those of a draft or those that were known before; None where there are none."""
    for text in (*([draft.typed.get(field.name)] if draft is not None else []), known.get(field.name, "")):
        found = rows_in(field, text) if text is not None else None
        if found is not None and rows_mark(found) == mark:
            return found
    return None


def _newest(field: Field, draft: Draft | None, form: OpenForm) -> list[Record]:
    text = draft.typed.get(field.name) if draft is not None and draft.version == version_of(form.about) else None
    return rows_in(field, form.known.get(field.name, "") if text is None else text) or []


def from_draft(form: OpenForm, draft: Draft) -> OpenForm:
    """Return a form with the values of a draft, as far as it still has their fields."""
    return form_with_only(_with(form, typed=draft.typed), form.labels)


def form_with_only(form: OpenForm, names: Collection[str]) -> OpenForm:
    """Return a form with the texts of these fields alone."""
    return _with(form, typed={name: text for name, text in form.typed.items() if name in names})


def typed_in(form: OpenForm, more: Mapping[str, str], *, shown: Mapping[str, int] | None = None) -> OpenForm:
    """Return a form with other texts in some of its fields. `shown`: lists that are turned to a row."""
    return _with(form, typed={**form.typed, **more}, first_rows={**form.first_rows, **(shown or {})}, is_lost=False)


def _with(form: OpenForm, **more: Any) -> OpenForm:  # Any: each name has a type of its own
    return OpenForm(**{**vars(form), **more})


def keep(slack: SlackContext, form: OpenForm, *, user: str, interaction_id: str | None = None) -> None:
    """Keep what stands in a form as the person's draft."""
    about = form.about
    if isinstance(about, PackView):
        of_pack.keep(slack.context, about.id, by=user, typed=form.typed, interaction_id=interaction_id)
        return
    drafts.keep(
        slack.context,
        subject_of(about),
        case=about.case,
        version=version_of(about),
        by=user,
        typed=form.typed,
        interaction_id=interaction_id,
    )


def redrawn(form: OpenForm, *, how: Mapping[str, Any] | None = None) -> View:
    """Draw a form anew with what stands in it. Raise `Refused` where it is too large for Slack.

    `how`: more for `modals.edit_form` or `modals.case_form`.
    """
    drawn = _drawn(_with(form, generation=form.generation + 1), how or {})
    if drawn is None:
        raise Refused("This form is too large for Slack now. What you typed is kept for half an hour.")
    return drawn


def _drawn(form: OpenForm, how: Mapping[str, Any]) -> View | None:
    texts = {**form.known, **form.typed}
    common = {"generation": form.generation, "first_rows": form.first_rows, **how}
    about = form.about
    if isinstance(about, CardView):
        made = modals.edit_form(about, form.fields, texts, listed=form.listed, **common)
    else:
        made = modals.case_form(about, form.fields, texts, listed=form.listed, **common)
    if made is None or isinstance(about, InputView | PackView):
        return made
    return modals.with_documents(made, about, form.pages)


def shown_as_is(form: OpenForm) -> View:
    """Draw a form whose rows were changed elsewhere."""
    return redrawn(form, how={"changed": rows.CHANGED_MEANWHILE})


def edit_form(
    slack: SlackContext,
    view: CardView,
    *,
    user: str,
    listed: Listed | None = None,
    notice: str | None = None,
    changed: FormChanged | None = None,
    generation: int = 0,
) -> View:
    """Return the form of a review, filled with the proposal, or with what the person typed there before.

    `changed`: how the form differs from the one of the proposal, where the person met that. Raise `Refused` where Slack
    cannot hold it.
    """
    form, taken_up = _begun(slack, untouched(slack, view, listed=listed, generation=generation), user=user)
    told = _changed(view, changed) if changed is not None else None
    how = {"notice": notice, "changed": told, "dropped": view.left_over, "taken_up": taken_up}
    drawn = _drawn(form, how)
    if drawn is None:
        raise Refused(f"This form is too large for Slack. Decide it at the command line: countersign edit {view.case}")
    return drawn


def case_form(
    slack: SlackContext,
    view: DeliveredView | InputView | BlindView | PackView,
    *,
    user: str,
    listed: Listed | None = None,
    generation: int = 0,
) -> View:
    """Return the form about a case, filled with what was delivered, proposed or came in, or what the person typed there
    before.

    Raise `Refused` where Slack cannot hold it.
    """
    form, taken_up = _begun(slack, untouched(slack, view, listed=listed, generation=generation), user=user)
    drawn = _drawn(form, {"taken_up": taken_up})
    if drawn is None:
        match view:
            case InputView():
                say = f"countersign rerun {view.case} corrected"
            case BlindView():
                say = f"countersign spot-check {view.case}"
            case DeliveredView():
                say = f"countersign correct {view.case}"
            case PackView():
                say = f"countersign volume-test pack {view.test} --out pack.csv"
        raise Refused(f"This form is too large for Slack. At the command line: {say}")
    return drawn


def _begun(slack: SlackContext, form: OpenForm, *, user: str) -> tuple[OpenForm, datetime | None]:
    """Return a form with what the person typed there before, and the time of that; None where there is nothing."""
    draft = draft_in(slack, form.about, user=user)
    draft = drafts.to_take_up(slack.context, draft, version=version_of(form.about))
    if draft is None:
        return form, None
    form = from_draft(form, draft)
    return form, draft.at if form.changes else None


def _changed(view: CardView, changed: FormChanged) -> str:
    labels = {value.name: value.label for value in view.values}
    what = "; ".join(f"{labels.get(name, name)} {how}" for name, how in changed.errors.items())
    return (
        f"Not approved yet: the form has changed since this was proposed ({what}). The known values are below. "
        f"Look at it, then press {forms.DECIDE}."
    )
