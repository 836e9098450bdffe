"""Bias digests for the specimens: with a difference, with few cases, and without a segment."""

from dataclasses import replace
from datetime import UTC, date, datetime

from handlers.slack.specimens.reviews import OTHER, WHO
from workflows.engine.digests.bias.views import (
    BiasFigures,
    Difference,
    EarlierDigest,
    EarlierMonth,
    GroupFigures,
    GroupKind,
    Look,
    RateName,
    SegmentFigures,
)
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.estimates import Estimate
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

_MONTHS = [
    EarlierMonth(last=date(2026, 9, 30), to_person=0.41, edited=0.19, wrong=None),
    EarlierMonth(last=date(2026, 10, 31), to_person=0.44, edited=0.24, wrong=0.012),
]
_DE = GroupFigures(
    kind=GroupKind.NAMED,
    group="de",
    groups=1,
    cases=412,
    alone=230,
    decided=171,
    edited=53,
    looks=31,
    corrected=4,
    to_person_share=Estimate(value=0.44, low=0.40, high=0.48, number=412),
    edited_share=Estimate(value=0.31, low=0.255, high=0.37, number=171),
    wrong_share=Estimate(value=0.02, low=0.004, high=0.09, number=31),
    before=_MONTHS,
)
_EN = replace(
    _DE,
    group="en",
    cases=1_204,
    alone=820,
    decided=360,
    edited=42,
    looks=22,
    corrected=6,
    to_person_share=Estimate(value=0.32, low=0.30, high=0.34, number=1_204),
    edited_share=Estimate(value=0.117, low=0.09, high=0.148, number=360),
    wrong_share=None,
    before=[],
)
_FEW = replace(
    _EN,
    kind=GroupKind.SMALL,
    group="",
    groups=3,
    cases=7,
    alone=5,
    decided=2,
    edited=0,
    looks=0,
    corrected=0,
    to_person_share=None,
    edited_share=None,
)
_NONE = replace(_FEW, kind=GroupKind.NONE, groups=1, cases=12)
_LANGUAGE = SegmentFigures(workflow="triage", segment="language", groups=[_EN, _DE, _NONE, _FEW], unknown=0)
_CHANNEL = SegmentFigures(
    workflow="triage", segment="channel", groups=[replace(_EN, group="<!channel> mail")], unknown=812
)
_BEFORE = EarlierDigest(first=date(2026, 10, 1), last=date(2026, 10, 31), looks=[])
BIAS = DigestView(
    id=9,
    job=JobName.BIAS,
    every=Every.MONTH,
    first=date(2026, 11, 1),
    last=date(2026, 11, 30),
    missed=0,
    figures=BiasFigures(
        segments=[_LANGUAGE, _CHANNEL],
        differences=[
            Difference(
                workflow="triage",
                segment="language",
                group="de",
                rate=RateName.EDITED,
                share=_DE.edited_share or Estimate(value=0, low=0, high=0, number=0),
                rest=Estimate(value=0.12, low=0.092, high=0.15, number=374),
                p=0.0002,
                before=_MONTHS,
            )
        ],
        comparisons=5,
        declared=1,
        before=_BEFORE,
    ),
)
_AT = datetime(2026, 12, 2, 9, 12, tzinfo=UTC)
LOOKED = replace(
    BIAS,
    looks=[
        Look(by=WHO, at=_AT, note="German tickets have the old price list; Maria mends it <!here>."),
        Look(by=OTHER, at=_AT),
    ],
)
ALIKE = replace(
    BIAS,
    figures=BiasFigures(
        segments=[_LANGUAGE],
        differences=[],
        comparisons=5,
        declared=1,
        before=replace(_BEFORE, looks=[Look(by=WHO, at=_AT)]),
    ),
)
FEW_GROUPED = replace(
    BIAS,
    figures=BiasFigures(
        segments=[replace(_LANGUAGE, groups=[_FEW])], differences=[], comparisons=0, declared=1, before=None
    ),
)
NO_SEGMENTS = replace(
    BIAS, id=None, figures=BiasFigures(segments=[], differences=[], comparisons=0, declared=0, before=None)
)
