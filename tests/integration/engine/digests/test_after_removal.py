"""No figure of any digest changes where the content of cases is removed: all are counted from what stays."""

from datetime import date, timedelta

import pytest

from store import schema
from store.cases import cases
from store.cases.contents import is_removed
from tests.integration.engine.digests.conftest import Lived
from tests.integration.engine.digests.year import NOW, ZONE
from tests.integration.engine.scene import rows
from workflows.engine.digests.jobs import job_called
from workflows.engine.digests.making import preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import day_after
from workflows.engine.digests.views import DigestView
from workflows.engine.privacy.erasing import remove

pytestmark = pytest.mark.slow


LAST_SUNDAY, LAST_DAY = date(2025, 12, 28), date(2025, 12, 31)
EACH = (
    (JobName.FAILURES, LAST_DAY),
    (JobName.COST, LAST_DAY),
    (JobName.COST_MONTH, LAST_DAY),
    (JobName.QUALITY, LAST_SUNDAY),
    (JobName.NUMBERS, LAST_SUNDAY),
)
SINCE = NOW - timedelta(days=35)
"""All of these digests are about cases that came since."""


def digest(lived: Lived, job: JobName, last: date) -> DigestView:
    return preview(lived.world.context, job, today=day_after(job_called(job).every, last), zone=ZONE)


def test_no_figure_changes_where_all_content_is_removed(own_year: Lived) -> None:
    before = {one: digest(own_year, *one) for one in EACH}
    context, names = own_year.world.context, {row.id: row.name for row in rows(own_year.world, schema.Workflow)}

    theirs = [case for case in rows(own_year.world, schema.Case) if case.received_at >= SINCE]

    with context.database.write() as session:
        for case in theirs:
            row = cases.get(session, case.id, team=context.team)
            assert row is not None
            remove(session, context, row, workflow=names[row.workflow_id], at=context.clock())

    ids = {case.id for case in theirs}
    contents = [one for one in rows(own_year.world, schema.Content) if one.case_id in ids]
    assert contents
    assert all(is_removed(one.body) or one.kind == "facts" for one in contents)
    for one in EACH:
        assert digest(own_year, *one) == before[one], one
