"""The texts of a deployment: what changes, what was measured, who signs; nothing of a stranger's words runs."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.slack.blocks.learning.deployment import deployment
from handlers.slack.specimens.learning.deployments import DEPLOYMENT, DEPLOYMENTS, EVIDENCE, NEW
from handlers.slack.specimens.learning.rollouts import NOTES
from handlers.slack.specimens.reviews import OTHER, WHO
from handlers.texts.learning.deployments import heading, in_brief
from handlers.texts.learning.rollouts import note
from tests.unit.handlers.slack import message
from workflows import Rollout
from workflows.engine.errors import BadDeclaration


def _said(name: str) -> str:
    return message(deployment(replace(DEPLOYMENT, **DEPLOYMENTS[name])), named=(WHO, OTHER))


def test_a_proposed_version_says_what_changes_what_was_measured_and_who_signs() -> None:
    said = _said("proposed")
    for wanted in (
        "triage: deploy version 4?",
        "The model that is asked: claude-haiku-4-5 → claude-sonnet-4-5",
        "Better than the live version.",
        "Of 120 examples, only the new one has 13 right, only the live one 2.",
        "All right: 108 of 120 (90%, between 83% and 94%); live: 97 of 120 (80%)",
        "Would go alone: 71 of 120, 2 wrong, at most 9%; live: 60 of 120, 3 wrong, at most 13%",
        "Regression set: 12 of 12 right",
        "A case costs: $0.0042; live: $0.0031",
        "Its owner signs",
    ):
        assert wanted in said, wanted


@pytest.mark.parametrize(("live", "is_told"), [(None, False), (3, True), (4, False), (5, False)])
def test_only_a_version_beside_an_earlier_live_one_says_that_it_was_not_compared(
    live: int | None, is_told: bool
) -> None:
    alone = EVIDENCE.model_copy(update={"live": None, "pairs": None})
    view = replace(DEPLOYMENT, evidence=alone, live_number=live)
    assert ("could not be tried beside it" in message(deployment(view), named=(WHO, OTHER))) is is_told


def test_an_upper_bound_is_rounded_up() -> None:
    alone = NEW.alone.model_copy(update={"at_most": 0.0501})
    evidence = EVIDENCE.model_copy(update={"new": NEW.model_copy(update={"alone": alone})})
    assert "at most 6%" in message(deployment(replace(DEPLOYMENT, evidence=evidence)), named=(WHO, OTHER))


def test_a_refused_version_says_why_and_asks_whoever_signs_for_a_reason() -> None:
    said = _said("worse")
    assert "Refused: it is worse than the live version on the same examples; it has a critical example wrong." in said
    assert "Approve all the same" in said


def test_words_of_others_ping_nobody() -> None:
    # It calls nobody but those named; as text, such words are harmless.
    assert "these* <!channel> rules changed" in _said("live, in spite of all")


def test_without_examples_it_says_that_there_is_nothing_to_measure_it_by() -> None:
    view = replace(DEPLOYMENT, **DEPLOYMENTS["without examples"])
    assert in_brief(view) == "triage: deploy version 4? Nothing to measure it by."
    assert "Not measured: there are no examples to try it on." in _said("without examples")


def test_each_state_has_a_heading_of_its_own() -> None:
    headings = {heading(replace(DEPLOYMENT, **other)) for other in DEPLOYMENTS.values()}
    assert len(headings) == 8


def test_before_a_share_is_signed_it_says_how_long_that_takes() -> None:
    said = _said("for a share of the cases")
    assert (
        "Signed, it is used for 20% of the cases first. To find 3 percentage points more errors, each version "
        "needs about 1,060" in said
    )
    assert "at 40 a day 133 days" in said


def test_people_are_told_of_a_model_that_answers_otherwise() -> None:
    told = note(NOTES["answers otherwise"])
    assert told.brief == "The model behind support-triage answers differently since 12 Nov"
    assert "4 of 10 probes changed, 3 of them right before and wrong now. Same name: claude-haiku-5-5." in str(told)
    other = str(note(NOTES["another model answers"]))
    assert "0 of 10 probes changed. It answers as claude-haiku-5-6, before as claude-haiku-5-5." in other


@pytest.mark.parametrize("probes", [-1, 51, True, 2.5])
def test_a_rollout_has_from_0_to_50_probes(probes: Any) -> None:
    with pytest.raises(BadDeclaration, match="from 0 to 50 probes"):
        Rollout(probes=probes)
