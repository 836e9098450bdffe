"""The watch over versions: one that is watched goes live or ends, and a live one is taken back, by what people decided.

Each look is cheap where nothing changed since the one before: it reads a few newest ids. Moves are those of
deployments, together with the note that tells people, in one transaction. Nothing changes under a reviewer: reviews
keep their proposal, and runs that began keep their version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from store import schema
from store.learning import deployments, rollouts
from store.learning.rollouts import Mark, Outcome, Pair
from store.states import DeploymentState
from workflows.engine.case import learning_notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.engine.reasons import Code, from_json
from workflows.model.port import NoAnswer
from workflows.quality.deployments import moves
from workflows.quality.deployments.moves import Figures
from workflows.quality.deployments.views import Ended
from workflows.quality.rollouts import pairs as judging
from workflows.quality.rollouts.promised import promised
from workflows.quality.rollouts.sequential import Compared, Verdict, compared, unpaired, watched
from workflows.quality.rollouts.views import News

log = structlog.get_logger()

NO_WORSE = "no_worse"
"""Code of the reason why a watched version goes live."""
TOLD_EVERY = timedelta(days=14)
"""Time after which people are told that a version is still watched, and again after each such time."""
MOST_LABELS = 10_000
"""Newest labels of a version that are read: those of the others are years old by then."""
MOST_REVIEWS = 500
"""Most reviews of a live version that are read in one look."""
MOST_CASES = 20
"""Most ids of cases that are kept with the end of a version."""

_WATCHED = (DeploymentState.LIVE, DeploymentState.SHADOW, DeploymentState.SHARING)
_NEVERS = {Code.NEVER, Code.NEVER_UNCHECKED}
_GARBAGE = {NoAnswer.GARBAGE, Code.NO_PROPOSAL}
_RATES = 4
"""Rates of a live version that are watched, and share what may be wrong."""


@dataclass(kw_only=True)
class _Live:
    """Facts read of a live version so far."""

    live_at: datetime
    review: int
    """Newest review that was read."""
    seen: tuple[int, datetime | None] | None = None
    """Newest label, and the time up to which labels were taken back, at the last look."""
    cases: dict[Ended, list[int]] = field(default_factory=lambda: {Ended.NEVERS: [], Ended.GARBAGE: []})
    """Cases that count against it, by what they are counted as, oldest first."""
    outcomes: dict[Ended, list[bool]] = field(default_factory=lambda: {Ended.NEVERS: [], Ended.GARBAGE: []})


class Watch:
    """Watches the versions that are under way, and those that are live. For one thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: dict[int, Mark] = {}
        self._live: dict[int, _Live] = {}

    def look(self) -> int:
        """Look at all versions; return how many went live, ended or were taken back."""
        context, moved = self._context, 0
        with context.database.read() as session:
            used = {one.id: one for one in deployments.used_by(session, team=context.team)}
            found = deployments.under_way(session, team=context.team, states=_WATCHED)
            mark = rollouts.mark(session, team=context.team) if found else None
        watched_now = {one.id for one in found}
        # Of a version that is over, nothing is looked at again.
        self._seen = {one: seen for one, seen in self._seen.items() if one in watched_now}
        self._live = {one: known for one, known in self._live.items() if one in watched_now}
        for deployment in found:
            of = used[deployment.workflow_id]
            if of.name not in context.registry or mark is None:
                continue
            workflow = context.registry.get(of.name)
            try:
                if deployment.state is DeploymentState.LIVE:
                    moved += self._look_at_live(deployment, workflow, mark)
                elif of.live is not None and of.beside == deployment.id:
                    moved += self._look_beside(deployment, workflow, mark, live=of.live)
            except Stale:
                log.info("rollout.changed_meanwhile", workflow=of.name, deployment=deployment.number)
        return moved

    def _look_beside(self, deployment: schema.Deployment, workflow: AnyWorkflow, mark: Mark, *, live: int) -> bool:
        """Look at a version beside the live one. True where it went live or ended."""
        if self._seen.get(deployment.id) == mark:
            self._tell_that_it_lasts(deployment, workflow)
            return False
        if deployment.state is DeploymentState.SHADOW:
            judging.judge(self._context, deployment, workflow)
            found = pairs_of(self._context, deployment)
        else:
            found = arms_of(self._context, deployment, live=live)
        verdict = found.compared.verdict
        if verdict is Verdict.OPEN:
            self._seen[deployment.id] = mark
            self._tell_that_it_lasts(deployment, workflow)
            return False
        with self._context.database.write(urgent=True) as session:
            if verdict is Verdict.WORSE:
                moves.end(session, self._context, deployment, by=SYSTEM, why=Ended.WORSE, figures=found.figures())
                self._tell(session, workflow, deployment, News.WORSE, found.figures())
            else:
                moves.go_live(session, self._context, deployment, by=SYSTEM, why=NO_WORSE)
                self._tell(session, workflow, deployment, News.LIVE, found.figures())
        log.info("rollout.settled", workflow=workflow.name, deployment=deployment.number, verdict=verdict)
        return True

    def _look_at_live(self, deployment: schema.Deployment, workflow: AnyWorkflow, mark: Mark) -> bool:
        """Look at a live version. True where it was taken back."""
        context = self._context
        known = self._live.get(deployment.id)
        assert deployment.live_at is not None
        if known is None or known.live_at != deployment.live_at:
            known = self._live[deployment.id] = self._begun(deployment, deployment.live_at)
        is_new = self._read_reviews(deployment, known)
        with context.database.read() as session:
            seen = (rollouts.last_label(session, deployment.id, team=context.team), mark.revoked)
            if seen != known.seen:
                labels = rollouts.outcomes(
                    session, deployment.id, team=context.team, since=known.live_at, limit=MOST_LABELS
                )
                shadow = rollouts.pairs(session, deployment.id, team=context.team)
                _sort_labels(known, labels)
                known.seen, is_new = seen, True
        if not is_new:
            return False
        with context.database.read() as session:
            shadow = rollouts.pairs(session, deployment.id, team=context.team)
        rates = promised(deployment.evidence, pairs=len(shadow), wrong=sum(pair.new_is_wrong for pair in shadow))
        for what, rate in rates.items():
            found = watched(known.outcomes.get(what, []), promised=rate, sure=sure_of(deployment), beside=_RATES)
            if found.is_above:
                figures = {
                    "what": what,
                    "found": found.found,
                    "of": found.looked_at,
                    "promised": rate,
                    "cases": known.cases[what][-MOST_CASES:],
                    "cost": sum(len(known.cases.get(one, [])) for one in (Ended.ERRORS, Ended.EDITS)),
                }
                return self._take_back(deployment, workflow, what, figures)
        return False

    def _begun(self, deployment: schema.Deployment, live_at: datetime) -> _Live:
        with self._context.database.read() as session:
            first = rollouts.first_review_since(session, team=self._context.team, since=live_at)
            newest = rollouts.newest_review(session, team=self._context.team)
        return _Live(live_at=live_at, review=first - 1 if first else newest)

    def _read_reviews(self, deployment: schema.Deployment, known: _Live) -> bool:
        """Read why people were asked since the last look. True where anything is new."""
        context = self._context
        with context.database.read() as session:
            newest = rollouts.newest_review(session, team=context.team)
            if newest <= known.review:
                return False
            until = min(newest, known.review + 10 * MOST_REVIEWS)
            found = rollouts.reviews_of(
                session,
                deployment.id,
                team=context.team,
                workflow=deployment.workflow_id,
                after=known.review,
                until=until,
                limit=MOST_REVIEWS,
            )
        for one in found:
            codes = {reason.code for reason in from_json(one.reasons)} if one.reasons is not None else set()
            for what, against in ((Ended.NEVERS, _NEVERS), (Ended.GARBAGE, _GARBAGE)):
                is_bad = not codes.isdisjoint(against)
                known.outcomes[what].append(is_bad)
                if is_bad:
                    known.cases[what].append(one.case)
        known.review = found[-1].review if len(found) == MOST_REVIEWS else until
        return bool(found)

    def _take_back(self, deployment: schema.Deployment, workflow: AnyWorkflow, what: Ended, figures: Figures) -> bool:
        """Make the version before a live one live again; where there is none, have people told, once."""
        context = self._context
        try:
            with context.database.write(urgent=True) as session:
                if not _is_still_live(session, context, deployment):
                    return False
                again = moves.take_back(session, context, deployment.workflow_id, by=SYSTEM, why=what, figures=figures)
                self._tell(session, workflow, deployment, News.ROLLED_BACK, {**figures, "again": again.number})
        except Refused:
            with context.database.write() as session:
                self._tell(session, workflow, deployment, News.NO_WAY_BACK, figures)
            return False
        log.warning("rollout.rolled_back", workflow=workflow.name, deployment=deployment.number, why=what)
        return True

    def _tell_that_it_lasts(self, deployment: schema.Deployment, workflow: AnyWorkflow) -> None:
        """Have people told, every two weeks, that a version is still watched and nothing can be told yet."""
        context = self._context
        with context.database.read() as session:
            signed = deployments.signatures(session, [deployment.id], team=context.team)
        since = max((one.at for one in signed), default=deployment.proposed_at)
        times = int((context.clock() - since) / TOLD_EVERY)
        if times < 1:
            return
        found = pairs_of(context, deployment) if deployment.state is DeploymentState.SHADOW else None
        figures = {**(found.figures() if found is not None else {}), "days": times * TOLD_EVERY.days}
        with context.database.write() as session:
            self._tell(session, workflow, deployment, News.CANT_TELL, figures, occasion=str(times))

    def _tell(
        self,
        session: Session,
        workflow: AnyWorkflow,
        deployment: schema.Deployment,
        what: News,
        figures: Figures,
        *,
        occasion: str = "",
    ) -> None:
        learning_notices.rollout(
            session,
            workflow.review,
            team=self._context.team,
            deployment=deployment.id,
            news=what,
            figures=figures,
            occasion=occasion or f"{deployment.live_at.isoformat() if deployment.live_at else ''}",
            at=self._context.clock(),
        )


def _is_still_live(session: Session, context: Context, deployment: schema.Deployment) -> bool:
    used = deployments.held(session, deployment.workflow_id, team=context.team)
    return used is not None and used.live == deployment.id


def _sort_labels(known: _Live, labels: Sequence[Outcome]) -> None:
    for what, is_spot in ((Ended.ERRORS, True), (Ended.EDITS, False)):
        these = [one for one in labels if one.is_spot is is_spot]
        known.outcomes[what] = [one.is_error for one in these]
        known.cases[what] = [one.case for one in these if one.is_error]


def sure_of(deployment: schema.Deployment) -> float:
    """Return the certainty of a deployment's rollout, 0.5 to 1."""
    return float(deployment.rollout.get("sure", 0.9))


def share_of(deployment: schema.Deployment) -> float:
    """Return the share of the cases for which a deployment is asked, or used, 0 to 1."""
    return float(deployment.rollout.get("share", 0.2))


def margin_of(deployment: schema.Deployment) -> float:
    """Return the share of errors by which a deployment may be worse than the live one, 0 to 1."""
    return float(deployment.rollout.get("margin", 0.03))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A version beside the live one, by people's labels."""

    compared: Compared
    pairs: int
    """Cases for which both were asked; for a share: labels of the new version."""
    only_new_wrong: int
    only_live_wrong: int
    cases: Sequence[int]
    """Cases in which only the new version was wrong, oldest first."""
    live_labels: int = 0
    """Labels of the live version, for a share."""

    def figures(self) -> Figures:
        """Return what is kept with the end of a version, and told."""
        return {
            "pairs": self.pairs,
            "only_new_wrong": self.only_new_wrong,
            "only_live_wrong": self.only_live_wrong,
            "cases": list(self.cases[-MOST_CASES:]),
            "cost": len(self.cases),
        }


def pairs_of(context: Context, deployment: schema.Deployment) -> Comparison:
    """Compare a version that is asked beside the live one, by the pairs that people judged."""
    with context.database.read() as session:
        found: Sequence[Pair] = rollouts.pairs(session, deployment.id, team=context.team)
    return Comparison(
        compared=compared((pair.difference for pair in found), margin=margin_of(deployment), sure=sure_of(deployment)),
        pairs=len(found),
        only_new_wrong=sum(pair.difference > 0 for pair in found),
        only_live_wrong=sum(pair.difference < 0 for pair in found),
        cases=[pair.case for pair in found if pair.difference > 0],
    )


def arms_of(context: Context, deployment: schema.Deployment, *, live: int) -> Comparison:
    """Compare a version that is used for a share of the cases with the live one, by the labels of both since then."""
    team = context.team
    with context.database.write() as session:
        if deployment.asked_until is None:
            deployment.asked_until = rollouts.newest_run(session, team=team)
            rollouts.asked_until(session, deployment.id, team=team, run=deployment.asked_until)
        ran_after = deployment.asked_until
        arms = [
            [
                one
                for one in rollouts.outcomes(session, of, team=team, ran_after=ran_after, limit=MOST_LABELS)
                if not one.is_spot
            ]
            for of in (deployment.id, live)
        ]
    new, old = arms
    return Comparison(
        compared=compared(
            unpaired([one.is_error for one in new], [one.is_error for one in old], share=share_of(deployment)),
            margin=margin_of(deployment),
            sure=sure_of(deployment),
        ),
        pairs=len(new),
        only_new_wrong=sum(one.is_error for one in new),
        only_live_wrong=sum(one.is_error for one in old),
        cases=[one.case for one in new if one.is_error],
        live_labels=len(old),
    )
