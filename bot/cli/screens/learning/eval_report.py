"""The report of an eval, for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.cli.screens.output import out, print_table, shown
from workflows.quality.evals.bench import Tried
from workflows.quality.evals.comparison import Comparison, compare_results
from workflows.quality.evals.results import RiskRow, Share
from workflows.quality.evals.trials import Outcome, Trial
from workflows.quality.examples.labelled import Examples

_SHOWN = 20
"""Number of untried rows that are named; the others are counted."""
_REASONS_SHOWN = 5


def as_json(
    examples: Examples, tried: Tried, other: Tried | None, compared: Comparison | None, *, more: Sequence[Tried] = ()
) -> dict[str, object]:
    """Return the whole report, for a program. `more`: other ways of giving the documents, or of recalling."""
    against = None
    if other is not None and compared is not None:
        against = {**_named(other), "comparison": compared.model_dump(mode="json")}
    return {
        **_named(tried),
        "workflow": tried.workflow,
        "examples": examples.hash,
        "unusable": examples.unusable,
        "repeated": examples.repeated,
        "seconds": tried.seconds,
        **tried.result.model_dump(mode="json"),
        "against": against,
        "ways": [
            {
                **_named(way),
                **way.result.model_dump(mode="json"),
                "comparison": compare_results(way.result, tried.result).model_dump(mode="json"),
            }
            for way in more
        ],
    }


def _named(tried: Tried) -> dict[str, object]:
    return {"eval": tried.eval, "model": tried.model, "prompt_version": tried.prompt_version}


def print_unusable(examples: Examples) -> None:
    """Print the rows that cannot be tried."""
    for row in examples.unusable[:_SHOWN]:
        out.print(shown(f"line {row.line} cannot be tried: {row.why}"))
    if len(examples.unusable) > _SHOWN:
        out.print(f"... and {len(examples.unusable) - _SHOWN:,} more cannot be tried; --json lists all")
    if examples.repeated:
        out.print(f"{examples.repeated:,} repeat an earlier one, and each is tried once")


def print_tried(tried: Tried) -> None:
    """Print the result of an eval."""
    summary = tried.result.summary
    out.print(shown(f"eval {tried.eval}: {tried.workflow}, {tried.version}"))
    if summary.learned_without:
        out.print(
            f"it learns from these examples: each was tried with a model that learned without it "
            f"({summary.learned_without} models)"
        )
    lines = {"tried": f"{summary.tried:,} of {summary.examples:,}"}
    if summary.out_of_scope:
        lines["out of scope"] = f"{summary.out_of_scope:,}"
    for name, share in summary.fields.items():
        lines[f"{name} right"] = _share(share)
    if len(summary.fields) != 1:
        lines["all that is known right"] = _share(summary.whole)
    if summary.regression is not None:
        lines["regression set"] = f"{summary.regression.right:,} of {summary.regression.of:,} right"
    if summary.quotes is not None:
        lines["quotes found on a page"] = _share(summary.quotes)
    if summary.floor is None:
        lines["goes alone"] = "nothing; this workflow only drafts"
    else:
        lines[f"goes alone (floor {summary.floor:g})"] = f"{summary.alone.of:,}"
        lines["right, of those alone"] = _share(summary.alone)
    if summary.second is not None:
        lines["the local model speaks against"] = f"{summary.second.of:,}, of these right: {_share(summary.second)}"
    for code, number in summary.no_proposal.items():
        lines[f"no proposal: {code}"] = f"{number:,}"
    lines["dollars"] = f"{summary.cost:.4f}" + _each(summary.cost / summary.tried if summary.tried else None)
    if summary.milliseconds is not None:
        taken = summary.milliseconds
        lines["milliseconds a case"] = f"{_brief(taken.median)} (half), {_brief(taken.p95)} (19 of 20)"
    width = max(map(len, lines))
    for what, value in lines.items():
        out.print(shown(f"{what:<{width}}  {value}"))
    for sentence, number in summary.nevers.items():
        out.print(shown(f"never {sentence}: {number:,}"))
    _print_risk(summary.risk, of=summary.tried)
    _print_untried(tried)


def _each(cost: object) -> str:
    return f" ({cost:.6f} a case)" if cost else ""


def _brief(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:,.0f}"


def _print_risk(rows: Sequence[RiskRow], *, of: int) -> None:
    if not of:
        return
    out.print()
    out.print(f"{'floor':<6}  {'would go alone':>16}  {'of these wrong':>16}  {'at most (95% sure)':>18}")
    for row in rows:
        mark = "*" if row.own else " "
        alone = f"{row.alone:,} ({row.alone / of:.1%})"
        wrong = f"{row.wrong:,} ({row.wrong / row.alone:.1%})" if row.alone else "-"
        at_most = f"{row.at_most:.1%}" if row.at_most is not None else "-"
        out.print(f"{f'{row.floor:g} {mark}':<6}  {alone:>16}  {wrong:>16}  {at_most:>18}")
    if any(row.own for row in rows):
        out.print("* the workflow's own")


def _print_untried(tried: Tried) -> None:
    summary = tried.result.summary
    for one in untried(tried.trials, examples=summary.examples, unfinished=summary.unfinished):
        out.print(shown(one))


def untried(trials: Sequence[Trial], *, examples: int, unfinished: str | None) -> Iterator[str]:
    """Yield a line for each reason for which examples were not tried. `unfinished`: why the eval ended early."""
    why = Counter(trial.why for trial in trials if trial.outcome is Outcome.UNTRIED)
    for reason, number in why.most_common(_REASONS_SHOWN):
        yield f"{number:,} could not be tried: {reason}"
    if len(why) > _REASONS_SHOWN:
        yield f"... and {sum(why.values()) - sum(n for _, n in why.most_common(_REASONS_SHOWN)):,} more"
    if unfinished is not None:
        yield f"not finished, {examples - len(trials):,} left: {unfinished}"


def print_ways(first: Tried, more: Sequence[Tried]) -> None:
    """Print other ways of giving documents, or of recalling: each by itself, beside the first, then in a table."""
    for tried in more:
        out.print()
        print_tried(tried)
        print_comparison(first, compare_results(tried.result, first.result))
    if not more:
        return
    out.print()
    rows = [_way(tried) for tried in (first, *more)]
    heads = (
        "documents as",
        "recall",
        "all right",
        "quotes found",
        "dollars a case",
        "tokens a case",
        "milliseconds (half)",
    )
    print_table(heads, rows)


def _way(tried: Tried) -> tuple[str, ...]:
    summary = tried.result.summary
    number, taken = max(summary.tried, 1), summary.milliseconds
    return (
        summary.documents or "-",
        "-" if summary.recall is None else str(summary.recall),
        _share(summary.whole),
        _share(summary.quotes) if summary.quotes is not None else "-",
        f"{summary.cost / number:.6f}",
        f"{summary.tokens / number:,.0f}",
        _brief(taken.median) if taken is not None else "-",
    )


def print_comparison(other: Tried, compared: Comparison) -> None:
    """Print the comparison of two versions."""
    out.print()
    out.print(shown(f"against eval {other.eval}: {other.version}"))
    lines: Mapping[str, int] = {
        "both right": compared.both_right,
        "only this one right": compared.only_this,
        "only that one right": compared.only_other,
        "both wrong": compared.both_wrong,
    }
    width = max(map(len, lines))
    for what, number in lines.items():
        out.print(f"{what:<{width}}  {number:,}")
    out.print(f"{compared.word}: {compared.why}")


def _share(share: Share) -> str:
    return f"{share.share:.1%} ({share.right:,} of {share.of:,})" if share.share is not None else "-"
