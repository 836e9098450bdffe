"""The bias digest in Slack: leads and owners say that they looked at it, and the message says who did."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from store import schema
from store.faces import LEADS
from tests.slack.stage import KIM, LEADING, LEE, MARIA, Stage, buttons, words
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.review.reviews import approve

pytestmark = pytest.mark.slow

TODAY = date(2026, 12, 1)


def posted(stage: Stage) -> None:
    """Post the digest of a month with a case."""
    workflow = stage.sample()
    workflow.segments["language"] = lambda ticket: ticket.language
    case = stage.submit(workflow, id=1, text="Where is it?")
    open_one = stage.world.review(case)
    approve(stage.world.context, open_one.id, open_one.version, by="U0ANA")
    stage.work()
    stage.world.clock.time = datetime.combine(TODAY, time(8), tzinfo=UTC)
    assert make(stage.world.context, JobName.BIAS, today=TODAY, zone=ZoneInfo("UTC"), channel=LEADS) is not None
    stage.send()


def message(stage: Stage) -> str:
    """The digest, in words."""
    return words(stage.cards(LEE, LEADING)[-1].blocks)


def press(stage: Stage, user: str) -> None:
    shown = stage.cards(LEE, LEADING)[-1]
    assert stage.person(user).press(LEADING, shown.ts, "looked_at_digest").acknowledged
    # The listener may still draw.
    stage.work()


def test_a_lead_says_that_they_looked_and_the_message_says_so(stage: Stage) -> None:
    posted(stage)
    assert "Bias, 1 to 30 Nov 2026" in message(stage)
    assert "Nobody has looked at it yet." in message(stage)
    assert buttons(stage.cards(LEE, LEADING)[-1]) == ["looked_at_digest"]
    press(stage, LEE)
    assert "That you looked at it is kept" in words(stage.view(LEE).blocks)
    assert "Looked at by @U0LEE, 2026-12-01 08:00 UTC" in message(stage)


def test_a_note_is_shown_when_it_is_drawn_next(stage: Stage) -> None:
    posted(stage)
    press(stage, LEE)
    assert stage.person(LEE).submit({"note": "too few to say <!channel>"}).outcome == "closed"
    press(stage, MARIA)
    assert "too few to say <!channel>" in message(stage)
    assert "Looked at by @U0MARIA" in message(stage)
    looks = stage.world.rows(schema.DigestLook)
    assert [(row.by, row.note) for row in looks] == [(LEE, "too few to say <!channel>"), (MARIA, None)]  # type: ignore[attr-defined]  # rows of this table


def test_somebody_else_is_told_who_may_and_it_is_audited(stage: Stage) -> None:
    posted(stage)
    press(stage, KIM)
    assert "Only leads, and the owners of the workflows in it" in stage.told(KIM, LEADING)
    assert "Nobody has looked at it yet." in message(stage)
    assert len([row for row in stage.world.rows(schema.AuditRow) if getattr(row, "action", "") == "look.refused"]) == 1
