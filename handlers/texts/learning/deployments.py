"""A deployment in words: what would change, what an eval says of it, who has to sign, and what became of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from handlers.texts.pieces import (
    Line,
    Paragraph,
    Room,
    Told,
    Written,
    as_written,
    bullets,
    command,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import excerpt, percent
from store.states import DeploymentState
from workflows.engine.text.sanitize import one_line
from workflows.quality.deployments.evidence import Evidence, Figures, Measured, Weighed
from workflows.quality.deployments.views import DeploymentView, Ended, PartChange, Plan, RefusedFor, Unweighed
from workflows.quality.evals.mcnemar import Word

NOTE, OVERRIDE_HINT = "Why all the same", "It is kept with your signature, and shown to everybody who reads this."
SIGN_TITLE, ROLL_BACK_TITLE, CHANGE_TITLE = "Sign all the same", "Roll back", "What changes"
SIGN_IT, ROLL_IT_BACK = "Sign", "Roll back"
REASON, REASON_HINT = "Why", "It is shown to the workflow's people."
_NAME = 60
"""Characters of a workflow's name that are shown."""
_NOTE = 500
"""Characters of somebody's words that are shown."""
_SMALLEST = Decimal("0.0001")
"""US dollars below which a cost is not told exactly."""
_DIFF = 20_000
"""Characters of a difference of prompts that are shown."""
_CHANGED: Mapping[str, str] = {
    "prompt": "its prompt",
    "model": "the model that is asked",
    "training": "what was learned from examples",
    "weighing": "how its confidence is weighed",
    "recall": "the past decisions that are told with a case",
    "sames": "what counts as the same",
    "proposing": "the code that proposes",
    "nevers": "its nevers",
    "checks": "its checks",
    "evidence": "the fields that need a quote",
    "scope": "the cases that it is made for",
    "output": "the form of its answer",
    "values": "the values that its answer may have",
    "places": "where a value may stand on a page",
    "second readings": "its second readings",
    "missing": "what it asks the source for",
    "documents": "how a model is given documents",
}
_ENDED: Mapping[str, str] = {
    Ended.REJECTED: "It was rejected.",
    Ended.REPLACED: "Another version took its place.",
    Ended.BROKE_OFF: "Its eval broke off, so it was given up.",
    Ended.BY_HAND: "It was rolled back by hand.",
    Ended.WORSE: "What people decided shows that it is worse.",
    Ended.ERRORS: "It made more errors than its eval promised.",
    Ended.EDITS: "People edited it more often than its eval promised.",
    Ended.NEVERS: "It broke nevers more often than in its eval.",
    Ended.GARBAGE: "It gave no usable answer more often than in its eval.",
    Ended.LIVE_LEFT: "The version that it was compared with is no longer live.",
}
_REFUSED: Mapping[RefusedFor, str] = {
    RefusedFor.WORSE: "it is worse than the live version on the same examples",
    RefusedFor.REGRESSION: "it has a critical example wrong",
    RefusedFor.UNFINISHED: "its eval did not try all examples",
}


def heading(view: DeploymentView) -> str:
    """Return what is asked, or what became of it."""
    name, number = one_line(view.workflow, _NAME), f"version {view.number:,}"
    match view.state:
        case DeploymentState.TRYING:
            return f"{name}: {number} is being tried"
        case DeploymentState.PROPOSED:
            return f"{name}: deploy {number}?"
        case DeploymentState.SHADOW:
            return f"{name}: {number} is in shadow"
        case DeploymentState.SHARING:
            return f"{name}: {number} is used for {percent(view.rollout.share)} of the cases"
        case DeploymentState.LIVE:
            return f"{name}: {number} is live"
        case DeploymentState.ROLLED_BACK:
            return f"{name}: {number} was rolled back"
        case DeploymentState.REPLACED:
            return f"{name}: {number} was replaced"
        case DeploymentState.REJECTED:
            return f"{name}: {number} was not deployed"


def in_brief(view: DeploymentView) -> str:
    """Return the card in a line, for a notification."""
    if view.state is not DeploymentState.PROPOSED or view.evidence is None:
        return heading(view)
    return f"{heading(view)} {_conclusion(view.evidence)}"


def paragraphs(view: DeploymentView, room: Room) -> list[Sequence[Paragraph]]:
    """Say what would change, what was measured, and who has to sign, each apart."""
    parts: list[Sequence[Paragraph]] = [_standing(view), _changes(view)]
    if view.evidence is not None:
        parts.append(_measured(view, view.evidence, room))
        parts.append(_weighed(view.evidence.weighed) if view.evidence.weighed is not None else [])
    parts += [_refused(view), _signing(view)]
    return [part for part in parts if part]


def told(view: DeploymentView, room: Room) -> Told:
    """Tell of a deployment in paragraphs alone, for the command line."""
    head: Paragraph = line(words(heading(view), bold=True))
    return Told(brief=in_brief(view), parts=[[head], *paragraphs(view, room), [line(words(small_print(view)))]])


def change(view: DeploymentView) -> Told:
    """Show what changes, the prompts line by line."""
    parts: list[Sequence[Paragraph]] = [_changes(view)]
    diff = view.prompt_diff
    if diff is not None:
        text: Written = as_written("\n".join(diff.lines), most=_DIFF)
        more = [line(words(f"and {diff.more:,} more lines: "), command("deployments", f"diff {view.workflow}"))]
        parts += [[line(words("Prompt", bold=True)), text], more if diff.more else []]
    return Told(brief=f"What changes in {view.workflow}", parts=[part for part in parts if part])


def refusal(view: DeploymentView) -> list[Paragraph]:
    """Say, above the form in which somebody signs all the same, what speaks against it."""
    return _refused(view)


def rolls_back_to(view: DeploymentView) -> list[Paragraph]:
    """Say, above the form in which somebody takes the live version back, what follows."""
    to = f"version {view.before_number:,}" if view.before_number is not None else "the version before"
    return [
        line(words(f"New cases of {one_line(view.workflow, _NAME)} go to {to} within a minute.", bold=True)),
        line(words("Cases in work stay as they are: nothing changes while somebody reviews them.")),
    ]


def takes(plan: Plan) -> str:
    """Say how many labels a version needs that is used for a share of the cases, and how long that takes."""
    how_long = (
        f"at {plan.a_day:,.0f} a day {plan.days:,} {'day' if plan.days == 1 else 'days'}"
        if plan.days is not None
        else "no labels came lately, so nobody can tell how long that takes"
    )
    return f"To find 3 percentage points more errors, each version needs about {plan.labels:,} labels; {how_long}."


def small_print(view: DeploymentView) -> str:
    """Say which version it is."""
    recalled = f", {view.recall} past decisions told with a case" if view.recall else ""
    prompt = f", prompt {view.prompt_version}" if view.prompt_version is not None else ""
    return f"Version {view.name} on {one_line(view.model, _NAME)}{prompt}{recalled}."


def _standing(view: DeploymentView) -> list[Paragraph]:
    """Say where it comes from, and what became of it."""
    said: list[Paragraph] = []
    if view.state is DeploymentState.LIVE and view.live_at is not None:
        before = f" Before it: version {view.before_number:,}." if view.before_number is not None else ""
        said.append(line(words("Live since "), moment(view.live_at), words(f".{before}")))
    elif view.state is DeploymentState.SHADOW:
        said.append(line(words(_in_the_shadow(view))))
    elif view.state is DeploymentState.SHARING:
        said.append(
            line(words("The other cases go on with the live version, until people's decisions show which is better."))
        )
    elif view.ended_at is not None:
        said.append(line(words(f"{_ENDED.get(view.ended_why or '', 'It ended.')} "), moment(view.ended_at)))
        reason = view.ended_with.get("said")
        if isinstance(reason, str) and reason:
            said.append(quote(excerpt(reason, _NOTE)))
        if view.state is DeploymentState.ROLLED_BACK and view.live_number is not None:
            said.append(line(words(f"Version {view.live_number:,} is live.", bold=True)))
    said.append(line(words("Proposed by "), person(view.proposed_by), words(", "), moment(view.proposed_at)))
    if view.note:
        said.append(quote(excerpt(view.note, _NOTE)))
    return said


def _in_the_shadow(view: DeploymentView) -> str:
    share = percent(view.rollout.share)
    return (
        f"It is asked beside the live version in {share} of the cases, and not used, until what people decide shows "
        "that it is no worse."
    )


def _changes(view: DeploymentView) -> list[Paragraph]:
    if view.before_number is None:
        return [line(words("The first version that is deployed.", bold=True))]
    if not view.changes:
        return [line(words(f"Nothing differs from version {view.before_number:,}."))]
    named = [_change(one) for one in view.changes]
    return [line(words(f"What changes against version {view.before_number:,}", bold=True)), bullets(named)]


def _change(one: PartChange) -> Line:
    what = _CHANGED.get(one.part, one.part)
    what = f"{what[:1].upper()}{what[1:]}"
    if one.part not in ("model", "recall"):
        return line(words(what))
    return line(words(f"{what}: {_plain(one.before)} → {_plain(one.after)}"))


def _plain(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(one_line(str(one), _NAME) for one in value) or "none"
    return "none" if value is None else one_line(str(value), _NAME)


def _measured(view: DeploymentView, evidence: Evidence, room: Room) -> list[Paragraph]:
    new, live = evidence.new, evidence.live
    if new is None or evidence.examples == 0:
        return [line(words("Not measured: ", bold=True), words("there are no examples to try it on."))]
    first = line(words(f"{_conclusion(evidence)} ", bold=True), words(_pairs(evidence)))
    said: list[Paragraph] = [first, bullets([*_shares(new, live, room), *_rest(evidence, new, live)])]
    if evidence.of_measuring and live is not None:
        # Corrections are the live version's errors: a rollout that is watched has no such bias.
        said.append(line(words("Most examples are corrections of what was live, so it looks worse here than it is.")))
    # What is live by now may be this version, or one that came after it.
    if evidence.live is None and view.live_number is not None and view.live_number < view.number:
        said.append(line(words("The live version could not be tried beside it.")))
    return said


def _weighed(weighed: Weighed) -> list[Paragraph]:
    """Say on what its confidence rests, where autonomy is earned by it."""
    area = (
        f"AUROC {_area(weighed.before)} → {_area(weighed.after)} on the measuring half"
        if weighed.before is not None and weighed.after is not None
        else ""
    )
    match weighed.why_not:
        case None:
            return [line(words(f"Confidence weighed from {weighed.labels:,} labels: {area}."))]
        case Unweighed.LOCAL:
            return []
        case Unweighed.NO_BETTER:
            why = f"weighed from {weighed.labels:,} labels it tells right from wrong no better ({area})"
        case Unweighed.NO_LIBRARY:
            why = f"to weigh it from {weighed.labels:,} labels takes the extra local"
        case Unweighed.FEW:
            errors = f"{weighed.errors:,} of them {'an error' if weighed.errors == 1 else 'errors'}"
            why = f"there are too few labels to weigh it ({weighed.labels:,}, {errors})"
    return [line(words(f"Confidence as it is stated, and never more than the second opinion: {why}."))]


def _area(number: float) -> str:
    return f"{number:.2f}".removeprefix("0")


def _conclusion(evidence: Evidence) -> str:
    if evidence.examples == 0 or evidence.new is None:
        return "Nothing to measure it by."
    if evidence.pairs is None:
        return f"Right in {_share(evidence.new.whole)}."
    match evidence.pairs.word:
        case Word.BETTER:
            return "Better than the live version."
        case Word.WORSE:
            return "Worse than the live version."
        case _:
            return "Can't tell whether it is better."


def _pairs(evidence: Evidence) -> str:
    pairs = evidence.pairs
    if pairs is None:
        return f"{evidence.examples:,} examples."
    return (
        f"Of {pairs.pairs:,} examples, only the new one has {pairs.only_new:,} right, only the live one "
        f"{pairs.only_live:,}."
    )


def _shares(new: Figures, live: Figures | None, room: Room) -> list[Line]:
    """Say what is right, as a whole and by field, where there are several."""
    lines = [_line("All right", _share(new.whole, interval=True), _share(live.whole) if live is not None else None)]
    if len(new.fields) > 1:
        for name, share in list(new.fields.items())[: room.items]:
            other = live.fields.get(name) if live is not None else None
            of_live = _share(other) if other is not None else None
            lines.append(_line(one_line(name.replace("_", " ").capitalize(), _NAME), _share(share), of_live))
    return lines


def _rest(evidence: Evidence, new: Figures, live: Figures | None) -> list[Line]:
    lines = []
    if new.alone.floor is not None or (live is not None and live.alone.floor is not None):
        lines.append(_line("Would go alone", _alone(new), _alone(live) if live is not None else None))
    if evidence.critical:
        lines.append(_line("Regression set", f"{new.right:,} of {evidence.critical:,} right", None))
    both = (new, live) if live is not None else (new,)
    if any(one.nevers for one in both):
        lines.append(_line("Break a never", _count(sum(new.nevers.values())), _of(live, _nevers)))
    if any(one.garbage for one in both):
        lines.append(_line("No usable answer", _count(new.garbage), _of(live, lambda one: one.garbage)))
    lines.append(_line("A case costs", _dollars(new.dollars), _dollars(live.dollars) if live is not None else None))
    if new.milliseconds is not None:
        of_live = _time(live.milliseconds) if live is not None and live.milliseconds is not None else None
        lines.append(_line("A case takes", _time(new.milliseconds), of_live))
    return lines


def _line(what: str, new: str, live: str | None) -> Line:
    beside = f"; live: {live}" if live is not None else ""
    return line(words(f"{what}: ", bold=True), words(f"{new}{beside}"))


def _share(share: Measured, *, interval: bool = False) -> str:
    if share.share is None:
        return "none known"
    between = f", between {percent(share.low)} and {percent(share.high)}" if interval else ""
    return f"{share.right:,} of {share.of:,} ({percent(share.share)}{between})"


def _alone(figures: Figures) -> str:
    alone = figures.alone
    if alone.floor is None:
        return "none, it only drafts"
    if alone.alone == 0:
        return f"0 of {alone.of:,}"
    at_most = f", at most {math.ceil(alone.at_most * 100)}%" if alone.at_most is not None else ""
    return f"{alone.alone:,} of {alone.of:,}, {alone.wrong:,} wrong{at_most}"


def _nevers(figures: Figures) -> int:
    return sum(figures.nevers.values())


def _of(figures: Figures | None, number: Callable[[Figures], int]) -> str | None:
    return _count(number(figures)) if figures is not None else None


def _count(number: int) -> str:
    return f"{number:,}"


def _dollars(amount: Decimal) -> str:
    if amount == 0:
        return "nothing"
    return f"${amount:.4f}" if amount >= _SMALLEST else f"less than ${_SMALLEST}"


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"


def _refused(view: DeploymentView) -> list[Paragraph]:
    if not view.refused_for:
        return []
    said: list[Paragraph] = [
        line(words("Refused: ", bold=True), words(f"{'; '.join(_REFUSED[one] for one in view.refused_for)}."))
    ]
    if view.override_reason:
        return [*said, line(words("Signed all the same:")), quote(excerpt(view.override_reason, _NOTE))]
    if view.state is DeploymentState.PROPOSED:
        said.append(line(words("Who signs all the same says why, and that is kept.")))
    return said


def _signing(view: DeploymentView) -> list[Paragraph]:
    said: list[Paragraph] = [
        line(words("Signed by "), person(one.by), words(", "), moment(one.at)) for one in view.signatures
    ]
    if view.state is DeploymentState.PROPOSED and view.signatures_missing:
        stands_in = [words(" or "), person(view.backup)] if view.backup is not None else []
        if not view.signatures:
            said.append(line(words("Its owner signs: "), person(view.owner), *stands_in))
        if view.signatures_wanted > 1:
            said.append(line(words("Two persons have to sign, the second may be an engineer.")))
        if view.plan is not None:
            first = f"Signed, it is used for {percent(view.rollout.share)} of the cases first."
            said.append(line(words(f"{first} {takes(view.plan)}")))
    return said
