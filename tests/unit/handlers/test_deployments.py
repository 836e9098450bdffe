"""What people read of a deployment: what changes, what was measured, who signs; nothing of a stranger's words runs."""

from dataclasses import replace

from handlers.slack.blocks.deployment import deployment
from handlers.slack.specimens.deployments import DEPLOYMENT, DEPLOYMENTS, EVIDENCE, NEW
from handlers.slack.specimens.reviews import OTHER, WHO
from handlers.texts.governance.deployments import heading, in_brief
from tests.unit.handlers.slack import message


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
