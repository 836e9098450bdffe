"""The failure summary as a team lead reads it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from handlers.slack import limits
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.transcript import transcript
from handlers.slack.ids import NeedShown
from handlers.texts.digests.failures import first_line
from store.states import CauseState, Health
from tests.unit.handlers.slack import message
from workflows.engine.digests.failures.attention import Attention, Relief, ReliefKind
from workflows.engine.digests.failures.needs import About, Need, NeedKind
from workflows.engine.digests.failures.views import (
    Cause,
    CauseNumbers,
    FailureFigures,
    LongWait,
    PausedSince,
    Recovery,
    Unproposed,
    WorkflowFigures,
)
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import Refused

DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
PLAIN = WorkflowFigures(
    workflow="triage",
    taken_in=0,
    alone=0,
    by_people=0,
    waiting=0,
    stopped=0,
    still_stopped=0,
    older=0,
    causes=[],
    more_causes=0,
    cost=Decimal(0),
)
DOUBT = Need(kind=NeedKind.DOUBT, about=About.WORKFLOW, id=1, workflow="triage", number=1, cases=[17], since=AT)
CAUSE = replace(DOUBT, kind=NeedKind.CAUSE, about=About.CAUSE, id=7, number=2, step="look_up", error="TimeoutError")


def view(figures: FailureFigures, *, first: date = DAY, last: date = DAY, missed: int = 0) -> DigestView:
    return DigestView(
        id=1, job=JobName.FAILURES, every=Every.DAY, first=first, last=last, missed=missed, figures=figures
    )


def summary(*workflows: WorkflowFigures, needs: Sequence[Need] = (), **more: Any) -> DigestView:
    return view(replace(FailureFigures(workflows=workflows, needs=needs), **more))


def shown(drawn: Drawn) -> list[str]:
    """The lines that a person sees, with the buttons in brackets."""
    return transcript(drawn.blocks).splitlines()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "Nothing to do."),
        (1, "One thing needs you."),
        (2, "Two things need you."),
        (9, "Nine things need you."),
        (10, "10 things need you."),
        (12, "12 things need you."),
    ],
)
def test_the_first_line_says_whether_to_act(number: int, said: str) -> None:
    needs = [replace(DOUBT, id=one) for one in range(1, number + 1)]
    drawn = digest(summary(PLAIN, needs=needs))
    assert first_line(summary(needs=needs)) == shown(drawn)[0] == said
    assert drawn.text == f"{said} Failures, 19 Nov 2026"


def test_a_quiet_day_is_two_lines() -> None:
    quiet = replace(PLAIN, taken_in=40, alone=30, by_people=8, waiting=2, cost=Decimal("1.2412"))
    assert shown(digest(summary(quiet, usually_taken_in=38, usually_stopped=0))) == [
        "Nothing to do.",
        "19 Nov 2026: 40 cases came (usually 38), 38 went through, none failed, 2 now wait for a person, $1.24 spent.",
    ]
    assert len(shown(digest(summary()))) == 2


def test_each_need_is_a_line_with_a_button_in_the_order_of_the_needs() -> None:
    system = Need(
        kind=NeedKind.TROUBLE,
        about=About.TARGET,
        id=3,
        system="help desk",
        health=Health.DOWN,
        since=AT,
        number=14,
        causes=2,
    )
    needs = [
        DOUBT,
        system,
        CAUSE,
        replace(CAUSE, number=1, step="deliver", is_back=True),
        replace(DOUBT, kind=NeedKind.UNCAUSED, number=5, cases=[31, 32, 33]),
        replace(DOUBT, kind=NeedKind.OVERDUE, number=4),
        replace(DOUBT, kind=NeedKind.REPORTED, number=1, since=None),
        replace(DOUBT, kind=NeedKind.PAUSED, number=3),
        replace(DOUBT, kind=NeedKind.BUDGET, number=12),
        replace(system, kind=NeedKind.ACCESS, days=-1, expires_on=date(2026, 11, 18)),
    ]
    since = "since 2026-11-19 09:30 UTC"
    assert shown(digest(summary(needs=needs)))[1:11] == [
        f"triage: 1 delivery may have happened or not (case 17), {since} [Look]",
        f"help desk has been down {since}; 14 cases failed for it (2 causes) [Show]",
        f"triage: 2 cases failed at look_up, TimeoutError, {since} [Show cause]",
        f"triage: 1 case failed at the delivery, TimeoutError, {since}; back again after it was resolved [Show cause]",
        "triage: 5 cases failed, for no known cause (cases 31, 32, 33 and 2 more) [Show cases]",
        f"triage: 4 reviews past their deadline, the first {since} [Review]",
        "triage: 1 case reported wrong, and nobody decided it [Review]",
        f"triage: paused by Countersign {since}; 3 deliveries held [Resume]",
        "triage: 12 cases went to people, as its budget was spent [Show]",
        "help desk: Countersign's access ended 1 day ago, on 18 Nov 2026 [Show]",
    ]


def test_of_many_needs_ten_are_drawn_and_the_others_counted() -> None:
    needs = [replace(CAUSE, id=one) for one in range(1, 25)]
    lines = shown(digest(summary(needs=needs)))
    assert lines[0] == "24 things need you."
    assert len([line for line in lines if line.endswith("[Show cause]")]) == 10
    assert lines[11] == "and 14 more: /countersign status"


def test_what_happened_is_told_in_a_few_lines() -> None:
    bad = replace(PLAIN, taken_in=100, alone=60, by_people=31, stopped=9, still_stopped=5, older=1)
    told = summary(
        bad,
        replace(PLAIN, workflow="calm", taken_in=1),
        causes=CauseNumbers(new=2, back=1, closed=3, open=4, mending=1, ignored=1),
        recovery=Recovery(number=5, median=2_400.0, longest=10_800.0, longest_of="help desk"),
        failed_by_day=[0, 0, 3, 9],
        usually_stopped=1,
        needs=[CAUSE],
    )
    assert shown(digest(told))[2:9] == [
        "19 Nov 2026: 101 cases came, 91 went through, 9 failed (5 still to fix; usually 1), 1 from before still to "
        "fix, $0 spent.",
        "Success rate: 91 of 96 are through by now (94%).",
        "Causes of failures: 2 new, 1 back again, 3 closed; now 4 open, 1 being mended, 1 ignored.",
        "Recovered 5 times: half within 40 minutes, the longest after 3 hours (help desk).",
        "Failed by day, 4 days: ▁▁▄█",
        "triage",
        "- 100 cases came, 91 went through, 9 failed (5 still to fix), 1 from before still to fix",
    ]
    assert "calm" not in shown(digest(told)), "nothing is to be said of it"


def test_what_somebody_has_in_hand_is_not_said_to_be_left_to_fix_where_there_is_nothing_to_do() -> None:
    failed = replace(PLAIN, taken_in=10, stopped=3, still_stopped=2, older=4)
    told = shown(digest(summary(failed)))
    assert told[0] == "Nothing to do."
    assert "3 failed (2 in hand), 4 from before in hand" in told[1]
    assert not [line for line in told if "to fix" in line]
    assert "2 failed (all in hand)" in shown(digest(summary(replace(failed, stopped=2))))[1]
    assert "4 from before still to fix" in shown(digest(summary(failed, needs=[CAUSE])))[2]


def test_of_few_cases_no_share_is_told() -> None:
    few = replace(PLAIN, taken_in=7, alone=3, stopped=4, still_stopped=4)
    assert "Success rate: 3 of 7 are through by now." in shown(digest(summary(few, needs=[CAUSE])))


def test_a_cause_is_told_once_and_with_what_became_of_it() -> None:
    causes = [
        Cause(step="look_up", error="TimeoutError", cases=2, id=7, state=CauseState.OPEN),
        Cause(step="deliver", error="NotDone", cases=1, id=8, state=CauseState.MENDING),
        Cause(step=None, error=None, cases=1),
    ]
    told = summary(replace(PLAIN, stopped=4, still_stopped=3, causes=causes, more_causes=2), needs=[CAUSE])
    assert shown(digest(told))[4:] == [
        "triage",
        "- 1 case: at the delivery, NotDone, being mended",
        "- 1 case: no known cause",
        "- and 2 other causes",
    ]


def test_what_waits_for_long_has_a_button_that_opens_it() -> None:
    wait = LongWait(review=12, version=1, case=17, workflow="triage", opened_at=AT, is_overdue=True)
    assert shown(digest(summary(PLAIN, long_waits=[wait])))[2:] == [
        "Case 17 of triage waits for a person, past its deadline, since 2026-11-19 09:30 UTC [Review]"
    ]


def test_what_people_cannot_look_at_is_told_with_what_would_relieve_them() -> None:
    told = summary(
        PLAIN,
        needs=[Need(kind=NeedKind.ATTENTION, about=About.TEAM, number=137)],
        attention=Attention(
            waiting=137,
            days=5,
            decided=96,
            asked=190,
            asked_by_hour=[0] * 9 + [8, 2] + [0] * 13,
            decided_by_hour=[0] * 14 + [4] + [0] * 9,
        ),
        relief=[
            Relief(kind=ReliefKind.RESUME, workflow="invoices", number=41),
            Relief(kind=ReliefKind.PEOPLE, number=190, of=96),
        ],
    )
    assert shown(digest(told))[1:8] == [
        "137 reviews wait: more than people decided on their last five days with decisions [Review]",
        "In the last 5 days with decisions people decided 96; 190 came in that time.",
        "Came in, by hour from 0 to 23: ▁▁▁▁▁▁▁▁▁█▃▁▁▁▁▁▁▁▁▁▁▁▁▁",
        "Decided, by hour: ▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁ Most come at 9 h, and are decided at 14 h.",
        "What would relieve them:",
        "- invoices is paused, so that all its cases go to people: 41 of them wait. /countersign resume invoices",
        "- More people, or more time: 94 more came than were decided.",
    ]


def test_sample_answers_are_told_apart_and_make_a_workflow_worth_telling() -> None:
    only_samples = replace(PLAIN, samples=12)
    assert not only_samples.is_quiet
    assert shown(digest(summary(only_samples)))[-1] == (
        "- 12 cases with sample answers, written by hand, not counted here"
    )


def test_cases_outside_a_workflows_scope_are_nothing_to_tell_and_a_spent_budget_is() -> None:
    scope, budget = (Unproposed(code=code, cases=4) for code in ("out_of_scope", "over_budget"))
    assert len(shown(digest(summary(replace(PLAIN, taken_in=4, unproposed=[scope]))))) == 2
    told = shown(digest(summary(replace(PLAIN, taken_in=8, unproposed=[budget, scope]))))
    assert told[-1] == "- 8 cases without a proposal: 4 budget spent, 4 out of scope"


def test_a_number_far_from_the_usual_one_makes_a_workflow_worth_telling() -> None:
    assert replace(PLAIN, usually_taken_in=64).has_unusual_number
    assert replace(PLAIN, taken_in=128, usually_taken_in=64).is_worth_telling
    assert not replace(PLAIN, taken_in=100, usually_taken_in=64).is_worth_telling
    assert not replace(PLAIN, taken_in=0, usually_taken_in=9).is_worth_telling


def test_a_summary_from_before_there_were_needs_tells_what_failed() -> None:
    old = view(FailureFigures(workflows=[replace(PLAIN, stopped=3, still_stopped=1)]))
    assert first_line(old) == "3 failed (1 still to fix)."


@pytest.mark.parametrize(
    ("cost", "said"), [("0.0000041", "less than $0.01"), ("0.01", "$0.01"), ("12345.678", "$12,345.68")]
)
def test_money_is_shown_to_the_cent_and_a_little_is_not_nothing(cost: str, said: str) -> None:
    assert shown(digest(summary(replace(PLAIN, cost=Decimal(cost)))))[1].endswith(f", {said} spent.")


@pytest.mark.parametrize(
    ("first", "missed", "said"),
    [
        (date(2026, 11, 17), 2, "17 to 19 Nov 2026; no summary was posted for 2 days: "),
        (date(2026, 11, 18), 1, "18 to 19 Nov 2026; no summary was posted for 1 day: "),
        (date(2026, 10, 20), 99, "20 Oct to 19 Nov 2026; no summary was posted for 99 days: "),
        (date(2025, 12, 31), 323, "31 Dec 2025 to 19 Nov 2026; no summary was posted for 323 days: "),
    ],
)
def test_days_without_a_summary_are_named(first: date, missed: int, said: str) -> None:
    quiet = FailureFigures(workflows=[], needs=[])
    assert shown(digest(view(quiet, first=first, missed=missed)))[1].startswith(said)


def test_of_many_workflows_the_worst_are_shown_and_the_others_counted() -> None:
    reported = [replace(PLAIN, workflow=f"fine {number:02}", reported=1) for number in range(25)]
    mended, bad = (
        replace(PLAIN, workflow="mended", stopped=9),
        replace(PLAIN, workflow="bad", still_stopped=1, stopped=1),
    )
    lines = shown(digest(summary(*reported, mended, bad)))
    named = [line for line in lines if line.startswith(("fine", "mended", "bad"))]
    assert named == ["bad", "mended", *(f"fine {number:02}" for number in range(6))]
    assert lines[-1] == "and 19 more workflows"


@pytest.mark.parametrize("letter", ["x", "\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}", '"', "<"])
@pytest.mark.parametrize("number", [2, 40])
def test_it_keeps_within_the_limits_of_a_message(letter: str, number: int) -> None:
    """However much there is, and whatever workflows, systems and errors are called."""
    long = letter * 200
    causes = [Cause(step=long, error=long, cases=10**9, id=one, state=CauseState.MENDING) for one in range(10)]
    worst = [
        replace(
            PLAIN,
            workflow=f"{place}{long}",
            taken_in=10**9,
            alone=10**9,
            by_people=10**9,
            waiting=10**9,
            stopped=10**9,
            still_stopped=10**9,
            older=10**9,
            causes=causes,
            more_causes=10**6,
            cost=Decimal("1e12"),
            unproposed=[Unproposed(code=long, cases=10**9)] * 5,
            paused=PausedSince(at=AT, by_itself=False, held=10**9),
            samples=10**9,
        )
        for place in range(number)
    ]
    need = replace(DOUBT, workflow=long, system=long, step=long, error=long, number=10**9, cases=[10**12] * 3)
    needs = [replace(need, kind=kind, id=one) for one in range(number) for kind in NeedKind]
    wait = LongWait(review=10**12, version=1, case=10**12, workflow=long, opened_at=AT, is_overdue=True)
    drawn = digest(
        view(
            FailureFigures(
                workflows=worst,
                needs=needs,
                causes=CauseNumbers(new=10**9, back=10**9, closed=10**9, open=10**9, mending=10**9, ignored=10**9),
                recovery=Recovery(number=10**9, median=1e9, longest=1e9, longest_of=long),
                long_waits=[wait] * 3,
                failed_by_day=[10**9] * 14,
                attention=Attention(waiting=10**9, asked_by_hour=[10**9] * 24, decided_by_hour=[10**9] * 24),
                relief=[Relief(kind=kind, workflow=long, number=10**9, of=10**9) for kind in ReliefKind],
            ),
            first=date(2025, 12, 31),
            missed=10**6,
        )
    )
    message(drawn, named=())
    assert drawn.size <= limits.MESSAGE_BLOCKS_BUDGET
    left = [line.split()[1] for line in shown(drawn) if line.startswith("and ") and "more workflow" in line]
    in_full = [line for line in shown(drawn) if "still to fix" in line and line.startswith("- ")]
    assert len(in_full) + sum(int(count) for count in left) == number


HOSTILE = "<!channel> <@U0MARIA> *bold* <https://evil.example|here>"


def test_names_are_shown_as_they_are_and_ping_nobody() -> None:
    cause = Cause(step=HOSTILE, error=f"\N{RIGHT-TO-LEFT OVERRIDE}{HOSTILE}", cases=1, id=1)
    need = replace(CAUSE, workflow=HOSTILE, step=HOSTILE, error=HOSTILE)
    drawn = digest(summary(replace(PLAIN, workflow=HOSTILE, stopped=1, causes=[cause]), needs=[need]))
    message(drawn, named=())
    assert HOSTILE in shown(drawn)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in "".join(shown(drawn))
    marked = [block["text"]["text"] for block in drawn.blocks if block["type"] == "section"]  # type: ignore[index]  # a section has a text
    assert all("<!channel>" not in text and "<@" not in text and "<http" not in text for text in marked)
    assert "<" not in drawn.text


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    drawn = digest(summary(PLAIN, needs=[replace(CAUSE, workflow="triage\n\nNothing to do.")]))
    assert shown(drawn)[1].startswith("triage Nothing to do.: 2 cases failed")


def test_a_name_of_nothing_is_still_something_that_slack_takes() -> None:
    empty = replace(CAUSE, workflow="", step="", error="")
    message(
        digest(summary(replace(PLAIN, workflow="", reported=1), replace(PLAIN, taken_in=1), needs=[empty])), named=()
    )


def test_a_button_carries_ids_and_nothing_else_and_only_ours_are_read() -> None:
    paused = replace(DOUBT, kind=NeedKind.PAUSED)
    carried = str(NeedShown.of(paused, generation=2))
    assert carried == f"paused.workflow.1.{int(AT.timestamp())}.2"
    assert str(NeedShown.read(carried)) == carried
    for other in (
        "",
        "paused",
        "paused.workflow.1.2",
        "gone.workflow.1.0.0",
        "paused.x.1.0.0",
        "paused.workflow.-1.0.0",
    ):
        with pytest.raises(Refused):
            NeedShown.read(other)
