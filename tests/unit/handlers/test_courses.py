"""A course as leads read it: plain sentences, the right numbers, nothing of a stranger's words carried out."""

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.slack.blocks.digests.course import course
from handlers.slack.specimens.digests import COURSE, COURSES, FACTS, FEW, QUALITY, REVIEW
from handlers.texts.digests import quality
from handlers.texts.digests.courses import forward, in_words
from tests.unit.handlers.slack import message
from workflows.engine.digests.courses.evidence import Freed, evidence
from workflows.engine.digests.courses.views import Choice, Code, Line
from workflows.engine.digests.quality.views import QualityFigures


def test_the_text_to_forward_has_four_sentences_the_numbers_and_what_was_decided() -> None:
    text = forward(replace(COURSE, **COURSES["hold"]))
    assert text == (
        "In the week to 22 Nov 2026, triage took in 412 cases (380 a week is usual) and resolved 301 by itself; of "
        "the 79 cases that people looked at, they changed 21 and rejected 6. Random checks of 120 of the cases that it "
        "resolved by itself say that about 8.3 in 1,000 are wrong (most likely between 1.9 and 36). The AI cost $4.12; "
        "it freed about 41 hours of people's work (most likely 33 to 49). It was decided that it goes on as it is."
    )


def test_what_rests_on_made_up_cases_says_so_also_where_it_is_forwarded() -> None:
    label = "Up to 17 Nov these cases are made up, for the demo."
    view = replace(COURSE, made_up_until=date(2026, 11, 17))
    assert label in str(course(view).blocks[-1])
    assert forward(view).startswith(label)
    assert label not in forward(COURSE) + str(course(COURSE).blocks)


def test_it_says_plainly_what_is_not_known() -> None:
    text = forward(replace(COURSE, evidence=evidence(FEW)))
    assert "are wrong: 12 of the 30 random checks that it takes are done." in text
    assert "by hand, what it resolved takes about 30 hours, an estimate that nobody measured." in text
    nothing = forward(replace(COURSE, evidence=evidence(replace(FACTS, freed=Freed()))))
    assert "how much work it saves is not measured yet." in nothing
    assert text.endswith("What becomes of it is not decided yet.")


def test_each_line_of_evidence_reads_as_a_sentence_would() -> None:
    said = [in_words(line) for line in COURSE.evidence.lines]
    assert said[:3] == [
        "412; usually 380 a week",
        "301 of 390 resolved (77%); before, 71%",
        "about 8.3 in 1,000 of what went alone (90%: 1.9 to 36), by 120 spot checks in four weeks",
    ]
    assert "$4.12, $0.011 for a resolved case; before, $0.013" in said


def test_it_tells_hours_and_errors_as_the_digest_above_it_does() -> None:
    lines = [
        Line(code=Code.FREED, number=6.9, low=6.5, high=7.2),
        Line(code=Code.ERRORS, number=0.6, of=800, low=0.2, high=2.44),
        Line(code=Code.FREED, number=1.0),
    ]
    assert [in_words(line) for line in lines] == [
        "6.9 hours (90%: 6.5 to 7.2), against the baseline, less people's time and cost",
        "about 0.6 in 1,000 of what went alone (90%: 0.2 to 2.4), by 800 spot checks in four weeks",
        "1 hour, against the baseline, less people's time and cost",
    ]


def test_the_command_that_it_names_pauses_and_is_no_question_about_pauses() -> None:
    for view in (COURSE, replace(COURSE, **COURSES["stop"])):
        assert "/countersign pause triage REASON" in str(course(view).blocks)


def test_a_card_about_made_up_cases_says_so() -> None:
    label = "Up to 22 Nov these cases are made up, for the demo."
    assert label in str(course(replace(COURSE, made_up_until=COURSE.last)).blocks)
    assert "made up" not in str(course(COURSE).blocks)


def test_a_chosen_course_offers_the_other_two_and_a_closed_one_none() -> None:
    def offered(**changes: Any) -> list[str]:
        drawn = course(replace(COURSE, **changes))
        row = next(block for block in drawn.blocks if block["type"] == "actions")
        elements = row["elements"]
        assert isinstance(elements, list)
        return [element["action_id"] for element in elements]

    assert offered() == ["choose_expand", "choose_hold", "choose_stop", "forward"]
    assert offered(choice=Choice.HOLD) == ["choose_expand", "choose_stop", "forward"]
    assert offered(is_closed=True) == ["forward"]


def test_a_note_is_shown_as_it_was_written_and_calls_nobody() -> None:
    hostile = "<!channel> *now* " + "x" * 480
    message(course(replace(COURSE, **{**COURSES["hold"], "note": hostile})), named=("U0123456789", "U9876543210"))


def test_the_first_line_of_the_quality_review_says_what_waits_first() -> None:
    figures = REVIEW.figures
    assert isinstance(figures, QualityFigures)
    assert quality.overall(figures) == (
        "2 spot checks are overdue. 213 proposals decided by people: 31 edited, 19 rejected. 14 spot checks looked "
        "at: 3 errors. 2 errors corrected."
    )
    quiet = replace(figures, workflows=[])
    assert quality.overall(quiet) == "Nobody looked at anything, and nothing was found wrong."


def test_that_only_the_newest_edits_were_compared_is_said() -> None:
    figures = REVIEW.figures
    assert isinstance(figures, QualityFigures)
    assert quality.compared(figures) is None
    many = replace(figures, workflows=[replace(QUALITY, edited=3_412)], compared=2_000)
    said = quality.compared(many)
    assert said is not None
    assert "the 2,000 newest of 3,412 edits" in str(said)


def test_what_is_too_rare_to_be_told_by_itself_is_called_other_only_beside_what_is_told() -> None:
    few = "2 changes of fields changed fewer than three times"
    assert few in str(quality.workflow(replace(QUALITY, fields=[], few=2)))
    beside = str(quality.workflow(replace(QUALITY, fields=QUALITY.fields[:1], few=2)))
    assert "2 changes of other fields" in beside
    assert few not in beside
