"""Cases of a review pack, and news of volume tests, as specimens are drawn from."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.learning import review_pack as blocks
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Listed, Shown
from handlers.slack.specimens.forms import FORM, LINES, OPEN
from handlers.texts.learning import review_packs as texts
from workflows.engine.reasons import Code
from workflows.engine.review.views import DocumentView
from workflows.quality.volume.packs import Why
from workflows.quality.volume.views import News, PackState, PackView, Verdict, VolumeNote

_LONG = "My kettle broke. <!channel> <https://evil.example|https://bank.example> "
PACKED = PackView(
    generation=0,
    id=10**11,
    test=10**9,
    place=99_999,
    workflow="triage",
    question="Which queue?",
    subject="<@U0MARIA> " + "s" * 300,
    text=_LONG * 200,
    fields=FORM,
    values={field.name: "" if field.columns or field.choices else "v" * 2_900 for field in FORM},
    has_proposal=True,
    confidence=0.62,
    why=Why.LOW,
    code=None,
    reasons=[*Code, "<!channel> " + "c" * 90],
    floor=0.85,
    documents=[
        DocumentView(name="<!channel> " + "d" * 300, sha256="a" * 64, place=place, pages=1_000)
        for place in range(1, 30)
    ],
)
_FAILED = replace(PACKED, has_proposal=False, values={}, confidence=None, why=Why.ERROR, code="RuntimeError")
_STATE = PackState(generation=0, test=3, workflow="w" * 100, tried=True, removed=False, packed=100_000, waiting=99_999)
_TRIED = VolumeNote(
    news=News.TRIED,
    generation=0,
    test=3,
    workflow="w" * 100,
    tried=100_000,
    failed=99_999,
    packed=100_000,
    verdict=None,
    may_judge=True,
)


def pack_messages() -> Iterator[tuple[str, Drawn]]:
    """Yield the answers to a command, and the news, by name."""
    yield "review pack, waits", blocks.waiting(_STATE, may_judge=True)
    yield "review pack, waits for others", blocks.waiting(replace(_STATE, waiting=1), may_judge=False)
    yield "review pack, its report follows", told(texts.reporting(_STATE))
    yield "volume test, under way", told(texts.is_tried(_STATE))
    yield "review packs in the status", told(texts.in_status({3: 212, 4: 1}))
    yield "volume test, ended", blocks.note(_TRIED)
    yield "volume test, ended without a pack", blocks.note(replace(_TRIED, packed=0, failed=0, may_judge=False))
    for verdict in Verdict:
        yield f"volume test, judged: {verdict}", blocks.note(replace(_TRIED, news=News.JUDGED, verdict=verdict))


def pack_views() -> Mapping[str, View]:
    """Return the pages and forms of a session through a review pack, by name."""
    listed, after = Listed(first=16), Shown(id=3, version=17, generation=0)
    form, empty = (modals.case_form(one, FORM, one.values, listed=listed) for one in (PACKED, _FAILED))
    assert form is not None
    assert empty is not None
    judged = [told(texts.judged(17, is_right=True))]
    state = replace(_STATE, waiting=0)
    return {
        "review pack, a case": blocks.step(PACKED, listed, place="99,999 of 100,000", news=judged),
        "review pack, a case too large": blocks.step(_FAILED, listed, place="1 of 2", too_large="It is too large."),
        "review pack, form": blocks.placed(form, place="17 of 212", news=[]),
        "review pack, empty form": blocks.placed(empty, place="17 of 212", news=[told(texts.skipped(16))]),
        "review pack, a row": modals.row_form(PACKED, LINES, {}, opened=OPEN, number=0, listed=listed),
        "review pack, whole case": modals.whole_packed(PACKED),
        "review pack, all judged": blocks.ended(state, listed, news=judged),
        "review pack, some left": blocks.ended(_STATE, listed, news=[told(texts.not_judged("it was judged"))]),
        "review pack, removed": blocks.ended(replace(_STATE, removed=True), Listed()),
        "review pack, not kept": blocks.going_on(modals.told(answers.refused("You may not.")), after, listed),
    }
