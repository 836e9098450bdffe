"""Rollouts in words: what became of a version that was watched or live, and what is under way."""

from collections.abc import Sequence
from datetime import date

from handlers.texts.digests.days import dated, short
from handlers.texts.learning.deployments import takes
from handlers.texts.pieces import Line, Paragraph, Piece, Told, bullets, command, line, person, words
from handlers.texts.plain import percent
from workflows.engine.text.sanitize import one_line
from workflows.quality.deployments.views import Plan
from workflows.quality.rollouts.views import News, Probed, RolloutNote, UnderWay

_NAME = 60
"""Characters of a model's name."""
_CASES = 10
"""Cases that a note names; more are counted."""
_TITLES = {
    News.LIVE: "is live",
    News.WORSE: "ended: it is worse than the live version",
    News.CANT_TELL: "is still watched",
    News.ROLLED_BACK: "was rolled back",
    News.NO_WAY_BACK: "is worse than promised",
}
_WHAT = {
    "errors": "were wrong, of those that people looked at after they went alone",
    "edits": "were put right or rejected, of those that people decided",
    "nevers": "broke a never, of those that people were asked about",
    "garbage": "had no usable answer, of those that people were asked about",
}


def note(news: RolloutNote) -> Told:
    """Tell a workflow's people what became of a version."""
    title = _title(news)
    said: list[Paragraph] = [line(words(title, bold=True)), *_said(news)]
    return Told(brief=title, parts=[said])


def _title(news: RolloutNote) -> str:
    if news.news is News.ANSWERS_OTHERWISE:
        since = f" since {short(date.fromisoformat(news.since))}" if news.since is not None else ""
        return f"The model behind {news.workflow} answers differently{since}"
    return f"Version {news.number} of {news.workflow} {_TITLES[news.news]}"


def _said(news: RolloutNote) -> Sequence[Paragraph]:
    match news.news:
        case News.LIVE:
            return [line(words(f"{_compared(news)}. New cases go to it; what began stays with the version before."))]
        case News.WORSE:
            return [
                line(words(f"{_compared(news)}.")),
                *_cases(news),
                line(words("The live version stays as it is."), *_owner(news)),
            ]
        case News.CANT_TELL:
            found = f" {_compared(news)}." if news.pairs is not None else ""
            return [
                line(words(f"After {news.days:,} days nobody can tell whether it is worse.{found}")),
                line(words("To see what it needs: "), command("rollouts", news.workflow)),
            ]
        case News.ROLLED_BACK:
            return [
                *_above(news),
                line(
                    words(
                        f"Version {news.again} is live again. Reviews and runs that began with version {news.number} "
                        f"stay with it."
                    ),
                    *_owner(news),
                ),
            ]
        case News.NO_WAY_BACK:
            return [
                *_above(news),
                line(words("There is no version before it to go back to: pause it, or deploy another."), *_owner(news)),
            ]
        case News.ANSWERS_OTHERWISE:
            return _otherwise(news)


def _otherwise(news: RolloutNote) -> Sequence[Paragraph]:
    lost = f", {news.lost:,} of them right before and wrong now" if news.changed else ""
    models, before = ", ".join(_models(news.models)), ", ".join(_models(news.models_before))
    named = f"Same name: {models}." if models == before else f"It answers as {models}, before as {before}."
    return [
        line(words(f"{news.changed:,} of {_of_probes(news.probes)} changed{lost}. {named}")),
        line(words(f"Version {news.number} stays live. Measure it: "), command("eval", news.workflow)),
        line(words("Back to the version before: "), command("rollback", news.workflow), *_owner(news)),
    ]


def _models(names: Sequence[str]) -> Sequence[str]:
    return [one_line(name, _NAME) for name in names] or ["no name"]


def _of_probes(number: int) -> str:
    return f"{number:,} {'probe' if number == 1 else 'probes'}"


def _compared(news: RolloutNote) -> str:
    if news.is_shared:
        return f"{news.pairs or 0:,} cases with it that people judged: {news.only_new_wrong:,} wrong"
    return _pairs(news.pairs or 0, news.only_new_wrong, news.only_live_wrong)


def _pairs(pairs: int, only_new_wrong: int, only_live_wrong: int) -> str:
    return (
        f"{pairs:,} {'pair' if pairs == 1 else 'pairs'}: {only_live_wrong:,} only the new one right, "
        f"{only_new_wrong:,} only the live one"
    )


def _above(news: RolloutNote) -> Sequence[Paragraph]:
    what = _WHAT.get(news.what or "", "counted against it")
    promised = f" At most {percent(news.promised)} were promised." if news.promised is not None else ""
    cost = f" It cost {news.cost:,} {'case' if news.cost == 1 else 'cases'} that people had to put right."
    return [line(words(f"{news.found:,} of {news.of:,} {what}.{promised}{cost if news.cost else ''}")), *_cases(news)]


def _cases(news: RolloutNote) -> Sequence[Paragraph]:
    if not news.cases:
        return []
    shown: list[Line] = [line(words(f"Case {case}: "), command("explain", case)) for case in news.cases[:_CASES]]
    left = max(news.cost, len(news.cases)) - len(shown)
    if left > 0:
        shown.append(line(words(f"and {left:,} more")))
    return [bullets(shown)]


def _owner(news: RolloutNote) -> Sequence[Piece]:
    return [words(" Owner: "), person(news.owner)] if news.owner else []


def listed(found: Sequence[UnderWay]) -> Told:
    """List the versions that are watched."""
    if not found:
        return Told(brief="Rollouts", parts=[[line(words("No version is watched now."))]])
    parts: list[Sequence[Paragraph]] = [[line(words(in_one_line(one)))] for one in found]
    return Told(brief=f"Rollouts: {len(found):,} under way", parts=parts)


def probes(found: Sequence[Probed]) -> Told:
    """List the last probe of each live version."""
    return Told(brief="Probes", parts=[[line(words(_probed(one)))] for one in found])


def _probed(one: Probed) -> str:
    if one.is_first and not one.asked:
        return f"{one.workflow}: version {one.number} has no probes: it asks systems other than its model"
    name = f"{one.workflow}: version {one.number}, {_of_probes(one.asked)} on {dated(date.fromisoformat(one.day))}"
    right = f"{one.right:,} right; answered by {', '.join(_models(one.models))}"
    if one.is_first:
        return f"{name}, asked twice: {one.changed:,} vary by themselves, {right}"
    return f"{name}: {one.changed:,} changed ({one.vary:,} vary by themselves), {right}"


def planned(workflow: str, plan: Plan, *, share: float) -> Told:
    """Say, before a version is used for a share of the cases, how long that will take."""
    said = f"A version of {workflow} is used for {percent(share)} of the cases first. {takes(plan)}"
    return Told(brief="Rollouts", parts=[[line(words("No version is watched now."))], [line(words(said))]])


def in_one_line(one: UnderWay) -> str:
    """Say in one line how far the watch over a version is."""
    more = f"; needs about {one.more:,} more" if one.more is not None else "; can't tell how many more it needs"
    days = f", {one.days:,} {'day' if one.days == 1 else 'days'}" if one.more is not None and one.days else ""
    name = f"{one.workflow}: version {one.number}"
    if not one.is_shared:
        beside = f" beside version {one.live_number}" if one.live_number is not None else ""
        untold = f"; {one.untold:,} can't tell" if one.untold else ""
        return (
            f"{name} is asked{beside} for {percent(one.share)} of the cases: "
            f"{_pairs(one.pairs, one.only_new_wrong, one.only_live_wrong)}{more}{days}{untold}"
        )
    return (
        f"{name} is used for {percent(one.share)} of the cases: {one.only_new_wrong:,} of {one.pairs:,} wrong, "
        f"the live one {one.only_live_wrong:,} of {one.live_labels:,}{more}{days}"
    )
