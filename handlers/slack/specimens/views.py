"""Specimens of views: forms, pages and Homes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from handlers.slack.blocks import announced, answers, charter, grid, home, modals, session, spot_check
from handlers.slack.blocks.assignments import assign_form, away_form
from handlers.slack.blocks.cause import ignore_form
from handlers.slack.blocks.digests.bias import looked
from handlers.slack.blocks.digests.course import chosen, paused, to_forward
from handlers.slack.blocks.digests.numbers import definitions
from handlers.slack.blocks.learning import examples
from handlers.slack.blocks.modals import WHY
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import fitted, told
from handlers.slack.blocks.questions import answer_form, question_form
from handlers.slack.blocks.report import report_form
from handlers.slack.ids import Alike, Listed, Shown
from handlers.slack.progress import Progress
from handlers.slack.specimens.bias import BIAS
from handlers.slack.specimens.cases import CASE, ERASED
from handlers.slack.specimens.digests import COURSE, COURSES, REJECTIONS
from handlers.slack.specimens.documents import document_views
from handlers.slack.specimens.forms import (
    BROKEN,
    CHARTER_VIEW,
    FORM,
    LINE,
    LINES,
    OPEN,
    SAMPLE_CHARTER,
    SHARE,
    TYPED,
    UNSIGNED_CHARTER,
)
from handlers.slack.specimens.incoming import hand_in_views
from handlers.slack.specimens.learning.autonomy import autonomy_views
from handlers.slack.specimens.learning.deployments import deployment_views
from handlers.slack.specimens.learning.examples import example_group
from handlers.slack.specimens.learning.review_packs import pack_views
from handlers.slack.specimens.operations import CAUSE
from handlers.slack.specimens.receipts import receipt_views
from handlers.slack.specimens.reviews import (
    ABSENCE,
    AT,
    BLIND,
    CARD,
    CHECKED,
    CHECKS,
    COMPARED,
    DECIDED,
    DOUBT,
    GOING_OUT,
    OTHER,
    QUESTION,
    WHO,
)
from handlers.slack.specimens.specimen import Specimen
from handlers.texts.digests.numbers import DEFINED
from handlers.texts.digests.quality import rejections
from handlers.texts.governance.receipts import RECEIPT, receipt
from handlers.texts.home import UNSURE, no_right
from handlers.texts.learning.examples import HEADING as EXAMPLES
from handlers.texts.operations.explained import EXPLAINED, explained
from handlers.texts.review.forms import Note
from handlers.texts.review.spot_checks import passed_on, told_before
from store.states import (
    FollowUpState,
    Resolution,
    ReviewState,
    RunState,
)
from workflows.documents.document import FileKind, LeftOut, ReadBy
from workflows.documents.refusals import Why
from workflows.engine.declare.charter import Lack, Missing
from workflows.engine.digests.courses.views import CourseView
from workflows.engine.read.explained.explanation_views import (
    ChainLine,
    ChainView,
    DocumentLine,
    ExplanationView,
    OpenFollowUp,
    ValueLine,
)
from workflows.engine.read.home_views import PAGE, Candidates, Decided, HomeView, InHand, Place, Queue
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.alike.views import Bar, GridView, GroupView, PressView, RowResult, RowView, Went
from workflows.engine.review.corrected.views import InputView
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.spot_checks.views import PackPlace
from workflows.engine.review.views import (
    DeliveredView,
    WaitingReview,
    WaitingView,
)
from workflows.engine.text.form_records import rows_text

CHAIN = ChainView(
    above=[
        ChainLine(
            case=3,
            key="order 8841",
            workflow="crawl",
            level=-1,
            state=RunState.DELIVERED,
            resolution=Resolution.BY_PERSON,
            by=WHO,
            at=AT,
            is_corrected=True,
        )
    ],
    below=[
        ChainLine(
            case=21,
            key="T-17",
            workflow="check",
            level=1,
            state=RunState.WAITING,
            resolution=None,
            by=None,
            at=AT,
            is_corrected=False,
        ),
        ChainLine(
            case=22,
            key="T-17",
            workflow="publish",
            level=2,
            state=RunState.DELIVERED,
            resolution=Resolution.ALONE,
            by=None,
            at=AT,
            is_corrected=False,
        ),
    ],
    left_out=190,
    is_cut=False,
    cost=Decimal("0.0421"),
    waiting=[
        OpenFollowUp(workflow="refunds", state=FollowUpState.FAILED, why="the order is unknown"),
        OpenFollowUp(workflow="archive", state=FollowUpState.DUE, why=None),
    ],
)


DOCUMENTS = [
    DocumentLine(
        place=1,
        name="claim.eml",
        kind=FileKind.MAIL,
        size=48_200,
        pages=1,
        read={ReadBy.TEXT: 1},
        has_e_invoice=False,
        left_out=[LeftOut(name="logo.svg", why=Why.OTHER_KIND)],
        attached_to=None,
    ),
    DocumentLine(
        place=2,
        name="scan <!channel>.pdf",
        kind=FileKind.PDF,
        size=1_300_000,
        pages=3,
        read={ReadBy.TEXT: 1, ReadBy.OCR: 1, ReadBy.NOTHING: 1},
        has_e_invoice=True,
        left_out=[],
        attached_to=1,
    ),
]


def _course(name: str) -> CourseView:
    return replace(COURSE, **COURSES[name])


def _explanation(*, erased: bool = False) -> View:
    """A case that a person put right, explained; `erased`: once its content was removed."""
    view = ExplanationView(
        case=CASE,
        decision="Which queue does this ticket go to?",
        about="I was charged twice",
        input={"Text": "I was charged twice"},
        proposal=CASE.newest.proposal,
        review=CASE.newest.review,
        values=[ValueLine(label="Queue", proposed="billing", confidence=0.61, decided="shipping")],
        cost=Decimal("0.0012"),
        milliseconds=1_400,
        chain=CHAIN,
        documents=DOCUMENTS,
    )
    if erased and view.proposal is not None:
        nothing = replace(view.proposal, output={}, reasons=["[content removed]"])
        view = replace(view, case=ERASED, about=CASE.key, input={}, values=[], proposal=nothing, documents=[])
    return modals.told(fitted(partial(explained, view)), about=EXPLAINED)


def views() -> Iterator[Specimen]:
    never = replace(CARD, nevers=["answer a safety report alone"])
    delivered = DeliveredView(
        generation=0,
        case=17,
        key="T-17",
        run=23,
        workflow="triage",
        subject="I was charged twice",
        text="I was charged twice",
        values=TYPED,
    )
    came_in = InputView(
        generation=0,
        case=17,
        key="T-17",
        run=23,
        moves=4,
        workflow="triage",
        subject="I was charged twice",
        text="I was charged twice",
        values=TYPED,
    )
    waits = WaitingReview(
        generation=0,
        review=7,
        version=1,
        workflow="triage",
        key="T-17",
        subject="I was charged twice",
        why=Reason(code=Code.DRAFT),
        answer_by=AT,
    )
    in_hand = InHand(
        review=7,
        version=1,
        workflow="triage",
        subject="I was charged twice",
        state=ReviewState.OPEN,
        correction=True,
        answer_by=AT,
    )
    decided = Decided(
        review=7,
        version=1,
        workflow="triage",
        subject="I was charged twice",
        kind=DecisionKind.APPROVED,
        follows=None,
        at=AT,
        run_state=RunState.HOLDING,
        awaits_second=False,
        undoable=True,
        until=AT + timedelta(minutes=10),
    )
    at_home = HomeView(
        generation=0,
        in_hand=[in_hand] * PAGE,
        all_in_hand=40,
        queues=[Queue(workflow="triage", number=7, corrections=1, oldest=AT, answer_by=AT)] * PAGE,
        all_queues=40,
        waiting=280,
        corrections=40,
        decided=[decided] * PAGE,
        all_decided=40,
        workflows=[f"triage-{number}" for number in range(PAGE)],
        all_workflows=40,
        place=Place(in_hand=PAGE, queues=PAGE, decided=PAGE, charters=PAGE),
        is_new=True,
    )
    candidates = [Candidates(workflow=f"triage-{number} <!channel>", number=120 - number) for number in range(40)]
    at_home = replace(at_home, unsigned=["triage"], samples=["invoice-intake"])
    at_rest = replace(at_home, in_hand=[], all_in_hand=0, queues=[], all_queues=0, waiting=0, decided=[], all_decided=0)
    alone = replace(CHARTER_VIEW, at_least=None, pause=None, nevers=[], may=[], does=["execute"], reviewers=[])
    page = WaitingView(reviews=[waits], first=10, total=37)
    nothing = WaitingView(reviews=[], first=0, total=0)
    empty = replace(CARD, has_proposal=False, values=[])
    reviewing = Listed(progress=Progress().with_decision(DecisionKind.APPROVED, 6).with_skipped(5))
    last = session.Last(
        kind=DecisionKind.APPROVED,
        shown=Shown(id=6, version=1, generation=0),
        key="T-16",
        awaits_second=False,
        can_be_undone=True,
    )
    above = session.news([answers.refused("It is too late.")], last)
    step = session.step(CARD, reviewing, user=WHO, place="7 of 40", above=above)
    form = modals.edit_form(empty, FORM, {}, listed=reviewing)
    assert form is not None  # so small a form fits
    like = GroupView(generation=0, workflow="triage", review=7, version=1, number=12, name="ACME GmbH, booking 4400")
    row = RowView(
        case=7,
        review=7,
        version=1,
        key="T-17",
        subject="Charged twice " * 20,
        values={"Queue": "billing", "Reply": "We look into it. " * 20},
        why=Reason(code=Code.OUT_OF_SCOPE),
        bar=None,
        rules=[],
        claimed_by=None,
        assignee=OTHER,
        answer_by=AT,
    )
    kept = (None, *Bar) * 10
    bars = [
        replace(row, review=number, bar=bar, rules=["answer a safety report alone"] * 9, claimed_by=WHO)
        for number, bar in enumerate(kept)
    ]
    full = GridView(group=like, total=500, first=50, same={"Queue": "billing"}, rows=bars, has_more=True)
    some = Alike(shown=Shown(id=7, version=1, generation=3), rows=[Shown(id=10**11, version=9, generation=3)] * 50)
    went = [
        RowResult(
            review=7, version=1, key="T-17", subject="Charged twice", went=one, by=by, kind="edited", said="No. " * 99
        )
        for one in Went
        for by in (None, WHO)
    ]
    begun = PressView(group=like, number=50, results=went * 5)
    views: Mapping[str, View | None] = {
        "alike, a full page": grid.grid(full, session=reviewing),
        "alike, nothing left": grid.grid(replace(full, rows=[], same={}, first=0, has_more=False)),
        "alike, being approved": grid.pressed(begun, some, others=0, session=reviewing),
        "alike, approved": grid.pressed(replace(begun, is_over=True), some, others=5),
        "alike, all approved": grid.pressed(replace(begun, is_over=True), some, others=0, session=reviewing),
        "waiting, with cases that are alike": modals.waiting_list(page, listed=Listed(), groups=[like] * 5),
        "home, with cases that are alike": home.home(
            replace(at_home, groups=[like] * 5), may_decide=["triage"], is_tour_read=False
        ),
        "session, a step with its like": session.step(
            replace(CARD, alike=12), reviewing, user=WHO, place="7 of 40", above=above
        ),
        "review, opened from its like": modals.review(replace(CARD, alike=12), listed=Listed(alike=7, first=50)),
        "session, a step": step,
        "session, a rule to confirm": session.step(never, reviewing, user=WHO, place="7 of 40", above=[], rules=BROKEN),
        "session, an empty form": session.placed(form, "7 of 40", above),
        "session, edit": modals.edit_form(CARD, FORM, TYPED, listed=reviewing),
        "session, reject": modals.rejection_form(CARD, listed=reviewing),
        "session, at its end": session.ended(reviewing, above, [(DecisionKind.APPROVED, "T-16")]),
        "session, not recorded": session.going_on(modals.told(answers.refused("You may not.")), reviewing),
        "edit": modals.edit_form(CARD, FORM, TYPED),
        "edit, an empty form": modals.edit_form(empty, FORM, {}),
        "edit, a rule to confirm": modals.edit_form(never, FORM, TYPED, broken=BROKEN, notice="Recorded."),
        "edit, the form changed": modals.edit_form(
            CARD, FORM, TYPED, changed="The form changed.", dropped={"priority": "high"}, redrawn=["Reply"]
        ),
        "rule met": modals.rule_met(never, BROKEN),
        "correct": modals.case_form(delivered, FORM, TYPED),
        "correct, the form changed": modals.case_form(
            delivered,
            FORM,
            {**TYPED, WHY: "wrong"},
            generation=1,
            changed="The form changed.",
            dropped={"priority": "high"},
        ),
        "correct, rows that were changed": modals.case_form(
            delivered,
            FORM,
            {**TYPED, "reply": "It is on its way.", "lines": rows_text([{**LINE, "number": 3}, LINE])},
            generation=2,
            notes={"lines": [Note(text="Too many rows.")], "": [Note(text="They do not add up.")]},
            taken_up=AT,
        ),
        "correct, a row": modals.row_form(delivered, LINES, LINE, opened=OPEN, number=2, before=LINE),
        "correct, a row in its place": modals.row_form(
            delivered, LINES, {}, opened=replace(OPEN, is_alone=True), number=0
        ),
        "input": modals.case_form(came_in, FORM, {**TYPED, "reply": "It is on its way.", WHY: "it was wrong"}),
        "input, a row": modals.row_form(came_in, LINES, LINE, opened=OPEN, number=2, before=LINE),
        "spot check": modals.case_form(BLIND, FORM, {}, listed=Listed(first=2)),
        "spot check, of a pack": modals.case_form(
            replace(BLIND, pack=PackPlace(number=40, left=12)), FORM, {}, listed=Listed(first=2)
        ),
        "spot check, a row": modals.row_form(BLIND, LINES, {}, opened=OPEN, number=0, listed=Listed(first=2)),
        "spot check, both answers": spot_check.grade_form(COMPARED, Listed(first=2)),
        "spot check, for a second person": spot_check.grade_form(
            replace(COMPARED, is_second=True, differences=[*COMPARED.differences] * 40),
            Listed(first=2),
            news=[told(told_before(CHECKED))],
        ),
        "spot check, not kept": spot_check.going_on(modals.told(answers.refused("You may not.")), Listed(first=2)),
        "spot check, none left": spot_check.ended(Listed(first=2), news=[told(passed_on("T-16"))]),
        "session, at its end, with spot checks": session.ended(reviewing, above, [], checks=CHECKS),
        "spot check, left to others": spot_check.ended(Listed(first=5), for_others=3),
        "home, with spot checks": home.home(at_home, may_decide=["triage"], is_tour_read=True, checks=CHECKS),
        "reject": modals.rejection_form(CARD),
        "reject, with reasons to choose from": modals.rejection_form(CARD, reasons=["Not ours", "A duplicate"]),
        "row": modals.row_form(CARD, LINES, LINE, opened=OPEN, number=2, before=LINE),
        "ask the source": question_form(CARD, metadata="7.1"),
        "report wrong": report_form("7.1"),
        **hand_in_views(),
        **document_views(),
        **autonomy_views(),
        **deployment_views(),
        **pack_views(),
        "ignore a cause": ignore_form(CAUSE),
        "a course chosen": chosen(_course("hold"), may_pause=True, is_paused=False),
        "to stop, may pause": chosen(_course("stop"), may_pause=True, is_paused=False),
        "to stop, may not pause": chosen(_course("stop"), may_pause=False, is_paused=False),
        "to stop, paused": paused(_course("stop")),
        "a text to forward": to_forward(COURSE),
        "reasons of rejections": modals.told(fitted(partial(rejections, REJECTIONS))),
        "no reasons of rejections any more": modals.told(
            fitted(partial(rejections, replace(REJECTIONS, rejections=[], more=0)))
        ),
        "answer for the source": answer_form(replace(CARD, state=ReviewState.ASKED, questions=[QUESTION])),
        "reject, without a proposal": modals.rejection_form(empty, can_propose=False),
        "review": modals.review(CARD, listed=Listed()),
        "review, decided": modals.review(replace(CARD, **DECIDED), notice=answers.correction_waits(17)),
        "details": modals.details(never),
        "look": modals.doubt(DOUBT),
        "goes out by itself": announced.going_out(GOING_OUT, listed=Listed()),
        "nothing goes out by itself": announced.going_out(replace(GOING_OUT, lines=[], total=0), listed=Listed()),
        "waiting": modals.waiting_list(page, listed=Listed(first=10)),
        "waiting, nothing": modals.waiting_list(nothing, listed=Listed()),
        "told": modals.told(answers.refused("The form changed."), typed={"Queue": "billing"}),
        "home, full": home.home(at_home, may_decide=["triage"], is_tour_read=False),
        "home, with all that there may be": home.home(
            replace(at_home, groups=[like] * 5, candidates=candidates),
            may_decide=["triage"],
            is_tour_read=False,
            checks=replace(CHECKS, packed=0),
        ),
        "examples, from a Home": modals.told(examples.group(**example_group(4)), about=EXAMPLES),
        "home, nothing waits": home.home(at_rest, may_decide=[], is_tour_read=True),
        "home, away": home.home(
            replace(at_home, absence=ABSENCE, in_hand=[replace(in_hand, is_claimed=False)]),
            may_decide=["triage"],
            is_tour_read=False,
        ),
        "home, away later": home.home(
            replace(at_rest, absence=replace(ABSENCE, has_begun=False, delegate=None)),
            may_decide=["triage"],
            is_tour_read=True,
        ),
        "assign": assign_form(CARD, away=[ABSENCE], metadata="7.1 - 0", shown="7.1"),
        "assign anew": assign_form(replace(CARD, assignee=WHO), away=[], metadata="7.1 - 1", shown="7.1"),
        "away": away_form(None, since=None, until=None, zone="Europe/Berlin", metadata="0.0.0.0.0"),
        "away, changed": away_form(
            ABSENCE, since=AT.date(), until=AT.date(), zone="Europe/Berlin", metadata="0.0.0.0.0"
        ),
        "home, no right": home.told(no_right(["S0123456789", WHO]), is_tour_read=False),
        "home, unsure": home.told(UNSURE, is_tour_read=False),
        "explained": _explanation(),
        "explained, its content removed": _explanation(erased=True),
        "charter": charter.page(CHARTER_VIEW, may_sign=True),
        "charter, to sign": charter.page(UNSIGNED_CHARTER, may_sign=True),
        "charter, another's to sign": charter.page(UNSIGNED_CHARTER, may_sign=False),
        "charter, a share of the cases": charter.page(
            replace(CHARTER_VIEW, share=SHARE), may_sign=True, may_widen=True, generation=3
        ),
        "charter, just signed": charter.page(CHARTER_VIEW, may_sign=True, was_signed=True),
        "charter, a sample": charter.page(SAMPLE_CHARTER, may_sign=True),
        "charter, without evidence": charter.page(replace(UNSIGNED_CHARTER, lacks=list(Lack)), may_sign=True),
        "charter, signed all the same": charter.exception_form(
            replace(UNSIGNED_CHARTER, lacks=list(Lack)), Shown(id=10**11, version=9, generation=3)
        ),
        "charter, not complete": charter.page(replace(UNSIGNED_CHARTER, missing=list(Missing)), may_sign=True),
        "a look at a digest": looked(BIAS, None),
        "a look at a digest, with a note": looked(BIAS, "It is the new price list."),
        **{
            f"receipt, {name}": modals.told(fitted(partial(receipt, one)), about=RECEIPT)
            for name, one in receipt_views().items()
        },
        "business numbers, what they are": modals.told(definitions(), about=DEFINED),
        "charter, a person decides": charter.page(alone, may_sign=False),
    }
    for name, view in views.items():
        assert view is not None, name  # each of these small forms fits
        yield Specimen(name=f"form, {name}", view=view)
