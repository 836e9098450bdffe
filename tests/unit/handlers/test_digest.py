"""The failure summary as a team lead reads it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from handlers.slack import limits
from handlers.slack.blocks.digest import digest
from handlers.slack.blocks.parts.drawing import Drawn
from workflows.engine.digests.failures.views import Cause, FailureFigures, StoppedCase, WorkflowFigures
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

DAY = date(2026, 11, 19)


def figures(
    workflow: str = "triage",
    *,
    taken_in: int = 0,
    alone: int = 0,
    by_people: int = 0,
    waiting: int = 0,
    stopped: int = 0,
    still_stopped: Sequence[int] = (),
    in_doubt: Sequence[int] = (),
    stopped_in_all: int | None = None,
    older: Sequence[int] = (),
    causes: Sequence[Cause] = (),
    more_causes: int = 0,
    cost: str = "0",
    samples: int = 0,
    by_hand: timedelta | None = None,
) -> WorkflowFigures:
    cases = [StoppedCase(case=case, in_doubt=case in in_doubt) for case in sorted([*still_stopped, *in_doubt])]
    return WorkflowFigures(
        workflow=workflow,
        taken_in=taken_in,
        alone=alone,
        by_people=by_people,
        waiting=waiting,
        stopped=stopped,
        still_stopped=len(cases) if stopped_in_all is None else stopped_in_all,
        still_stopped_cases=cases,
        older=len(older),
        older_cases=[StoppedCase(case=case, in_doubt=False) for case in older],
        causes=causes,
        more_causes=more_causes,
        cost=Decimal(cost),
        samples=samples,
        by_hand=by_hand,
    )


def view(*workflows: WorkflowFigures, first: date = DAY, last: date = DAY, missed: int = 0) -> DigestView:
    return DigestView(
        id=1,
        job=JobName.FAILURES,
        every=Every.DAY,
        first=first,
        last=last,
        missed=missed,
        figures=FailureFigures(workflows=workflows),
    )


def shown(drawn: Drawn) -> list[str]:
    """The lines that a person sees, without their formatting."""
    return [line for block in drawn.blocks for line in _lines(block)]


def _lines(block: object) -> Iterator[str]:
    assert isinstance(block, dict)
    if block["type"] == "header":
        yield block["text"]["text"]
    elif block["type"] == "rich_text_section":
        yield "".join(element["text"] for element in block["elements"])
    else:
        for element in block["elements"]:
            yield from _lines(element)


def _elements(block: object) -> Iterator[dict[str, object]]:
    """The smallest pieces of rich text."""
    assert isinstance(block, dict)
    for element in block.get("elements", ()):
        if "elements" in element:
            yield from _elements(element)
        else:
            yield element


def test_a_quiet_day_is_two_lines() -> None:
    drawn = digest(view())
    assert shown(drawn) == ["Failures and cost, 19 Nov 2026", "Nothing failed. $0 spent."]
    assert drawn.text == "Failures and cost, 19 Nov 2026: Nothing failed. $0 spent."


def test_sample_answers_are_told_apart_and_make_a_day_worth_telling() -> None:
    only_samples = figures(samples=12)
    assert not only_samples.is_quiet
    assert shown(digest(view(only_samples)))[-2:] == [
        "$0",
        "12 cases whose answers are samples, written by hand, not counted here",
    ]


def test_a_day_with_failures_says_what_failed_what_stands_and_how_to_go_on() -> None:
    causes = [Cause(step="look_up", error="TimeoutError", cases=2), Cause(step=None, error="KeyError", cases=1)]
    drawn = digest(
        view(
            figures(
                taken_in=40,
                alone=30,
                by_people=6,
                waiting=1,
                stopped=3,
                still_stopped=[17],
                causes=causes,
                cost="1.2412",
            )
        )
    )
    assert shown(drawn) == [
        "Failures and cost, 19 Nov 2026",
        "3 cases failed, 1 still to fix. $1.24 spent.",
        "triage",
        "2 cases: look_up, TimeoutError",
        "1 case: KeyError",
        "Still to fix: case 17. Run again with /rerun 17",
        "40 taken in, 30 resolved alone, 6 resolved by people, 1 waiting for a person now, $1.24",
    ]


def test_what_is_mended_already_asks_for_nothing() -> None:
    causes = [Cause(step="look_up", error="TimeoutError", cases=1)]
    assert shown(digest(view(figures(taken_in=1, alone=1, stopped=1, causes=causes))))[1:] == [
        "1 case failed, none still to fix. $0 spent.",
        "triage",
        "1 case: look_up, TimeoutError",
        "1 taken in, 1 resolved alone, $0",
    ]


def test_a_case_in_doubt_is_looked_at_before_it_is_run_again() -> None:
    lines = shown(digest(view(figures(stopped=3, still_stopped=[17, 20], in_doubt=[19]))))
    assert lines[3:5] == [
        "Still to fix: cases 17, 20. Run again with /rerun 17",
        "Still to fix, in doubt: case 19. Look whether it was delivered, then countersign settle 19 happened or "
        "not-happened",
    ]


def test_a_process_that_ended_is_a_cause_in_words() -> None:
    causes = [Cause(step="deliver", error=None, cases=1)]
    assert "1 case: deliver, the process ended in it" in shown(digest(view(figures(stopped=1, causes=causes))))


def test_what_stands_from_before_is_not_hidden_by_a_quiet_day() -> None:
    assert shown(digest(view(figures(older=[3, 5]))))[1:] == [
        "Nothing failed. 2 from before still to fix. $0 spent.",
        "triage",
        "From before: cases 3, 5. Run again with /rerun 3",
        "$0",
    ]


def test_many_cases_and_causes_are_named_in_part_and_counted_in_full() -> None:
    causes = [Cause(step=None, error=f"Error{number}", cases=1) for number in range(10)]
    lines = shown(
        digest(
            view(figures(stopped=1200, still_stopped=range(1, 11), stopped_in_all=1200, causes=causes, more_causes=5))
        )
    )
    assert lines[1] == "1,200 cases failed, 1,200 still to fix. $0 spent."
    assert lines[6:8] == [
        "and 12 other causes",
        "Still to fix: cases 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1,190 more. Run again with /rerun 1",
    ]


@pytest.mark.parametrize(
    ("cost", "said"), [("0.0000041", "less than $0.01"), ("0.01", "$0.01"), ("12345.678", "$12,345.68")]
)
def test_money_is_shown_to_the_cent_and_a_little_is_not_nothing(cost: str, said: str) -> None:
    assert shown(digest(view(figures(cost=cost))))[1] == f"Nothing failed. {said[0].upper()}{said[1:]} spent."


@pytest.mark.parametrize(
    ("first", "missed", "said"),
    [
        (date(2026, 11, 17), 2, "17 to 19 Nov 2026; no summary was posted for 2 days"),
        (date(2026, 11, 18), 1, "18 to 19 Nov 2026; no summary was posted for 1 day"),
        (date(2026, 10, 20), 99, "20 Oct to 19 Nov 2026; no summary was posted for 99 days"),
        (date(2025, 12, 31), 323, "31 Dec 2025 to 19 Nov 2026; no summary was posted for 323 days"),
    ],
)
def test_days_without_a_summary_are_named(first: date, missed: int, said: str) -> None:
    assert shown(digest(view(first=first, missed=missed)))[0] == f"Failures and cost, {said}"


def test_of_many_workflows_the_worst_are_shown_and_the_others_counted() -> None:
    quiet = [figures(f"quiet {number:02}", taken_in=1) for number in range(25)]
    lines = shown(digest(view(*quiet, figures("mended", stopped=9), figures("bad", stopped=1, still_stopped=[7]))))
    named = [line for line in lines if line.startswith(("quiet", "mended", "bad"))]
    assert named == ["bad", "mended", *(f"quiet {number:02}" for number in range(13))]
    assert lines[-1] == "and 12 more workflows"


@pytest.mark.parametrize("letter", ["x", "é", "\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}", '"'])
@pytest.mark.parametrize("number", [1, 15, 400])
def test_it_keeps_within_the_limits_of_a_message(letter: str, number: int) -> None:
    """However many workflows there are, and whatever they and their errors are called."""
    long = letter * 200
    causes = [Cause(step=long, error=long, cases=10**9) for _ in range(10)]
    worst = [
        figures(
            f"{place}{long}",
            taken_in=10**9,
            alone=10**9,
            by_people=10**9,
            waiting=10**9,
            stopped=10**9,
            still_stopped=range(10**12, 10**12 + 5),
            in_doubt=range(10**12 + 5, 10**12 + 10),
            stopped_in_all=10**9,
            older=range(10**12 + 10, 10**12 + 20),
            causes=causes,
            more_causes=10**6,
            cost="1e12",
        )
        for place in range(number)
    ]
    drawn = digest(view(*worst, first=date(2025, 12, 31), missed=10**6))
    assert len(drawn.blocks) <= limits.MESSAGE_BLOCKS
    assert drawn.size <= limits.MESSAGE_BLOCKS_BUDGET
    assert len(shown(drawn)[0]) <= limits.HEADER_TEXT
    assert len(drawn.text) <= limits.MESSAGE_TEXT
    left = [line.split()[1] for line in shown(drawn) if line.startswith("and ") and "more workflow" in line]
    in_full = [block for block in drawn.blocks if block["type"] == "rich_text" and "bullet" in str(block)]
    assert len(in_full) > 0
    assert len(in_full) + sum(int(count) for count in left) == number


HOSTILE = "<!channel> <@U0MARIA> *bold* <https://evil.example|here>"


def test_names_are_shown_as_they_are_and_ping_nobody() -> None:
    """They stand in rich text, which Slack takes literally, and in no other place."""
    causes = [Cause(step=HOSTILE, error=f"\N{RIGHT-TO-LEFT OVERRIDE}{HOSTILE}", cases=1)]
    drawn = digest(view(figures(HOSTILE, stopped=1, still_stopped=[17], causes=causes)))
    assert HOSTILE in shown(drawn)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in "".join(shown(drawn))
    assert {element["type"] for block in drawn.blocks for element in _elements(block)} == {"text"}
    assert {block["type"] for block in drawn.blocks} == {"header", "rich_text"}
    assert "<" not in drawn.text
    assert "<" not in shown(drawn)[0]


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    drawn = digest(view(figures("triage\n\nNothing failed.", stopped=1, still_stopped=[17])))
    assert shown(drawn)[2] == "triage Nothing failed."


def test_a_name_of_nothing_is_still_something_that_slack_takes() -> None:
    drawn = digest(view(figures("", stopped=1, causes=[Cause(step="", error="", cases=1)])))
    assert all(element["text"] for block in drawn.blocks for element in _elements(block))


@pytest.mark.parametrize(
    ("alone", "minutes", "said"),
    [
        (18, 8, "Work that went alone: 2.4 hours (18 cases at 8 min by hand)"),
        (1, 6, "Work that went alone: 6 min (1 case at 6 min by hand)"),
        (3, 0.5, "Work that went alone: 2 min (3 cases at 0.5 min by hand)"),
        (10_000, 8, "Work that went alone: 1,333.3 hours (10,000 cases at 8 min by hand)"),
    ],
)
def test_the_work_that_went_alone_is_told_with_what_it_is_made_of(alone: int, minutes: float, said: str) -> None:
    assert said in shown(digest(view(figures(alone=alone, by_people=5, by_hand=timedelta(minutes=minutes)))))


@pytest.mark.parametrize("by_hand", [None, timedelta(0), timedelta(minutes=8)])
def test_of_work_that_did_not_go_alone_no_hours_are_told(by_hand: timedelta | None) -> None:
    """People's decisions took time too, but nobody measured it."""
    lines = shown(digest(view(figures(by_people=5, by_hand=by_hand))))
    assert not [line for line in lines if "by hand" in line]
