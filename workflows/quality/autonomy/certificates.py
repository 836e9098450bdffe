"""Certificates of earned autonomy, and the question whether more may go alone, read from their rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from store.governance import audit, teams
from store.learning import alone, deployments
from store.learning import certificates as told
from store.learning import epochs as kept
from store.learning.certificates import EpochFigures, FloorSums
from store.schema import Epoch
from store.states import Level
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.numbers.estimates import wilson
from workflows.engine.errors import Refused, Unknown
from workflows.quality.autonomy.certifying.certifier import Floor
from workflows.quality.autonomy.certifying.earning import FEWEST, Earning, Looked
from workflows.quality.autonomy.certifying.ledger import Ledger
from workflows.quality.autonomy.codes import Held, News
from workflows.quality.autonomy.hours import Pace, pace_of
from workflows.quality.autonomy.moves import ALONE, COMPARED, next_level, share_of
from workflows.quality.autonomy.prior import prior
from workflows.quality.autonomy.views import (
    Answered,
    Became,
    CertificateView,
    CurvePoint,
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

LINES = 20
"""Epochs that a certificate lists."""
LABELS = 20_000
"""Newest labels of an epoch from which the curve is drawn."""
SCORES, FEWEST_SCORES = 1_000, 50
"""Newest scores from which a share is told where floors were made without any, and the fewest."""
_MOST_RIGHT = 1_000
"""Cases up to which it is reckoned how many more have to be right."""
_APART = 0.05
"""Least distance of the shares of two points of a curve."""
_NO_FIGURES = EpochFigures(alone=0, looked_at=0, errors=0, unjudged=0)
_DAYS = 2
"""Working days after which a spot check is behind."""


def certificate_view(context: Context, workflow: AnyWorkflow) -> CertificateView:
    """Return the certificate of a workflow. Raise `Refused` where it does not earn its autonomy."""
    autonomy = workflow.autonomy
    if autonomy.wrong is None:
        raise Refused(f"{workflow.name} does not earn its autonomy, so it has no certificate: see its charter")
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow.name)
        epoch = _open(session, row, team=context.team) if row is not None else None
        reading = _Reading.of(session, context, workflow, epoch) if epoch is not None else None
        lines = _lines(session, context, row, reading=reading) if row is not None else []
        step = reading.step if reading is not None else None
        more = kept.last_number(session, row, team=context.team) - len(lines) if row is not None else 0
        pace = pace_of(session, context, workflow, row) if row is not None else None
        reach = reading.now if reading is not None else None
        return CertificateView(
            workflow=workflow.name,
            owner=workflow.owner,
            backup=workflow.backup,
            generation=context.restores.number,
            at=context.clock(),
            wrong=autonomy.wrong,
            sure=autonomy.sure,
            by_itself=autonomy.by_itself,
            veto=autonomy.veto,
            spot_checks=autonomy.spot_checks,
            epoch=epoch.id if epoch is not None else None,
            change=epoch.change if epoch is not None else 0,
            now=next((one for one in lines if epoch is not None and one.number == epoch.number), None),
            permitted=reading.then if reading is not None and step is not None else None,
            step=step,
            held=epoch.held if epoch is not None else None,
            needs=reading.needs if reading is not None else [Need(kind=NeedKind.VERSION)],
            checks_a_week=_checks_a_week(pace, reach, epoch.probability) if epoch is not None else None,
            ledger=ledger_of(session, row, team=context.team, sure=autonomy.sure),
            lines=lines,
            more=more,
            curve=reading.curve() if reading is not None else (),
            numbers=dict(epoch.state) if epoch is not None else {},
        )


def facts_of(session: Session, context: Context, workflow: AnyWorkflow) -> PromiseFacts | None:
    """Return how a workflow stands; None where it earns nothing, or nothing of it is live."""
    found = _live(session, context, workflow)
    if found is None:
        return None
    ledger = ledger_of(session, found.row.workflow_id, team=context.team, sure=found.row.sure)
    return PromiseFacts(
        wrong=found.row.wrong,
        level=found.row.level,
        share=found.now.share,
        looked_at=found.row.looked_at,
        alone=ledger.alone,
        most_wrong=ledger.most_wrong,
        is_held=found.row.held is not None,
    )


def standings(context: Context, workflows: Sequence[AnyWorkflow]) -> Sequence[StandingLine]:
    """Return how far those of these workflows go that earn it, by their names."""
    with context.database.read() as session:
        found = [(one.name, _live(session, context, one)) for one in sorted(workflows, key=lambda one: one.name)]
        return [
            StandingLine(
                workflow=name,
                reach=one.now,
                looked_at=one.row.looked_at,
                may_go_further=one.step is not None,
                held=one.row.held,
            )
            for name, one in found
            if one is not None
        ]


def ledger_of(session: Session, workflow: int | None, *, team: int, sure: float) -> LedgerView:
    """Return the ledger of all that went alone of a workflow, over all versions. `workflow`: its row."""
    found = alone.of_workflow(session, workflow, team=team) if workflow is not None else None
    if found is None or found.least is None:
        undrawn, until = (found.undrawn, found.until) if found is not None else (0, None)
        return LedgerView(
            alone=0, until=until, looked_at=0, errors=0, undrawn=undrawn, least=None, sure=sure, most_wrong=None
        )
    looked_at, errors = sum(one.looked_at for one in found.drawn), sum(one.errors for one in found.drawn)
    # What was looked at and is right cannot be wrong.
    most = found.number - (looked_at - errors)
    if found.least < 1:
        counted = Ledger(least=found.least, sure=sure)
        for one in found.drawn:
            for _ in range(one.errors):
                counted.work_in(is_error=True, probability=one.probability)
        most = min(most, max(counted.most_wrong(), errors))
    return LedgerView(
        alone=found.number,
        until=found.until,
        looked_at=looked_at,
        errors=errors,
        undrawn=found.undrawn,
        least=found.least,
        sure=sure,
        most_wrong=most,
    )


def workflow_of(context: Context, epoch: int) -> str:
    """Return the name of the workflow that an epoch is about. Raise `Unknown`."""
    with context.database.read() as session:
        return _known(session, context, epoch)[1].name


def question_of(context: Context, workflow: AnyWorkflow) -> QuestionView:
    """Return the question how far a workflow may go, as somebody asks it. Raise `Refused` where it is no further."""
    view = certificate_view(context, workflow)
    if view.epoch is None:
        raise Refused(f"no version of {workflow.name} is deployed, so nothing of it goes alone")
    if view.step is None:
        raise Refused(f"the evidence does not permit more of {workflow.name} than now: see its certificate")
    return question_view(context, view.epoch, asking=True)


def question_view(context: Context, epoch: int, *, asking: bool = False) -> QuestionView:
    """Return the question whether more may go alone, or what became of it. Raise `Unknown`.

    `asking`: as somebody asks it who was not asked.
    """
    with context.database.read() as session:
        row, workflow = _known(session, context, epoch)
        name = workflow.name
        reading = _Reading.of(session, context, workflow, row)
        answered = None if asking else _answered(session, context, row, reading)
        then = reading.now if answered is not None else reading.then
        pace = pace_of(session, context, workflow, row.workflow_id)
        checks = _checks_a_week(pace, then, workflow.autonomy.spot_checks)
        hours, why = pace.hours(reading.now, then, fewer_by=checks or 0.0)
        deployed = deployments.get(session, row.deployment_id, team=context.team)
        return QuestionView(
            epoch=row.id,
            change=row.change,
            generation=context.restores.number,
            workflow=name,
            owner=workflow.owner,
            backup=workflow.backup,
            version=deployed.number if deployed is not None else 0,
            step=reading.step_to(then),
            now=reading.now,
            then=then,
            wrong=row.wrong,
            sure=row.sure,
            looked_at=row.looked_at,
            errors=reading.errors,
            cases_a_week=pace.cases,
            checks_a_week=checks,
            hours=hours,
            why_no_hours=why,
            veto=workflow.autonomy.veto,
            curve=reading.curve(),
            answered=answered,
        )


def news_view(context: Context, epoch: int, about: Mapping[str, Any]) -> NewsView:
    """Return news of what goes alone. `about`: the facts of the note. Raise `Unknown`."""
    figures = json.loads(about["figures"])
    with context.database.read() as session:
        row, workflow = _known(session, context, epoch)
        deployed = deployments.get(session, row.deployment_id, team=context.team)
        reading = _Reading.of(session, context, workflow, row)
    news, now = News(about["news"]), reading.now
    needed = FEWEST if news is News.DEMOTED else None
    if news is News.WITHDRAWN and now.level not in ALONE:
        # What was looked at counts still, unless it is of other times.
        needed = max(0, FEWEST - reading.earning.labels)
    return NewsView(
        news=news,
        workflow=workflow.name,
        owner=workflow.owner,
        generation=context.restores.number,
        version=deployed.number if deployed is not None else None,
        at=datetime.fromisoformat(about["at"]),
        wrong=row.wrong,
        errors=int(figures.get("errors", 0)),
        checks=int(figures.get("checks", 0)),
        cases=[int(case) for case in figures.get("cases", ())],
        alone_since=int(figures.get("alone_since", 0)),
        packed=int(figures.get("packed", 0)),
        needed=needed,
        behind=int(figures.get("behind", 0)),
        days=int(figures.get("days", _DAYS)),
        reach=now if row.ended_at is None else None,
        by=figures.get("by"),
        reason=figures.get("reason"),
        is_over=news is News.HELD and row.held != Held.BEHIND,
    )


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """An epoch, read."""

    session: Session
    context: Context
    workflow: AnyWorkflow
    row: Epoch
    earning: Earning
    scores: Sequence[float]
    """Newest scores, where its floors were made without any."""

    @classmethod
    def of(cls, session: Session, context: Context, workflow: AnyWorkflow, row: Epoch) -> "_Reading":
        earning, team = Earning.read(row.state), context.team
        scores: Sequence[float] = ()
        if not any(one.coverage for one in earning.certifier.floors):
            like = row.deployment_id
            scores = kept.newest_scores(session, row.workflow_id, team=team, like=like, limit=SCORES)
        return cls(session=session, context=context, workflow=workflow, row=row, earning=earning, scores=scores)

    @property
    def now(self) -> Reach:
        """The reach that it has now."""
        return self._reach(self.row.level, self.row.floor)

    @property
    def then(self) -> Reach:
        """The reach that the evidence permits; that of now where it permits no more."""
        row = self.row
        if row.level is Level.SHADOW:
            return self._reach(Level.DRAFT, None) if row.looked_at >= COMPARED else self.now
        permitted, level = self.earning.permitted, next_level(self.workflow, row)
        goes = row.level in ALONE and row.floor is not None
        if permitted is None or (goes and level is row.level and permitted.at >= (row.floor or 0.0)):
            return self.now
        # What was announced for long enough may go alone, also where it is no more than before.
        return self._reach(level, permitted.at)

    @property
    def step(self) -> Step | None:
        """The step that waits for somebody's word; None where none does."""
        then = self.then
        return None if then == self.now else self.step_to(then)

    def step_to(self, then: Reach) -> Step:
        """Return the step by which it gets so far."""
        before = self.row.level
        if then.level is Level.DRAFT:
            return Step.SHOW
        if before in ALONE and before is then.level:
            return Step.WIDEN
        return Step.ANNOUNCE if then.level is Level.VETO else Step.ALONE

    @property
    def needs(self) -> Sequence[Need]:
        """Conditions for going up."""
        row, found = self.row, list[Need]()
        if row.held == Held.BEHIND:
            found.append(Need(kind=NeedKind.CHECKS))
        if self.step is not None:
            return [*found, Need(kind=NeedKind.LET)]
        if row.level is Level.SHADOW:
            return [*found, Need(kind=NeedKind.COMPARE, number=COMPARED - row.looked_at)]
        if row.level not in ALONE and self.earning.labels < FEWEST:
            found.append(Need(kind=NeedKind.LOOK, number=FEWEST - self.earning.labels))
        if row.level is Level.VETO and self.earning.on_probation:
            return [*found, Need(kind=NeedKind.ANNOUNCED, number=self.earning.on_probation)]
        right = self._right()
        if right is not None and right > FEWEST - self.earning.labels:
            found.append(Need(kind=NeedKind.RIGHT, number=right))
        return found or [Need(kind=NeedKind.NOTHING)]

    @cached_property
    def _figures(self) -> EpochFigures:
        return told.figures(self.session, [self.row.id], team=self.context.team).get(self.row.id, _NO_FIGURES)

    @cached_property
    def start(self) -> Sequence[Looked]:
        """The judged cases of volume tests with which its evidence started."""
        return _start(self.session, self.context, self.row, self._figures)

    @property
    def errors(self) -> int:
        """Labels that it rests on and that count as an error."""
        return self._figures.errors + sum(one.is_error for one in self.start)

    def curve(self) -> Sequence[CurvePoint]:
        """Return what the labels say of floors, the strictest first: some of very many, and those that matter."""
        floors = self._drawn()
        sums = told.sums(self.session, self.row.id, [at for at, _ in floors], team=self.context.team, limit=LABELS)
        found = []
        for (at, share), rows in zip(floors, sums, strict=True):
            one = _with(rows, [case for case in self.start if case.score >= at])
            if one.number:
                wrong = one.wrong / one.weight
                high = wilson(wrong, one.weight**2 / one.squares)[1]
                found.append(
                    CurvePoint(
                        floor=at, share=share, looked_at=one.number, errors=one.errors, wrong=wrong, at_most=high
                    )
                )
        return found

    def _drawn(self) -> list[tuple[float, float]]:
        """Return the floors of the curve, each with its share: those that differ enough, and as far as it may go."""
        matter, drawn = {self.now.floor, self.then.floor}, list[tuple[float, float]]()
        for one in self.earning.certifier.floors:
            share = self._share(one.at)
            if share is None or not share:
                continue
            if one.at in matter or not drawn or share - drawn[-1][1] >= _APART:
                drawn.append((one.at, share))
        return drawn

    def _right(self) -> int | None:
        """Return how many more cases, all of them right, would permit more; None for very many, or where all goes."""
        row, tried = self.row, Earning.read(self.earning.kept())
        goes = row.level in ALONE and row.floor is not None
        if goes and row.floor == min((one.at for one in tried.certifier.floors), default=None):
            return None
        probability = (row.probability, row.least) if goes and row.held is None else (1.0, 1.0)
        case = Looked(score=1.0, is_error=False, probability=probability[0], least=probability[1])
        for number in range(1, _MOST_RIGHT + 1):
            tried.work_in(case)
            permitted = tried.permitted
            if permitted is not None and (not goes or row.floor is None or permitted.at < row.floor):
                return number
        return None

    def _reach(self, level: Level, floor: float | None) -> Reach:
        if level not in ALONE or floor is None:
            return Reach(level=level, floor=None, share=None)
        floors = [one.at for one in self.earning.certifier.floors]
        place = floors.index(floor) if floor in floors else None
        return Reach(level=level, floor=floor, share=self._share(floor), place=place)

    def _share(self, floor: float) -> float | None:
        found: Floor | None = next((one for one in self.earning.certifier.floors if one.at == floor), None)
        if found is not None and found.coverage:
            return found.coverage
        if len(self.scores) < FEWEST_SCORES:
            return None
        return sum(score >= floor for score in self.scores) / len(self.scores)


def _known(session: Session, context: Context, epoch: int) -> tuple[Epoch, AnyWorkflow]:
    """Return an epoch with its workflow. Raise `Unknown`."""
    row = kept.get(session, epoch, team=context.team)
    name = teams.workflow_name(session, row.workflow_id, team=context.team) if row is not None else None
    if row is None or name is None or name not in context.registry:
        raise Unknown("this version is no longer judged")
    return row, context.registry.get(name)


def _live(session: Session, context: Context, workflow: AnyWorkflow) -> "_Reading | None":
    """Return the open epoch of a workflow's live version, read; None where there is none."""
    if not workflow.autonomy.is_earned:
        return None
    row = teams.find_workflow(session, team=context.team, name=workflow.name)
    epoch = _open(session, row, team=context.team) if row is not None else None
    return _Reading.of(session, context, workflow, epoch) if epoch is not None else None


def _open(session: Session, workflow: int, *, team: int) -> Epoch | None:
    used = deployments.used(session, workflow, team=team)
    return kept.open_of(session, used.live, team=team) if used is not None and used.live is not None else None


def _start(session: Session, context: Context, row: Epoch, figures: EpochFigures) -> Sequence[Looked]:
    """Return the judged cases with which the evidence of an epoch started: there are none where its rows are all."""
    if row.looked_at <= figures.looked_at:
        return ()
    return prior(session, context, row.workflow_id, row.deployment_id, at=row.began_at)


def _with(sums: FloorSums, cases: Sequence[Looked]) -> FloorSums:
    """Return what is known of a floor, together with these cases at or above it."""
    weights = [1 / one.probability for one in cases]
    wrong = [weight for one, weight in zip(cases, weights, strict=True) if one.is_error]
    return FloorSums(
        number=sums.number + len(cases),
        weight=sums.weight + sum(weights),
        squares=sums.squares + sum(weight * weight for weight in weights),
        wrong=sums.wrong + sum(wrong),
        errors=sums.errors + len(wrong),
    )


def _lines(session: Session, context: Context, workflow: int, *, reading: "_Reading | None") -> list[EpochLine]:
    """Return the times over which versions were judged, newest first. `reading`: of the one that lasts."""
    team = context.team
    rows = told.of_workflow(session, workflow, team=team, limit=LINES)
    figures = told.figures(session, [row.id for row in rows], team=team)
    versions = {
        one.id: one.number for one in deployments.of_ids(session, {row.deployment_id for row in rows}, team=team)
    }
    found = []
    for row in rows:
        counted = figures.get(row.id, _NO_FIGURES)
        is_now = reading is not None and reading.row.id == row.id
        start = reading.start if reading is not None and is_now else _start(session, context, row, counted)
        reach = Reach(level=row.level, floor=row.floor, share=share_of(row))
        found.append(
            EpochLine(
                number=row.number,
                version=versions.get(row.deployment_id, 0),
                wrong=row.wrong,
                sure=row.sure,
                reach=reading.now if reading is not None and is_now else reach,
                looked_at=row.looked_at,
                errors=counted.errors + sum(one.is_error for one in start),
                alone=counted.alone,
                unjudged=counted.unjudged,
                allowed_by=row.allowed_by,
                allowed_at=row.allowed_at,
                began_at=row.began_at,
                ended_at=row.ended_at,
                end=row.end,
            )
        )
    return found


def _checks_a_week(pace: Pace | None, reach: Reach | None, probability: float) -> float | None:
    """Return how many spot checks a week are to be expected; None where nothing goes alone, or nobody can say."""
    if pace is None or pace.cases is None or reach is None or reach.share is None:
        return None
    return pace.cases * reach.share * probability


def _answered(session: Session, context: Context, row: Epoch, reading: _Reading) -> Answered | None:
    """Return what became of a question; None while it waits."""
    if row.ended_at is not None:
        return Answered(became=Became.ENDED, by=None, at=row.ended_at, reach=None)
    now = reading.now
    if row.asked_at is not None:
        # Labels that it rested on may have changed since.
        return None if reading.step is not None else Answered(became=Became.CHANGED, by=None, at=None, reach=now)
    subject = SubjectKind.EPOCH.of(row.id)
    acts = {
        became: audit.last(session, team=context.team, subject=subject, action=action)
        for became, action in ((Became.LET, "epoch.let"), (Became.LEFT, "epoch.left"))
    }
    done = [(act.id, became, act) for became, act in acts.items() if act is not None]
    if not done:
        return Answered(became=Became.CHANGED, by=None, at=None, reach=now)
    _, became, act = max(done, key=lambda one: one[0])
    return Answered(became=became, by=act.actor, at=act.at, reach=now)
