"""Earned autonomy in words: the question whether more may go alone, the certificate, and news. No statistics in it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from handlers.texts.charts import Chart, ChartKind, Series
from handlers.texts.digests.amounts import count, rounded
from handlers.texts.measures import Unit
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    command,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import duration, excerpt, percent
from store.states import Level
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.engine.text.sanitize import one_line
from workflows.quality.autonomy.codes import End, Held, News
from workflows.quality.autonomy.views import (
    Became,
    CertificateView,
    EpochLine,
    LedgerView,
    Need,
    NeedKind,
    NewsView,
    QuestionView,
    Reach,
    StandingLine,
    Step,
)

TITLE, TAKE_BACK_TITLE = "Certificate", "Take it back"
WHY, WHY_HINT = "Why", "It is kept, and shown to the workflow's people."
TAKE_IT_BACK = "Take it back"
LET, TAKEN_BACK = "You allowed it.", "You took it back: people decide every case."
AT_HOME, MORE_MAY = "May it go further?", ": the evidence permits more than now."
ROOM = Room(text=1_000, line=200, items=12)
"""Room for a certificate."""
_NAME = 60
"""Characters of a workflow's name that are shown."""
_REASON = 500
"""Characters of somebody's words that are shown."""
_ENDED: Mapping[str, str] = {
    End.REPLACED: "another version took its place",
    End.DEMOTED: "taken back by itself: more was wrong than promised",
    End.PROMISE: "its author promises something else",
    End.WITHDRAWN: "taken back by a person",
    End.NOT_EARNED: "its author ended earned autonomy",
}
_LEVELS: Mapping[Level, str] = {
    Level.SHADOW: "Shadow",
    Level.DRAFT: "Draft",
    Level.VETO: "Veto",
    Level.GUARDED: "Guarded",
}
_HELD: Mapping[str, str] = {Held.BEHIND: "spot checks are behind"}


def promised(wrong: float) -> str:
    """Say a promised share: 5%, 2.5%."""
    return f"{wrong * 100:.3g}%"


def one_in(wrong: float) -> str:
    """Say a promised share as people count: 1 in 20."""
    times = 1 / wrong
    return f"1 in {times:,.0f}" if abs(times - round(times)) < 0.01 else f"{promised(wrong)} of them"


def reach_in_brief(reach: Reach) -> str:
    """Say in a few words how far a version goes by itself."""
    match reach.level:
        case Level.SHADOW:
            return "compared in shadow"
        case Level.DRAFT:
            return "a person decides every case"
        case Level.VETO:
            return f"{_share(reach)} announced first"
        case Level.GUARDED:
            return f"{_share(reach)} alone"


def reach(of: Reach, *, veto: timedelta | None) -> str:
    """Say how far a version goes by itself, after the name of its level."""
    match of.level:
        case Level.SHADOW:
            return "people decide without seeing what it proposes, and both are compared."
        case Level.DRAFT:
            return "people see what it proposes, and decide every case."
        case Level.VETO:
            how_long = f" after {_time(veto)}" if veto is not None else ""
            return f"{_share(of)} of the cases are announced, and delivered{how_long} unless a person stops them."
        case Level.GUARDED:
            return f"{_share(of)} of the cases go alone."


def _share(of: Reach) -> str:
    return percent(of.share) if of.share is not None else "the surest"


# The question.


def heading(view: QuestionView) -> str:
    """Return what is asked, or what became of it."""
    name = one_line(view.workflow, _NAME)
    if view.answered is not None:
        return f"{name}: {_BECAME[view.answered.became]}"
    match view.step:
        case Step.SHOW:
            return f"{name}: show what it proposes?"
        case Step.ANNOUNCE:
            return f"{name}: announce {_share(view.then)}?"
        case Step.ALONE:
            return f"{name}: let {_share(view.then)} go alone?"
        case Step.WIDEN:
            what = "announce" if view.then.level is Level.VETO else "let"
            alone = "" if view.then.level is Level.VETO else " go alone"
            return f"{name}: {what} {_share(view.then)}{alone}, in place of {_share(view.now)}?"


_BECAME: Mapping[Became, str] = {
    Became.LET: "allowed",
    Became.LEFT: "not now",
    Became.CHANGED: "no longer asked",
    Became.ENDED: "no longer asked",
}


def permits(view: QuestionView) -> str:
    """Say what the evidence permits."""
    at_most = f"at no more than {promised(view.wrong)} wrong"
    match view.step:
        case Step.SHOW:
            same = view.looked_at - view.errors
            part = f": {percent(same / view.looked_at)} the same" if view.looked_at else ""
            return f"{count(view.looked_at, 'answer')} compared{part}. Show what it proposes to reviewers?"
        case Step.ANNOUNCE:
            wait = f" for {_time(view.veto)}" if view.veto is not None else ""
            return f"The evidence permits {_share(view.then)} to be announced{wait} and then delivered, {at_most}."
        case _:
            how = "to be announced first" if view.then.level is Level.VETO else "alone"
            now = f", now {_share(view.now)}" if view.step is Step.WIDEN else ""
            return f"The evidence permits {_share(view.then)} {how} {at_most}{now}."


def in_brief(view: QuestionView) -> str:
    """Return the question in a line, for a notification."""
    if view.answered is not None:
        return heading(view)
    return f"{one_line(view.workflow, _NAME)}: {permits(view)}{'' if view.step is Step.SHOW else ' Allow it?'}"


def question(view: QuestionView) -> list[Sequence[Paragraph]]:
    """Say what is asked and what speaks for it, or what became of the question, each apart."""
    if view.answered is not None:
        return [_answered(view)]
    said: list[Paragraph] = [line(words(permits(view), bold=True))]
    if view.step is not Step.SHOW:
        said += [line(words(rests_on(view))), line(words("Hours freed: ", bold=True), words(hours(view)))]
    return [said, [line(words(_back(view)))]]


def small_print(view: QuestionView) -> str:
    """Say which version it is about, and how sure the promise is."""
    promise = f" The promise is for each version and holds with {promised(view.sure)} certainty."
    shown = promise if view.step is not Step.SHOW else ""
    return f"Version {view.version:,}.{shown} Only its owner, or whoever stands in, may allow it."


def what_is_let(to: Reach) -> str:
    """Say in a few words what somebody lets a version do."""
    return "reviewers see what it proposes" if to.level is Level.DRAFT else reach_in_brief(to)


def rests_on(view: QuestionView) -> str:
    """Say how many were looked at, and how many will be."""
    if view.step is Step.SHOW:
        return f"{count(view.looked_at, 'case')} compared, {view.errors:,} differ."
    return f"{view.looked_at:,} looked at{_of_these(view)}. {checks(view.checks_a_week)}"


def _of_these(view: QuestionView) -> str:
    """Say how many of those looked at would have gone alone, and were wrong; nothing where nobody can say."""
    point = next((one for one in view.curve if one.floor == view.then.floor), None)
    if point is None:
        return ""
    wrong = f"{point.errors:,} {_were(point.errors)} wrong" if point.errors else "none was wrong"
    return f": of the {point.looked_at:,} that would have gone alone, {wrong}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def checks(a_week: float | None) -> str:
    """Say how many spot checks are to be expected."""
    if a_week is None:
        return "How many spot checks a week is not known yet."
    return f"About {count(max(1, round(a_week)), 'spot check')} a week, more of them at first."


def hours(view: QuestionView) -> str:
    """Say how many hours a week are freed, or why nobody knows."""
    if view.hours is not None:
        return f"about {rounded(view.hours.then)} a week, now {rounded(view.hours.now)}, against the baseline."
    less = _less(view)
    if view.why_no_hours is WhyNotFreed.NOT_MEASURED:
        return f"not known, too few decisions were timed.{less}"
    return f"no baseline, nobody measured how long a case takes by hand.{less}"


def _less(view: QuestionView) -> str:
    share, now = view.then.share, view.now.share if view.now.level in (Level.VETO, Level.GUARDED) else 0.0
    fewer = round((share - now) * view.cases_a_week) if share and now is not None and view.cases_a_week else 0
    return f" People decide about {count(fewer, 'case')} a week fewer." if fewer > 0 else ""


def _back(view: QuestionView) -> str:
    if view.step is Step.SHOW:
        return "Nothing goes alone because of this. Anybody who answers for it can take it back."
    return "It is taken back by itself once more is wrong, and at once by anybody who answers for it."


def _answered(view: QuestionView) -> list[Paragraph]:
    answer = view.answered
    assert answer is not None
    by: list[Piece] = [person(answer.by)] if answer.by is not None else [words("it")]
    when: list[Piece] = [words(", "), moment(answer.at)] if answer.at is not None else []
    stands: list[Paragraph] = []
    if answer.reach is not None and answer.became is not Became.LEFT:
        name, said = _LEVELS[answer.reach.level], reach(answer.reach, veto=view.veto)
        stands = [line(words(f"{name}: ", bold=True), words(said))]
    match answer.became:
        case Became.LET:
            return [line(words("Allowed by "), *by, *when), *stands]
        case Became.LEFT:
            later = [words("The button stays in "), command("certificate", view.workflow), words(".")]
            return [line(words("Not now, said "), *by, *when), line(*later)]
        case Became.CHANGED:
            return [line(words("The evidence or the level has changed since this was asked.")), *stands]
        case Became.ENDED:
            return [line(words("This version is no longer judged, so nothing is asked."))]


def curve(view: QuestionView | CertificateView) -> Chart | None:
    """Return the chart of how much is wrong by how much goes alone; None for fewer than two points, or where it is no
    part of what is asked.
    """
    if isinstance(view, QuestionView) and view.step is Step.SHOW:
        return None
    # Floors between which no case lies let the same share go alone.
    points = list({percent(one.share): one for one in view.curve if one.looked_at}.values())
    if len(points) < 2:
        return None
    return Chart(
        title="Wrong, by the share that goes alone",
        kind=ChartKind.LINE,
        measure="wrong",
        unit=Unit.SHARE,
        places=[percent(one.share) for one in points],
        series=[
            Series(name="wrong at most", values=[one.at_most for one in points]),
            Series(name="found wrong", values=[one.wrong for one in points]),
            Series(name="promised at most", values=[view.wrong for _ in points]),
        ],
    )


# The certificate.


def certificate(view: CertificateView, room: Room) -> Told:
    """Say what a workflow promises of what it resolves alone, and what that rests on."""
    return Told(brief=certificate_in_brief(view), parts=certificate_parts(view, room))


def certificate_heading(view: CertificateView) -> str:
    """Return the name of the certificate."""
    return f"Certificate of {one_line(view.workflow, _NAME)}"


def certificate_in_brief(view: CertificateView) -> str:
    """Return the certificate in a line."""
    name = one_line(view.workflow, _NAME)
    if view.now is None:
        return f"{name}: nothing goes alone, no version is deployed"
    return f"{name}: {reach_in_brief(view.now.reach)}, {view.now.looked_at:,} looked at"


def certificate_parts(view: CertificateView, room: Room) -> list[Sequence[Paragraph]]:
    """Say it in parts: where it stands, the promise, the ledger, the versions, what it takes, and what it does not
    say.
    """
    parts: list[Sequence[Paragraph]] = [
        _stands(view),
        _promise(view),
        [line(words("Whatever changed", bold=True)), line(words(ledger(view.ledger)))],
        [line(words("What it takes to go up", bold=True)), *_needs(view)],
        _versions(view, room),
        [line(words("What it does not say", bold=True)), line(words(_NOT_SAID))],
    ]
    return [part for part in parts if part]


_NOT_SAID = (
    "That no case is wrong, or anything about cases that nobody judged. Each version, and each new beginning of one, "
    "is a promise of its own: twelve a year are twelve promises, and each may break by chance. So look at the line for "
    "all of them, too."
)


def _stands(view: CertificateView) -> list[Paragraph]:
    now = view.now
    if now is None:
        return [
            line(words("Nothing goes alone: no version of it is deployed, so there is nothing to judge.", bold=True))
        ]
    name = f"{_LEVELS[now.reach.level]}: "
    said: list[Paragraph] = [line(words(name, bold=True), words(reach(now.reach, veto=view.veto)))]
    if view.held is not None:
        why = _HELD.get(view.held, "it waits")
        said.append(line(words(f"Nothing goes alone for now: {why}.", bold=True)))
    if now.allowed_by is not None and now.allowed_at is not None:
        said.append(line(words("Allowed by "), person(now.allowed_by), words(", "), moment(now.allowed_at)))
    said.append(line(words(f"Version {now.version:,}: {_figures(now)}.")))
    if sure := _sure_enough(view, now):
        said.append(line(words(sure)))
    if view.permitted is not None and view.step is not None:
        said.append(line(words(_permitted(view), bold=True)))
    return said


def _sure_enough(view: CertificateView, now: EpochLine) -> str:
    """Say how many of those looked at go alone by now, and were wrong: that is what is promised."""
    point = next((one for one in view.curve if one.floor == now.reach.floor), None)
    if point is None:
        return ""
    how = "be announced" if now.reach.level is Level.VETO else "go alone"
    return f"Of the {point.looked_at:,} that are sure enough to {how}, {point.errors:,} {_were(point.errors)} wrong."


def _permitted(view: CertificateView) -> str:
    assert view.permitted is not None
    if view.step is Step.SHOW:
        return "Enough is compared: what it proposes may be shown to reviewers."
    how = "announced first" if view.permitted.level is Level.VETO else "alone"
    return f"The evidence permits {_share(view.permitted)} {how}."


def _promise(view: CertificateView) -> list[Paragraph]:
    of = "Of what it resolves alone"
    said = f"{of}, at most {promised(view.wrong)} are wrong, at every moment, with {promised(view.sure)} certainty."
    looked_at = (
        f"Of what goes alone at least {promised(view.spot_checks)} are looked at by people who do not see the answer"
    )
    often = f", now about {count(max(1, round(view.checks_a_week)), 'case')} a week" if view.checks_a_week else ""
    return [
        line(words("The promise", bold=True)),
        line(words(said)),
        line(words("It rests on this:")),
        bullets(
            [
                line(words(f"{looked_at}{often}, and what they find is right.")),
                line(words("So is what reviewers decide, also with the proposal before them.")),
                line(words("The cases of a version are alike: those that come are like those that were looked at.")),
            ]
        ),
    ]


def ledger(of: LedgerView) -> str:
    """Say what is known of all that ever went alone."""
    undrawn = f" {of.undrawn:,} more were never to be looked at, so nothing is said about them." if of.undrawn else ""
    later = " Later ones count once the spot checks before them are done." if of.until is not None else ""
    if of.most_wrong is None or not of.alone:
        none = "Nothing went alone so far." if not later else "Nothing is counted yet: its first spot check waits."
        return f"{none}{undrawn}"
    looked = f"{of.looked_at:,} were looked at, {of.errors:,} of them wrong"
    return (
        f"At most {of.most_wrong:,} of {of.alone:,} that went alone are wrong, over all versions, with "
        f"{promised(of.sure)} certainty: {looked}. This rests on nothing but fair draws.{later}{undrawn}"
    )


def _needs(view: CertificateView) -> list[Paragraph]:
    return [line(*_need(one, view)) for one in view.needs]


def _need(one: Need, view: CertificateView) -> list[Piece]:
    number = one.number or 0
    match one.kind:
        case NeedKind.COMPARE:
            return [words(f"People decide {count(number, 'more case')} without seeing the proposal.")]
        case NeedKind.LOOK:
            return [words(f"People decide, or look at, {count(number, 'more case')}.")]
        case NeedKind.RIGHT:
            return [words(f"At least {count(number, 'more confident case')} have to be right; more, if any is wrong.")]
        case NeedKind.ANNOUNCED:
            more = count(number, "more spot check")
            return [words(f"{more} of what is announced: then it may go alone without that.")]
        case NeedKind.LET:
            return [words("Its owner allows it: "), command("let", view.workflow)]
        case NeedKind.CHECKS:
            return [words("The spot checks that are behind are done.")]
        case NeedKind.VERSION:
            return [words(f"A version is deployed: countersign deploy {one_line(view.workflow, _NAME)}")]
        case NeedKind.NOTHING:
            return [words("Nothing: it goes as far as the evidence permits. More labels may permit more.")]


def _versions(view: CertificateView, room: Room) -> list[Paragraph]:
    if not view.lines:
        return []
    shown = view.lines[: room.items]
    lines = [_version(one) for one in shown]
    if more := len(view.lines) - len(shown) + view.more:
        lines.append(line(words(f"and {more:,} before them")))
    return [line(words("The versions", bold=True)), bullets(lines)]


def _figures(one: EpochLine) -> str:
    unjudged = f", {one.unjudged:,} judged by nobody" if one.unjudged else ""
    return f"{one.looked_at:,} looked at, {count(one.errors, 'proposal')} wrong{unjudged}, {one.alone:,} went alone"


def _version(one: EpochLine) -> Line:
    figures = f": {reach_in_brief(one.reach)}, {_figures(one)}"
    pieces: list[Piece] = [words(f"Version {one.version:,}, "), moment(one.began_at)]
    if one.ended_at is None:
        return line(*pieces, words(f" until now{figures}"))
    why = _ENDED.get(one.end or "", "ended")
    return line(*pieces, words(" to "), moment(one.ended_at), words(f"{figures}; {why}"))


def in_status(lines: Sequence[StandingLine]) -> Told:
    """Say how far workflows go, a line for each."""
    said = [line(words(f"{one_line(one.workflow, _NAME)}: ", bold=True), words(_standing(one))) for one in lines]
    head: Paragraph = line(words("Earned", bold=True))
    return Told(brief="Earned", parts=[[head, bullets(said)]])


def _standing(one: StandingLine) -> str:
    more = "; the evidence permits more" if one.may_go_further else ""
    said = f"{reach_in_brief(one.reach)}, {one.looked_at:,} looked at{more}"
    return said if one.held is None else f"nothing goes alone for now, {_HELD.get(one.held, 'it waits')}; then {said}"


# News.


def news_heading(view: NewsView) -> str:
    """Return the news in a few words."""
    name = one_line(view.workflow, _NAME)
    match view.news:
        case News.DEMOTED:
            return f"{name}: nothing goes alone any more"
        case News.WITHDRAWN:
            return f"{name}: taken back"
        case News.NARROWED:
            return f"{name}: less goes alone"
        case News.UNANNOUNCED:
            return f"{name}: nothing is announced any more"
        case News.RESTORED:
            return f"{name}: nothing goes alone since the restore"
        case News.HELD:
            return f"{name}: nothing goes alone for now"
        case News.FREE:
            return f"{name}: cases go alone again"


def news(view: NewsView) -> list[Paragraph]:
    """Tell the news: what happened, and what it takes."""
    match view.news:
        case News.DEMOTED:
            return _demoted(view)
        case News.WITHDRAWN:
            return _withdrawn(view)
        case News.NARROWED:
            return [line(words("Labels that it rested on were taken back or changed.")), *_goes(view)]
        case News.UNANNOUNCED:
            return [line(words("Its declaration names no time for a veto any more.")), *_goes(view)]
        case News.RESTORED:
            said = (
                "The database was restored from a backup, which may not know that it was taken back since. "
                "Its owner can allow it again."
            )
            return [line(words(said)), *_goes(view)]
        case News.HELD:
            return [line(words(_behind(view)))]
        case News.FREE:
            return [line(words("The spot checks are done.")), *_goes(view)]


def _goes(view: NewsView) -> list[Paragraph]:
    """Say how far it goes now."""
    return [line(words(f"Now: {reach_in_brief(view.reach)}."))] if view.reach is not None else []


def _behind(view: NewsView) -> str:
    late = f"{count(view.behind, 'spot check')} {'is' if view.behind == 1 else 'are'} older than "
    late += count(view.days, "working day")
    return f"{late}; they are done by now." if view.is_over else f"{late}: nothing goes alone until they are done."


def _demoted(view: NewsView) -> list[Paragraph]:
    said: list[Paragraph] = []
    if view.checks:
        of = f"{view.errors:,} of the last {view.checks:,} looked at were wrong, the promise is {one_in(view.wrong)}."
        said.append(line(words(of)))
    said.append(line(words("All cases have gone to people since "), moment(view.at), words(".")))
    if view.cases:
        named = [command("case", view.cases[0]), *(words(f", {case}") for case in view.cases[1:])]
        said.append(line(words("Wrong: "), *named))
    if view.alone_since:
        pack = f"; {view.packed:,} of them are to be looked through, the least sure first" if view.packed else ""
        said.append(line(words(f"{count(view.alone_since, 'case')} went alone since the last good evidence{pack}.")))
    return [*said, *_comes_back(view)]


def _withdrawn(view: NewsView) -> list[Paragraph]:
    by: list[Piece] = [words("Taken back by "), person(view.by)] if view.by is not None else [words("Taken back")]
    said: list[Paragraph] = [line(*by, words(", "), moment(view.at))]
    if view.reason:
        said.append(quote(excerpt(view.reason, _REASON)))
    return [*said, *_goes(view), *_comes_back(view)]


def _comes_back(view: NewsView) -> list[Paragraph]:
    if view.needed is None:
        return []
    if not view.needed:
        again = words("What was looked at still counts: its owner can allow it again as far as the evidence permits.")
        return [line(again)]
    return [line(words(f"To come back it takes about {count(view.needed, 'decision')} of people."))]


def news_brief(view: NewsView) -> str:
    """Return the news in a line, for a notification."""
    if view.news is News.HELD:
        return f"{news_heading(view)}: {_behind(view)}"
    if view.news is not News.DEMOTED or not view.checks:
        return news_heading(view)
    return f"{news_heading(view)}: {view.errors:,} of the last {view.checks:,} looked at were wrong"


def takes_back(view: CertificateView) -> list[Paragraph]:
    """Say, above the form in which somebody takes back what goes alone, what follows."""
    name = one_line(view.workflow, _NAME)
    return [
        line(words(f"All cases of {name} go to people at once.", bold=True)),
        line(words("What was looked at so far still counts: its owner can allow it again.")),
    ]


def let(workflow: str, to: Reach) -> Told:
    """Confirm that somebody let it."""
    said = f"Allowed: {one_line(workflow, _NAME)}, {what_is_let(to)}"
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


def taken_back(workflow: str, to: Level) -> Told:
    """Confirm that somebody took it back."""
    said = f"Taken back: {one_line(workflow, _NAME)}, {_BACK_AT.get(to, 'people decide every case')}"
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


_BACK_AT: Mapping[Level, str] = {
    Level.SHADOW: "people decide every case without seeing the proposal",
    Level.VETO: "what went alone is announced first",
}
"""Level to which it was taken back -> what happens then."""


def _time(length: timedelta) -> str:
    return duration(int(length.total_seconds()))
