"""Earned autonomy, as specimens are drawn from: the question in each step and each outcome, certificates, and news."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.slack.blocks.learning.autonomy import May, certificate, news, page, question, taking_back
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.specimens.reviews import AT, OTHER, WHO
from store.states import Level
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.quality.autonomy.codes import End, Held, News
from workflows.quality.autonomy.views import (
    Answered,
    Became,
    CertificateView,
    CurvePoint,
    EpochLine,
    Hours,
    LedgerView,
    Need,
    NeedKind,
    NewsView,
    QuestionView,
    Reach,
    Step,
)

_DRAFT = Reach(level=Level.DRAFT, floor=None, share=None)
_SHADOW = Reach(level=Level.SHADOW, floor=None, share=None)
_LESS = Reach(level=Level.GUARDED, floor=0.91, share=0.62, place=4)
_MORE = Reach(level=Level.GUARDED, floor=0.86, share=0.71, place=6)
_ANNOUNCED = Reach(level=Level.VETO, floor=0.91, share=0.62, place=4)
_CURVE = [
    CurvePoint(floor=0.98, share=0.3, looked_at=71, errors=0, wrong=0.0, at_most=0.037),
    CurvePoint(floor=0.96, share=0.4, looked_at=93, errors=0, wrong=0.004, at_most=0.036),
    CurvePoint(floor=0.94, share=0.5, looked_at=118, errors=1, wrong=0.009, at_most=0.036),
    CurvePoint(floor=0.91, share=0.62, looked_at=140, errors=2, wrong=0.014, at_most=0.041),
    CurvePoint(floor=0.86, share=0.71, looked_at=158, errors=4, wrong=0.026, at_most=0.057),
    CurvePoint(floor=0.7, share=0.85, looked_at=187, errors=9, wrong=0.048, at_most=0.083),
    CurvePoint(floor=0.3, share=1.0, looked_at=214, errors=21, wrong=0.098, at_most=0.137),
]
QUESTION = QuestionView(
    epoch=5,
    change=3,
    generation=0,
    workflow="support-triage",
    owner=WHO,
    backup=OTHER,
    version=4,
    step=Step.ALONE,
    now=_DRAFT,
    then=_LESS,
    wrong=0.05,
    sure=0.9,
    looked_at=214,
    errors=21,
    cases_a_week=290,
    checks_a_week=9,
    hours=Hours(now=18.6, then=27.4),
    why_no_hours=None,
    veto=None,
    curve=_CURVE,
)
_LET = Answered(became=Became.LET, by=WHO, at=AT + timedelta(hours=2), reach=_LESS)
QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "alone": {},
    "without a baseline": {"hours": None, "why_no_hours": WhyNotFreed.NO_BASELINE},
    "without timed decisions": {"hours": None, "why_no_hours": WhyNotFreed.NOT_MEASURED, "checks_a_week": None},
    "more": {"step": Step.WIDEN, "now": _LESS, "then": _MORE, "looked_at": 1_204, "errors": 31},
    "announced": {"step": Step.ANNOUNCE, "then": _ANNOUNCED, "veto": timedelta(minutes=30)},
    "no longer announced": {"now": _ANNOUNCED, "veto": timedelta(minutes=30)},
    "shown": {"step": Step.SHOW, "now": _SHADOW, "then": _DRAFT, "errors": 8, "curve": [], "checks_a_week": None},
    "of an unknown share": {"then": replace(_LESS, share=None), "curve": [], "wrong": 0.025, "cases_a_week": None},
    "let": {"answered": _LET, "now": _LESS},
    "not now": {"answered": replace(_LET, became=Became.LEFT, reach=_DRAFT)},
    "changed": {"answered": replace(_LET, became=Became.CHANGED, by=None, at=None, reach=_DRAFT)},
    "over": {"answered": replace(_LET, became=Became.ENDED, by=None, reach=None)},
    "hostile": {"workflow": "a" * 100, "wrong": 0.001, "looked_at": 10_000_000, "cases_a_week": 1e9},
}
"""States of the question -> what differs from the first one."""
_NOW = EpochLine(
    number=5,
    version=4,
    wrong=0.05,
    sure=0.9,
    reach=_LESS,
    looked_at=380,
    errors=24,
    alone=1_204,
    unjudged=31,
    allowed_by=WHO,
    allowed_at=AT - timedelta(days=20),
    began_at=AT - timedelta(days=41),
    ended_at=None,
    end=None,
)
_BEFORE = replace(
    _NOW,
    number=4,
    version=3,
    looked_at=640,
    errors=52,
    alone=936,
    reach=_MORE,
    began_at=AT - timedelta(days=160),
    ended_at=AT - timedelta(days=41),
    end=End.REPLACED,
)
_FELL = replace(
    _BEFORE, number=3, ended_at=AT - timedelta(days=160), began_at=AT - timedelta(days=200), end=End.DEMOTED
)
LEDGER = LedgerView(alone=2_140, until=None, looked_at=107, errors=2, undrawn=0, least=0.05, sure=0.9, most_wrong=118)
CERTIFICATE = CertificateView(
    workflow="support-triage",
    owner=WHO,
    backup=OTHER,
    generation=0,
    at=AT,
    wrong=0.05,
    sure=0.9,
    by_itself=False,
    veto=None,
    spot_checks=0.05,
    epoch=5,
    change=4,
    now=_NOW,
    permitted=_MORE,
    step=Step.WIDEN,
    held=None,
    needs=[Need(kind=NeedKind.LET)],
    checks_a_week=9.0,
    ledger=LEDGER,
    lines=[_NOW, _BEFORE, _FELL],
    more=0,
    curve=_CURVE,
)
_NOTHING_ALONE = replace(LEDGER, alone=0, looked_at=0, errors=0, least=None, most_wrong=None)
_FIRST = replace(_NOW, number=1, version=1, reach=_DRAFT, looked_at=140, errors=9, alone=0, allowed_by=None)
CERTIFICATES: Mapping[str, Mapping[str, Any]] = {
    "may go further": {},
    "as far as it goes": {"permitted": None, "step": None, "needs": [Need(kind=NeedKind.NOTHING)]},
    "draft": {
        "now": _FIRST,
        "permitted": None,
        "step": None,
        "needs": [Need(kind=NeedKind.LOOK, number=60), Need(kind=NeedKind.RIGHT, number=74)],
        "ledger": _NOTHING_ALONE,
        "lines": [_FIRST],
        "curve": [],
        "checks_a_week": None,
    },
    "shadow": {
        "now": replace(_FIRST, reach=_SHADOW),
        "permitted": None,
        "step": None,
        "needs": [Need(kind=NeedKind.COMPARE, number=60)],
        "ledger": _NOTHING_ALONE,
        "curve": [],
    },
    "held": {"held": Held.BEHIND, "needs": [Need(kind=NeedKind.CHECKS)], "permitted": None, "step": None},
    "no version": {
        "epoch": None,
        "now": None,
        "lines": [],
        "permitted": None,
        "step": None,
        "needs": [Need(kind=NeedKind.VERSION)],
        "ledger": replace(_NOTHING_ALONE, undrawn=12),
        "curve": [],
    },
    "many versions": {"lines": [replace(_BEFORE, number=number) for number in range(20, 0, -1)], "more": 31},
}
"""States of a certificate -> what differs from the first one."""
NEWS = NewsView(
    news=News.DEMOTED,
    workflow="support-triage",
    owner=WHO,
    generation=0,
    version=4,
    at=AT,
    wrong=0.05,
    errors=3,
    checks=41,
    cases=[1017, 988, 940],
    alone_since=212,
    packed=200,
    needed=200,
)
NEWS_OF: Mapping[str, Mapping[str, Any]] = {
    "demoted": {},
    "withdrawn": {
        "news": News.WITHDRAWN,
        "by": OTHER,
        "reason": "The product changed; *refunds* <!channel> go elsewhere.",
        "reach": _DRAFT,
        "packed": 0,
    },
    "narrowed": {"news": News.NARROWED, "reach": _LESS, "packed": 0, "needed": None},
    "held": {"news": News.HELD, "behind": 12, "days": 2, "packed": 0, "needed": None},
    "held, over": {"news": News.HELD, "behind": 1, "days": 2, "is_over": True, "packed": 0, "needed": None},
    "unannounced": {"news": News.UNANNOUNCED, "reach": _DRAFT, "packed": 0, "needed": None},
    "restored": {"news": News.RESTORED, "reach": _DRAFT, "packed": 0, "needed": None},
    "free": {"news": News.FREE, "reach": _LESS, "packed": 0, "needed": None},
}
"""News -> what differs from a demotion."""
_ALL = May(let=True, take_back=True)


def autonomy_messages() -> Iterator[tuple[str, Drawn]]:
    """Yield each message, by name."""
    for name, other in QUESTIONS.items():
        yield f"more alone, {name}", question(replace(QUESTION, **other))
    for name, other in CERTIFICATES.items():
        yield f"certificate, {name}", certificate(replace(CERTIFICATE, **other), may=_ALL)
    yield "certificate, for anybody", certificate(CERTIFICATE, may=May())
    for name, other in NEWS_OF.items():
        yield f"autonomy, {name}", news(replace(NEWS, **other))


def autonomy_views() -> Mapping[str, View]:
    """Return the pages and forms, by name."""
    return {
        "certificate": page(CERTIFICATE, may=_ALL),
        "certificate, let": page(replace(CERTIFICATE, permitted=None, step=None), may=_ALL, first="You allowed it."),
        "take it back": taking_back(CERTIFICATE),
    }
