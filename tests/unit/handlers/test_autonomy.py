"""Earned autonomy in words: short, in numbers of cases, and without a word of statistics."""

import re
from dataclasses import replace

from handlers.slack.blocks.learning.autonomy import May, at_home, certificate, question
from handlers.slack.specimens.learning.autonomy import CERTIFICATE, NEWS, QUESTION, QUESTIONS, autonomy_messages
from handlers.texts.digests.courses import in_words
from handlers.texts.governance.levels import evidence
from handlers.texts.learning import autonomy as texts
from handlers.texts.review.spot_checks import in_channel
from store.states import Level
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.digests.courses.evidence import Counts, Facts
from workflows.engine.digests.courses.evidence import evidence as evidence_of
from workflows.engine.digests.courses.views import Code
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.engine.review.spot_checks.views import ChecksOfChannel
from workflows.quality.autonomy.views import Reach, StandingLine, Step

FACTS = PromiseFacts(wrong=0.05, level=Level.GUARDED, share=0.62, looked_at=214, alone=2140, most_wrong=31)
STATISTICS = re.compile(
    r"\b(epochs?|e-values?|e-process|wealth|coins?|martingales?|bets?|certifie[rd])\b", re.IGNORECASE
)


def _read(blocks: object) -> str:
    """Return what people read of blocks: no names of ours."""
    match blocks:
        case dict():
            return " ".join(
                _read(one) for name, one in blocks.items() if name not in ("block_id", "action_id", "value")
            )
        case list() | tuple():
            return " ".join(map(_read, blocks))
        case _:
            return str(blocks)


def test_no_message_has_a_word_of_the_statistics() -> None:
    for name, drawn in autonomy_messages():
        assert STATISTICS.search(f"{drawn.text} {_read(drawn.blocks)}") is None, name


def test_every_question_says_what_is_let_in_its_notification() -> None:
    assert texts.in_brief(QUESTION) == (
        "support-triage: The evidence permits 62% alone at no more than 5% wrong. Allow it?"
    )
    assert len(QUESTIONS) >= 10


def test_a_step_that_frees_nobody_says_nothing_of_fewer_decisions() -> None:
    asked = replace(QUESTION, hours=None, why_no_hours=WhyNotFreed.NO_BASELINE)
    assert "People decide about 180 cases a week fewer." in texts.hours(asked)
    announced = replace(asked, now=replace(asked.then, level=Level.VETO))
    assert "fewer" not in texts.hours(announced)


def test_only_what_goes_alone_is_taken_back_by_itself() -> None:
    shown = replace(QUESTION, step=Step.SHOW, then=Reach(level=Level.DRAFT, floor=None, share=None))
    assert "Nothing goes alone because of this." in str(question(shown).blocks)
    assert "taken back by itself" not in str(question(shown).blocks)
    assert "Wrong, by the share" not in str(question(shown)), "nothing goes alone, so there is no curve"
    assert "taken back by itself once more is wrong than promised" in str(question(QUESTION).blocks)


def test_a_certificate_says_how_much_was_wrong_of_what_goes_alone_and_what_waits_to_be_counted() -> None:
    told = _read(certificate(CERTIFICATE, may=May()).blocks)
    assert "380 looked at, 24 proposals wrong" in told
    assert "Of the 140 that are sure enough to go alone, 2 were wrong." in told
    waits = replace(CERTIFICATE.ledger, until=CERTIFICATE.at)
    assert "Later ones count once the spot checks before them are done." in texts.ledger(waits)
    none = replace(waits, alone=0, most_wrong=None)
    assert texts.ledger(none) == "Nothing is counted yet: its first spot check waits."
    assert texts.ledger(replace(none, until=None)) == "Nothing went alone so far."


def test_status_says_first_that_nothing_goes_alone() -> None:
    reach = Reach(level=Level.GUARDED, floor=0.9, share=0.62)
    line = StandingLine(workflow="triage", reach=reach, looked_at=214, may_go_further=False, held="behind")
    said = "nothing goes alone for now, spot checks are behind; then 62% alone, 214 looked at"
    assert said in str(texts.in_status([line]).parts)


def test_a_pack_is_due_at_no_time() -> None:
    card = ChecksOfChannel(channel="C1", number=40, due_at=None, packed=40)
    assert "due" not in str(in_channel(card).parts)
    assert "The first is due" in str(in_channel(replace(card, number=41, due_at=CERTIFICATE.at)).parts)


def test_a_promise_is_said_as_people_count() -> None:
    assert [texts.one_in(share) for share in (0.05, 0.1, 0.03)] == ["1 in 20", "1 in 10", "3% of them"]
    assert texts.promised(0.025) == "2.5%"


def test_news_of_a_demotion_fits_a_notification() -> None:
    assert texts.news_brief(NEWS) == (
        "support-triage: nothing goes alone any more: 3 of the last 41 looked at were wrong"
    )


def test_the_certificate_draws_a_curve_only_of_two_points_and_more() -> None:
    assert texts.curve(CERTIFICATE) is not None
    assert Reach(level=Level.DRAFT, floor=None, share=None).shown(3) == 3_999


def test_a_question_has_no_more_in_it_than_is_asked() -> None:
    shown = replace(QUESTION, **{**QUESTIONS["shown"], "curve": QUESTION.curve})
    assert texts.curve(shown) is None, "nothing goes alone by that"
    assert "certainty" not in texts.small_print(shown)
    twice = replace(QUESTION, curve=[*QUESTION.curve, replace(QUESTION.curve[-1], floor=0.1)])
    drawn = texts.curve(twice)
    assert drawn is not None
    assert len(drawn.places) == len(set(drawn.places))
    right = [replace(one, errors=0) for one in QUESTION.curve]
    assert texts.rests_on(replace(QUESTION, curve=right)).count("none was wrong") == 1


def test_charters_and_digests_tell_the_same_figures_in_a_line() -> None:
    assert evidence(FACTS) == "62% alone, 214 looked at, at most 31 wrong of 2,140 that ever went alone"
    lines = {one.code: one for one in evidence_of(Facts(week=Counts(), before=Counts(), weeks=4, promise=FACTS)).lines}
    told = in_words(lines[Code.PROMISE])
    assert told == "kept so far; 62% alone, 214 looked at, at most 31 wrong of 2,140"
    assert Code.PROMISE not in {one.code for one in evidence_of(Facts(week=Counts(), before=Counts(), weeks=4)).lines}


def test_home_names_what_may_go_further_with_a_button_for_each() -> None:
    assert at_home([]) == []
    drawn = str(at_home(["refunds", "triage"]))
    assert ": the evidence permits more than now." in drawn
    assert [name in drawn for name in ("certificate.0", "certificate.1", "certificate.2")] == [True, True, False]
