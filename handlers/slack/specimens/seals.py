"""Read models of the sealed audit, as specimens are drawn from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.digests.views import DigestView
from workflows.engine.proof.views import HeadView, SealStatus

_DAY = date(2026, 11, 18)
HEAD = HeadView(
    number=1_204,
    head="e1a27a7d855f574f4a3b56c0c77860f748212eb443e43799f151c81f90a6b39c",
    last_row=81_553,
    sealed_at=datetime(2026, 11, 19, 7, 59, 57, tzinfo=UTC),
    key_id="56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c",
)


def _view(status: SealStatus) -> DigestView:
    figures = SealFigures(status=status)
    return DigestView(id=1, job=JobName.SEAL, every=Every.DAY, first=_DAY, last=_DAY, missed=0, figures=figures)


SEALED = _view(SealStatus(newest=HEAD, unsealed=0, oldest=None))
SEALED_LATE = _view(
    SealStatus(newest=replace(HEAD, key_id=None), unsealed=100_000, oldest=timedelta(hours=30, seconds=7))
)
NOT_SEALED = _view(SealStatus(newest=None, unsealed=12, oldest=timedelta(seconds=4)))
