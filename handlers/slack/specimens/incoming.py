"""Specimens of cases that come as messages: the forms in which people hand them in, and what threads are told."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from handlers.slack.blocks import modals
from handlers.slack.blocks.hand_in import choice_form, input_form
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import fitted, told
from handlers.slack.ids import Handing
from handlers.slack.specimens.forms import FORM
from handlers.slack.specimens.reviews import AT, CHANNEL, WHO
from handlers.texts import incoming
from handlers.texts.documents import files
from store.states import Resolution, RunState
from workflows.documents.refusals import Why
from workflows.engine.sources.heard.views import (
    Answer,
    AnsweredNote,
    FileProblem,
    FilesRefusedNote,
    HandedInView,
    MessageFailedNote,
    NoFile,
    OutcomeNote,
    QuestionNote,
    TakenInNote,
)
from workflows.engine.text.form_fields import Field, Kind

_HANDING = Handing(workflow="triage", place="C0INBOX/1700000000.000100", author=WHO)
_OUTCOME = OutcomeNote(
    workflow="triage",
    case=17,
    state=RunState.DELIVERED,
    resolution=Resolution.BY_PERSON,
    values={"Queue": "billing", "Reply": "We look into it."},
    is_by_person=True,
    reason=None,
    is_correction=False,
)
_CLOSED = replace(_OUTCOME, state=RunState.CLOSED, values={})
_ASKED = QuestionNote(case=17, workflow="triage", text="Which order?", answer_by=AT, is_in_thread=True)
_FAILED = MessageFailedNote(workflow="triage", channel=CHANNEL, sent_at=AT, error="KeyError", number=1)
_PROBLEMS = [FileProblem(place=place, why=why) for place, why in enumerate((*Why, *NoFile), 1)]
_REFUSED = FilesRefusedNote(
    workflow="triage",
    problems=[FileProblem(place=1, why=Why.ENCRYPTED, field="invoice")],
    files=1,
    is_message=True,
    labels={"invoice": "Invoice <!channel>"},
)
_DONE = HandedInView(workflow="triage", case=17, is_new=True, is_revision=False, is_told_in_thread=True)
_FILES = [
    Field(name="invoice", label="Invoice", kind=Kind.DOCUMENT, required=True, help="As it came"),
    Field(name="photos", label="Photos", kind=Kind.DOCUMENTS, required=False, most=3),
]
_FROM_MESSAGE = files.from_message(["rechnung <!channel>.pdf", ""])
_OUTCOMES: Mapping[str, OutcomeNote] = {
    "delivered": _OUTCOME,
    "delivered, much": replace(_OUTCOME, values={f"Field {number}": "x" * 400 for number in range(9)}),
    "alone": replace(_OUTCOME, resolution=Resolution.ALONE, is_by_person=False),
    "corrected": replace(_OUTCOME, is_correction=True),
    "lapsed": replace(_OUTCOME, resolution=Resolution.LAPSED, is_by_person=False),
    "rejected": replace(_CLOSED, resolution=Resolution.REJECTED, reason="Not ours"),
    "expired": replace(_CLOSED, resolution=Resolution.EXPIRED, is_by_person=False),
    "failed": replace(_OUTCOME, state=RunState.FAILED, values={}, is_by_person=False),
    "in doubt": replace(_OUTCOME, state=RunState.DOUBTFUL, values={}, is_by_person=False),
}
NOTES: Mapping[str, Drawn] = {
    **{f"outcome, {name}": fitted(partial(incoming.outcome, one)) for name, one in _OUTCOMES.items()},
    "taken in": told(incoming.taken_in(TakenInNote(workflow="triage", case=17, is_revision=False))),
    "taken in, a revision": told(incoming.taken_in(TakenInNote(workflow="triage", case=17, is_revision=True))),
    "asked in a thread": fitted(lambda room: incoming.question(_ASKED, room)),
    "asked by a direct message": fitted(lambda room: incoming.question(replace(_ASKED, is_in_thread=False), room)),
    "an answer was taken": told(incoming.answered(AnsweredNote(case=17, answer=Answer.TAKEN))),
    "an answer was too long": told(incoming.answered(AnsweredNote(case=17, answer=Answer.TOO_LONG))),
    "an answer was files alone": told(incoming.answered(AnsweredNote(case=17, answer=Answer.NO_WORDS))),
    "a file was refused": told(files.refused(_REFUSED)),
    "files were refused": told(files.refused(replace(_REFUSED, problems=_PROBLEMS, files=19))),
    "a form's file was refused": told(files.refused(replace(_REFUSED, is_message=False, misfits=["Number"]))),
    "a message failed": told(incoming.failed(_FAILED)),
    "messages failed": told(incoming.failed(replace(_FAILED, number=1_200))),
}


def hand_in_views() -> Mapping[str, View]:
    """Return the forms."""
    typed = {"queue": "billing", "lines": "Paper | 2 | 9.80"}
    form = input_form(FORM, typed, _HANDING)
    warned = input_form(FORM, typed, _HANDING, generation=1, told=[incoming.NOT_FILLED_IN])
    assert form is not None
    assert warned is not None
    with_files = input_form(_FILES, {}, replace(_HANDING, files=("F0A", "F0B")), files={"invoice": _FROM_MESSAGE})
    assert with_files is not None
    text = "I was charged twice <!channel>\n" * 200
    return {
        "hand in": form,
        "hand in, not filled in": warned,
        "hand in, files": with_files,
        "hand in, files being read": modals.told(
            told(files.being_read("triage", is_told_in_thread=False)), about=files.BEING_READ
        ),
        "hand in, choose": choice_form(["triage", "refunds"], replace(_HANDING, workflow=None), text=text),
        "hand in, choose, no message": choice_form(["triage", "refunds"], Handing(), text=None),
        "handed in": modals.told(told(incoming.handed_in(_DONE)), about=incoming.DONE),
        "handed in, a duplicate": modals.told(
            told(incoming.handed_in(replace(_DONE, is_new=False))), about=incoming.DONE
        ),
        "handed in, a revision": modals.told(
            told(incoming.handed_in(replace(_DONE, is_new=False, is_revision=True, is_told_in_thread=False))),
            about=incoming.DONE,
        ),
    }
