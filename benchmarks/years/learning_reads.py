"""Reads of the loop that learns, each with values as in a year of cases: labels, examples, versions, probes, tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from benchmarks.years.reads import Read
from benchmarks.years.year import BEGAN, SECONDS, TEAM, WORKFLOWS
from benchmarks.years.year_learning import LIVE, TEST, WATCHED
from store.learning import deployments, epochs, examples, labels, probes, recalled_examples, rollouts, volume_tests
from store.learning.volume_tests import Claimant
from store.states import DeploymentState, ExampleState

_END = datetime.fromtimestamp(BEGAN + SECONDS, UTC)
_DAY, _WEEK = _END - timedelta(days=1), _END - timedelta(days=7)
_BATCH = 200
_FAR = 1_000
"""Rows before the newest at which a loop goes on."""

_ANA = Claimant(by="U0ANA", at=_END, lapsed=_END - timedelta(minutes=30))

LEARNING: Mapping[str, Read] = {
    "labels.progress": lambda session: labels.progress(session, team=TEAM),
    "labels.last_decision": lambda session: labels.last_decision(session, team=TEAM),
    "labels.decisions_between": lambda session: labels.decisions_between(
        session,
        team=TEAM,
        after=99_000,
        until=100_000,
        limit=50,
    ),
    "labels.checks_to_label": lambda session: labels.checks_to_label(session, team=TEAM, since=_DAY, limit=_BATCH),
    "labels.revoke": lambda session: labels.revoke(session, team=TEAM, since=_DAY, at=_END),
    "labels.after": lambda session: labels.after(
        session, team=TEAM, label=labels.progress(session, team=TEAM).label - _FAR, limit=_BATCH
    ),
    "labels.of_workflow": lambda session: labels.of_workflow(session, team=TEAM, workflow=1, limit=_BATCH),
    "labels.judged_proposals": lambda session: labels.judged_proposals(
        session, team=TEAM, workflow=1, model="large", before=None, limit=_BATCH
    ),
    "labels.counts": lambda session: labels.counts(session, team=TEAM, workflow=1, since=_DAY),
    "examples.lines": lambda session: examples.lines(
        session, team=TEAM, workflow=1, states=[ExampleState.CANDIDATE], limit=_BATCH
    ),
    "examples.taken_contents": lambda session: examples.taken_contents(
        session, team=TEAM, workflow=WORKFLOWS[0], half="learning"
    ),
    "examples.of_case": lambda session: examples.of_case(session, 1, team=TEAM),
    "recalled_examples.taken_mark": lambda session: recalled_examples.taken_mark(session, WORKFLOWS[0], team=TEAM),
    "recalled_examples.of_deployment": lambda session: recalled_examples.of_deployment(session, LIVE, team=TEAM),
    "deployments.under_way": lambda session: deployments.under_way(session, team=TEAM),
    "deployments.under_way shadow": lambda session: deployments.under_way(
        session, team=TEAM, states=[DeploymentState.SHADOW]
    ),
    "deployments.used_by": lambda session: deployments.used_by(session, team=TEAM),
    "deployments.live_of": lambda session: deployments.live_of(session, WORKFLOWS[0], team=TEAM),
    "deployments.taken_in": lambda session: deployments.taken_in(session, 1, team=TEAM, half="learning"),
    "deployments.examples_of": lambda session: deployments.examples_of(session, LIVE, team=TEAM),
    "epochs.standing": lambda session: epochs.standing(session, LIVE, team=TEAM),
    "epochs.open_ones": lambda session: epochs.open_ones(session, team=TEAM),
    "epochs.open_with": lambda session: epochs.open_with(session, range(4_000, 4_400), team=TEAM),
    "epochs.of_cases": lambda session: epochs.of_cases(session, 1, range(4_000, 4_400), team=TEAM),
    "epochs.last_words": lambda session: epochs.last_words(session, range(4_000, 4_400), team=TEAM),
    "epochs.drawn_of": lambda session: epochs.drawn_of(session, range(4_000, 4_400), team=TEAM),
    "epochs.waiting": lambda session: epochs.waiting(session, range(4_000, 4_040), team=TEAM, decided=29_500),
    "epochs.cases_after": lambda session: epochs.cases_after(session, 1, team=TEAM, after=1, limit=_BATCH),
    "epochs.newest_cases": lambda session: epochs.newest_cases(session, [1], team=TEAM),
    "epochs.share_from": lambda session: epochs.share_from(session, 1, team=TEAM, newest=500, floor=0.5),
    "epochs.has_case": lambda session: epochs.has_case(session, 1, 4_705, team=TEAM),
    "rollouts.newest_run": lambda session: rollouts.newest_run(session, team=TEAM),
    "rollouts.runs_between": lambda session: rollouts.runs_between(
        session,
        1,
        team=TEAM,
        after=99_000,
        until=100_000,
        limit=_BATCH,
    ),
    "rollouts.has_shadow": lambda session: rollouts.has_shadow(session, WATCHED, 1, team=TEAM),
    "rollouts.mark": lambda session: rollouts.mark(session, team=TEAM),
    "rollouts.to_judge": lambda session: rollouts.to_judge(session, WATCHED, team=TEAM, limit=_BATCH),
    "rollouts.pairs": lambda session: rollouts.pairs(session, WATCHED, team=TEAM),
    "rollouts.scores": lambda session: rollouts.scores(session, WATCHED, team=TEAM, limit=_BATCH),
    "rollouts.asked": lambda session: rollouts.asked(session, WATCHED, team=TEAM),
    "rollouts.outcomes": lambda session: rollouts.outcomes(session, LIVE, team=TEAM, limit=_BATCH),
    "rollouts.last_label": lambda session: rollouts.last_label(session, LIVE, team=TEAM),
    "rollouts.labels_between": lambda session: rollouts.labels_between(session, 1, team=TEAM, since=_WEEK, until=_END),
    "rollouts.newest_review": lambda session: rollouts.newest_review(session, team=TEAM),
    "rollouts.first_review_since": lambda session: rollouts.first_review_since(session, team=TEAM, since=_DAY),
    "probes.first": lambda session: probes.first(session, LIVE, team=TEAM),
    "probes.days": lambda session: probes.days(session, LIVE, team=TEAM, limit=7),
    "probes.has": lambda session: probes.has(session, LIVE, "2025-12-31", team=TEAM),
    "volume_tests.newest": lambda session: volume_tests.newest(session, team=TEAM, limit=20),
    "volume_tests.newest_reported": lambda session: volume_tests.newest_reported(session, team=TEAM, workflow=1),
    "volume_tests.case": lambda session: volume_tests.case(session, TEST, 7, team=TEAM),
    "volume_tests.to_judge": lambda session: volume_tests.to_judge(session, TEST, team=TEAM, after=0, limit=_BATCH),
    "volume_tests.with_text": lambda session: volume_tests.with_text(session, team=TEAM, after=0, limit=_BATCH),
    "volume_tests.next_to_judge": lambda session: volume_tests.next_to_judge(session, TEST, _ANA, team=TEAM, after=0),
    "volume_tests.waiting": lambda session: volume_tests.waiting(session, TEST, team=TEAM),
    "volume_tests.waiting_packs": lambda session: volume_tests.waiting_packs(session, team=TEAM),
    "volume_tests.newest_of": lambda session: volume_tests.newest_of(session, team=TEAM, workflow=1),
    "volume_tests.ended_of": lambda session: volume_tests.ended_of(
        session, team=TEAM, workflow=1, since=None, until=_END, limit=200
    ),
    "volume_tests.kept": lambda session: volume_tests.kept(session, team=TEAM, workflow=1),
}
"""Reads of a report on a whole volume test, and of what an epoch begins with, are left out: they read as many rows as
the test has.
"""
