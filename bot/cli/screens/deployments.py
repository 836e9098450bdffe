"""What `deploy` and `deployments` print."""

from collections.abc import Sequence

from bot.cli.screens.output import moment, out, print_named, print_table, shown
from handlers.texts.governance.deployments import takes
from handlers.texts.plain import percent
from workflows.quality.deployments.evidence import Figures, Measured
from workflows.quality.deployments.views import DeploymentLine, DeploymentView


def print_deployments(lines: Sequence[DeploymentLine]) -> None:
    """Print a list of deployments."""
    if not lines:
        out.print("nothing was ever deployed")
        return
    cells = [
        (
            one.workflow,
            one.number,
            one.name,
            one.state.value,
            one.model,
            one.prompt_version or "",
            moment(one.live_at) if one.live_at is not None else "",
            one.ended_why or "",
        )
        for one in lines
    ]
    print_table(("workflow", "number", "version", "state", "model", "prompt", "live since", "ended"), cells)


def print_deployment(view: DeploymentView) -> None:
    """Print a deployment: what it is, what was measured, and what follows."""
    print_named("deployment", f"{view.workflow} {view.number} ({view.name}): {view.state.value}")
    print_named("model", view.model)
    if view.prompt_version is not None:
        print_named("prompt", view.prompt_version)
    print_named("proposed", f"{moment(view.proposed_at)} by {view.proposed_by}")
    if view.note:
        print_named("note", shown(view.note))
    if view.changes:
        before = f"deployment {view.before_number}" if view.before_number is not None else "nothing"
        print_named(f"differs from {before} in", ", ".join(one.part for one in view.changes))
    _print_evidence(view)
    if view.refused_for:
        print_named("refused for", ", ".join(view.refused_for))
    if view.override_reason:
        print_named("let pass because", shown(view.override_reason))
    for one in view.signatures:
        print_named("signed", f"{moment(one.at)} by {one.by} ({one.how.value})")
    if view.signatures_missing and view.ended_at is None and view.live_at is None:
        print_named("waits for", f"{view.signatures_missing} of {view.signatures_wanted} signatures")
    if view.plan is not None:
        print_named("then", f"used for {percent(view.rollout.share)} of the cases first. {takes(view.plan)}")
    if view.live_at is not None:
        print_named("live since", moment(view.live_at))
    if view.ended_at is not None:
        print_named("ended", f"{moment(view.ended_at)} by {view.ended_by}: {view.ended_why}")


def print_diff(view: DeploymentView) -> None:
    """Print what differs between two prompts."""
    if view.prompt_diff is None:
        out.print("their prompts are the same")
        return
    for line in view.prompt_diff.lines:
        out.print(shown(line), soft_wrap=True)
    if view.prompt_diff.more:
        out.print(f"{view.prompt_diff.more} more lines")


def _print_evidence(view: DeploymentView) -> None:
    found = view.evidence
    if found is None:
        print_named("evidence", "none was made")
        return
    if found.new is None:
        print_named("evidence", "there are no examples, so nothing to measure it by")
        return
    print_named("examples", f"{found.examples}, {found.of_measuring} of them from what people decided")
    for name, figures in (("new", found.new), ("live", found.live)):
        if figures is not None:
            _print_figures(name, figures)
    if found.why_no_live is not None:
        print_named("live", f"not tried here ({found.why_no_live})")
    if found.pairs is not None:
        pairs = found.pairs
        print_named(
            "pair by pair",
            f"{pairs.word.value}: of {pairs.pairs}, {pairs.only_new} right only now, {pairs.only_live} only before",
        )
    if found.critical:
        print_named("critical examples", f"{found.new.right} of {found.critical} right")


def _print_figures(name: str, figures: Figures) -> None:
    print_named(name, f"right {_measured(figures.whole)}")
    for field, one in figures.fields.items():
        print_named(f"{name}, {field}", _measured(one))
    alone = figures.alone
    most = f", at most {alone.at_most:.1%} of such" if alone.at_most is not None else ""
    print_named(f"{name}, alone", f"{alone.alone} of {alone.of}, {alone.wrong} wrong{most}")
    time = f", {figures.milliseconds:.0f} ms" if figures.milliseconds is not None else ""
    print_named(f"{name}, a case", f"${figures.dollars:.4f}{time}")
    if figures.nevers or figures.garbage:
        print_named(f"{name}, amiss", f"nevers {sum(figures.nevers.values())}, garbage {figures.garbage}")


def _measured(one: Measured) -> str:
    share = f" ({one.share:.1%}, {one.low:.1%} to {one.high:.1%})" if one.share is not None else ""
    return f"{one.right} of {one.of}{share}"
