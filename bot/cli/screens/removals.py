"""Removal of content at the terminal: what would go, what went, what stays, and what is out of reach."""

from collections.abc import Sequence

from bot.cli.screens.output import moment, out, print_table, shown
from handlers.texts.governance import removals as texts
from handlers.texts.governance.reach import IN_MEMORY, IN_SLACK, beside
from workflows.engine.privacy.views import Forgotten, LeftOver, LegalHoldView, Plan, Reach, RetentionLine, Unreached

_LISTED = 20
"""Cases that are listed; the others are counted."""


def print_plan(plan: Plan, reach: Reach) -> None:
    """Print what would be removed, and what would not."""
    if not (plan.cases or plan.reports or plan.causes or plan.volume_cases):
        out.print("these words stand in no case, no report, no cause of failures and no volume test")
        out.print("whole words are compared: try other spellings, the last name alone, a mail address")
    for one in plan.cases[:_LISTED]:
        out.print(shown(texts.case_line(one)))
    _more(len(plan.cases))
    changing = sum(one.changes for one in plan.cases)
    if changing:
        of = f"{changing:,} of {len(plan.cases):,} cases" if len(plan.cases) > 1 else "1 case"
        out.print(shown(f"would be removed of {of}: {texts.amounts(plan.content)}{texts.documents(plan.documents, 0)}"))
    _others(plan)
    _unreached(plan.unreached, reach)
    if changing or plan.reports or plan.causes or plan.volume_cases:
        out.print("nothing was removed yet; the same command with --yes removes it")
    elif plan.cases:
        out.print("nothing can be removed now")


def print_done(
    made: Sequence[Forgotten], left: Sequence[LeftOver], plan: Plan, reach: Reach, *, is_clear: bool
) -> None:
    """Print what was removed, and what a look at every row found afterwards."""
    for one in made[:_LISTED]:
        out.print(shown(texts.done_line(one)))
    _more(len(made))
    _others(plan)
    some = [one for one in left if not one.is_nothing]
    print_checked(some)
    if left and not some:
        out.print(
            f"looked at every row of {len(left):,} {'case' if len(left) == 1 else 'cases'} again: nothing is left"
        )
    _unreached([*plan.unreached, *([] if is_clear else [Unreached.FREE_PLACES])], reach)


def print_checked(left: Sequence[LeftOver]) -> None:
    """Print what is left of cases."""
    for one in left:
        out.print(shown(texts.checked(one)))


def print_retention(lines: Sequence[RetentionLine]) -> None:
    """Print how long content is kept, and what is due."""
    if not lines:
        out.print("no workflow took in a case yet")
        return
    print_table(
        ("workflow", "content", "days", "cases", "oldest", "due", ""),
        [
            (
                line.workflow,
                line.content,
                "no limit" if line.days is None else line.days,
                f"{line.cases:,}",
                f"{line.oldest:%Y-%m-%d}" if line.oldest is not None else "",
                f"{line.due:,}",
                "under a legal hold"
                if line.is_held
                else ""
                if line.is_declared
                else "not declared any more: the default",
            )
            for line in lines
        ],
    )
    out.print("serve removes what is due each hour; cases under a legal hold of their own are due, and stay")


def print_holds(found: Sequence[LegalHoldView]) -> None:
    """Print the legal holds that are not lifted."""
    if not found:
        out.print("no legal hold")
        return
    print_table(
        ("hold", "on", "placed", "by", "reason"),
        [
            (
                one.id,
                f"#{one.case} {one.key}" if one.case is not None else f"all of {one.workflow}",
                moment(one.placed_at),
                one.placed_by,
                one.reason,
            )
            for one in found
        ],
    )


def _others(plan: Plan) -> None:
    if plan.reports:
        out.print(f"reports about no case, with these words: {plan.reports:,}")
    if plan.causes:
        out.print(f"causes of failures, with these words in their message: {plan.causes:,}")
    if plan.volume_cases:
        out.print(f"inputs of volume tests with these words: {plan.volume_cases:,}")


def _more(number: int) -> None:
    if number > _LISTED:
        out.print(f"and {number - _LISTED:,} more: --json names all")


def _unreached(places: Sequence[Unreached], reach: Reach) -> None:
    out.print("not reached:")
    for said in (*texts.unreached(places), IN_SLACK, IN_MEMORY, *beside(reach)):
        out.print(shown(f"- {said}"))
