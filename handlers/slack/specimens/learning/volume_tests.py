"""Read models of volume tests, as specimens are drawn from."""

from decimal import Decimal

from workflows.quality.volume.views import Failure, FloorRow, Report, Verdict, WhyNot

VOLUME_REPORT = Report(
    test=10**11,
    workflow="w" * 100,
    verdict=Verdict.GO,
    why_not=None,
    recommended=0.85,
    promise=0.05,
    tried=100_000,
    drawn=100_000,
    rows=10**9,
    out_of_scope=10,
    known=10**5,
    packed=10**5,
    waiting=10**5,
    base=0.2,
    at_best=0.713,
    own_floor=0.85,
    floors=tuple(
        FloorRow(
            floor=floor,
            own=floor == 0.85,
            alone=100_000,
            looked_at=100_000,
            wrong=0,
            share=0.0123,
            at_least=0.0101,
            at_most=0.0499,
        )
        for floor in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
    ),
    failures=tuple(
        Failure(kind=f"field:{'f' * 90}{number}", count=99_999, places=(99_995, 99_996, 99_997, 99_998, 99_999))
        for number in range(50)
    ),
    dollars=Decimal("999.99"),
    dollars_each=0.01234,
    milliseconds_each=1234.5,
    per_day=100_000,
    by_hand_minutes=6,
)
NO_GO = VOLUME_REPORT.model_copy(
    update={"verdict": Verdict.NO_GO, "why_not": WhyNot.NO_FLOOR, "recommended": None, "per_day": None}
)
IN_BATCHES = VOLUME_REPORT.model_copy(update={"milliseconds_each": None, "in_batches": True})
