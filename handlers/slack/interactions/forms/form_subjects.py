"""The subject of a form: a review, a delivery to correct, an input to put right, a case to answer blind or to judge."""

from collections.abc import Callable

from pydantic import BaseModel

from handlers.slack.blocks.modals import shown_of
from handlers.slack.context import SlackContext
from handlers.slack.ids import Shown
from handlers.slack.interactions.decisions import admitted, is_stale
from handlers.slack.interactions.subjects import read_shown, read_workflow
from handlers.slack.payloads import Click, Search, Submission
from handlers.slack.readings import note_reading
from store.subjects import Subject, SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.engine.review import refusals
from workflows.engine.review.cards import place_of_case
from workflows.engine.review.corrected.corrected_inputs import input_view
from workflows.engine.review.corrected.views import InputView
from workflows.engine.review.spot_checks.looks import blind_view, spot_check_view
from workflows.engine.review.spot_checks.views import BlindView, SpotCheckView
from workflows.engine.review.views import CardView, DeliveredView, WhyRefused
from workflows.engine.review.wrong.corrections import delivered_view
from workflows.quality.volume import judging
from workflows.quality.volume.views import PackView

FormSubject = CardView | DeliveredView | InputView | BlindView | PackView
JUDGES = "judge"
"""The act of judging a case of a review pack, for the audit of refusals."""


def admitted_to_fill_in(slack: SlackContext, acted: Click | Search | Submission) -> FormSubject:
    """Return the present state of what a form is about. Raise `Refused` where the person may not; that is audited."""
    if acted.view is None:
        raise Refused("This button is from another version of Countersign and no longer works.")
    if acted.view.is_correction:
        return admitted_to_correct(slack, acted, acted.view.shown)
    if acted.view.is_of_input:
        return admitted_to_correct_input(slack, acted, acted.view.shown)
    if acted.view.is_spot_check:
        return admitted_to_answer(slack, acted, acted.view.shown)
    if acted.view.is_of_pack:
        return admitted_to_judge(slack, acted, acted.view.shown)
    return admitted(slack, acted, acted.view.shown)


def admitted_to_judge(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> PackView:
    """Return a case of a review pack that waits, for somebody who may judge it. Raise `Refused`, which is audited."""
    workflow = may_judge(slack, acted, shown, lambda: judging.place_of(slack.context, shown.id).workflow)
    with slack.watched_of_workflow(workflow.name, by=acted.user.id, wants=JUDGES):
        return judging.pack_view(slack.context, shown.id, by=acted.user.id)


def may_judge(
    slack: SlackContext, acted: Click | Search | Submission, shown: Shown, workflow_of: Callable[[], str]
) -> AnyWorkflow:
    """Return the workflow of a review pack, for somebody who may read and decide its cases.

    `workflow_of`: returns its name. Raise `Refused`, which is audited.
    """
    return read_workflow(slack, acted, shown, workflow_of, right=slack.rights.decide, wants=JUDGES)


def note_form_reading(slack: SlackContext, about: FormSubject, *, by: str) -> None:
    """Note that a person reads a case in its form. Of a review pack that was recorded when they got the case."""
    if not isinstance(about, PackView):
        note_reading(slack, about.case, by=by, way=_way_of(about))


def admitted_to_answer(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> BlindView:
    """Return the case of a spot check, for somebody who may look at it blind. Raise `Refused`, which is audited."""
    check = admitted_to_look(slack, acted, shown)
    with slack.watched(check.case, by=acted.user.id, wants="spot_check"):
        return blind_view(slack.context, check.check, by=acted.user.id)


def admitted_to_look(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> SpotCheckView:
    """Return a spot check, without any answer, for somebody who may decide its workflow's cases.

    Raise `Refused`, which is audited.
    """
    user, wants = acted.user.id, "spot_check"
    view = read_shown(slack, acted, shown, SubjectKind.SPOT_CHECK, spot_check_view, wants=wants)
    with slack.discreet(view.workflow, acted.channel), slack.watched(view.case, by=user, wants=wants):
        slack.rights.decide(user, slack.context.registry.get(view.workflow))
    return view


def admitted_to_correct(slack: SlackContext, acted: Click | Search | Submission, delivered: Shown) -> DeliveredView:
    """Return the present delivery of a case, for somebody who may read it. Raise `Refused`, which is audited."""
    user = acted.user.id
    place = read_shown(slack, acted, delivered, SubjectKind.CASE, place_of_case, wants="correct")
    with slack.discreet(place.workflow, acted.channel), slack.watched(place.case, by=user, wants="correct"):
        slack.rights.read(user, slack.context.registry.get(place.workflow))
    return delivered_view(slack.context, delivered.id)


def admitted_to_correct_input(slack: SlackContext, acted: Click | Search | Submission, shown: Shown) -> InputView:
    """Return the present input of a case, for somebody who may run it again. Raise `Refused`, which is audited."""
    user, wants = acted.user.id, "correct_input"
    place = read_shown(slack, acted, shown, SubjectKind.CASE, place_of_case, wants=wants)
    with slack.discreet(place.workflow, acted.channel), slack.watched(place.case, by=user, wants=wants):
        slack.rights.rerun(user, slack.context.registry.get(place.workflow))
    return input_view(slack.context, shown.id)


def form_of_subject(about: FormSubject, workflow: AnyWorkflow) -> type[BaseModel]:
    """Return the model that a form is drawn from: the workflow's input, or its output."""
    return workflow.input if isinstance(about, InputView) else workflow.output


def has_moved_on(about: FormSubject, shown: Shown) -> bool:
    """Tell whether what a form is about changed since the person saw it."""
    return is_stale(about, shown) if isinstance(about, CardView) else version_of(about) != shown.version


def too_late(slack: SlackContext, about: FormSubject, *, by: str) -> Refused:
    """Note in the audit that a person comes too late, and return the error that says so."""
    if isinstance(about, DeliveredView):
        refusals.note(slack.context, about.case, by=by, wanted="correct", why=WhyRefused.TOO_LATE)
        return Refused("Something else was delivered after this was shown. Look at the newest card.")
    if isinstance(about, InputView):
        refusals.note(slack.context, about.case, by=by, wanted="correct_input", why=WhyRefused.TOO_LATE)
        return Stale("the case moved on since this was shown, and nothing was changed; look at it again")
    if isinstance(about, BlindView):
        refusals.note(slack.context, about.case, by=by, wanted="spot_check", why=WhyRefused.TOO_LATE)
        return Stale("this spot check changed since it was shown, and nothing was recorded; look at it again")
    if isinstance(about, PackView):
        return Stale("this case changed since it was shown, and nothing was recorded")
    refusals.note_of_review(slack.context, about.review, by=by, wanted="open", why=WhyRefused.TOO_LATE)
    return Stale("the review moved on")


def subject_of(about: FormSubject) -> Subject:
    """Return what a draft in a form is about. That of an input is about its run: a case has one of a correction."""
    if isinstance(about, InputView):
        return SubjectKind.RUN.of(about.run)
    if isinstance(about, BlindView):
        return SubjectKind.SPOT_CHECK.of(about.check)
    if isinstance(about, PackView):
        raise AssertionError("what is typed about a case of a review pack stands in its row")
    kind = SubjectKind.CASE if isinstance(about, DeliveredView) else SubjectKind.REVIEW
    return kind.of(shown_of(about).id)


def version_of(about: FormSubject) -> int:
    """Return the version that a draft in a form is of: the review's, the run that delivered the case, or its moves."""
    return shown_of(about).version


def _way_of(about: CardView | DeliveredView | InputView | BlindView) -> Way:
    """Return the way in which a person reads a case in its form."""
    match about:
        case InputView():
            return Way.INPUT_FORM
        case BlindView():
            return Way.SPOT_CHECK
        case CardView() | DeliveredView():
            return Way.FORM
