"""Earned autonomy in words: short, in numbers of cases, and without a word of statistics."""

import re

from handlers.slack.blocks.learning.autonomy import at_home
from handlers.slack.specimens.learning.autonomy import CERTIFICATE, NEWS, QUESTION, QUESTIONS, autonomy_messages
from handlers.texts.digests.courses import in_words
from handlers.texts.governance.levels import evidence
from handlers.texts.learning import autonomy as texts
from store.states import Level
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.digests.courses.evidence import Counts, Facts
from workflows.engine.digests.courses.evidence import evidence as evidence_of
from workflows.engine.digests.courses.views import Code
from workflows.quality.autonomy.views import Reach

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
        "support-triage: The evidence permits 62% alone at no more than 5% wrong. Let it?"
    )
    assert len(QUESTIONS) >= 10


def test_a_promise_is_said_as_people_count() -> None:
    assert [texts.one_in(share) for share in (0.05, 0.1, 0.03)] == ["1 in 20", "1 in 10", "3% of them"]
    assert texts.promised(0.025) == "2.5%"


def test_news_of_a_demotion_fits_a_notification() -> None:
    assert texts.news_brief(NEWS) == (
        "support-triage: nothing goes alone any more: 3 of the last 41 looked at were wrong"
    )


def test_the_certificate_draws_a_curve_only_of_two_points_and_more() -> None:
    assert texts.curve(CERTIFICATE) is not None
    assert Reach(level=Level.DRAFT, floor=None, share=None).shown(3) == 399


def test_charters_and_digests_tell_the_same_figures_in_a_line() -> None:
    assert evidence(FACTS) == "62% alone, 214 looked at, at most 31 wrong of 2,140 that ever went alone"
    lines = {one.code: one for one in evidence_of(Facts(week=Counts(), before=Counts(), weeks=4, promise=FACTS)).lines}
    told = in_words(lines[Code.PROMISE])
    assert told == "kept so far; 62% alone, 214 looked at, at most 31 wrong of 2,140"
    assert Code.PROMISE not in {one.code for one in evidence_of(Facts(week=Counts(), before=Counts(), weeks=4)).lines}


def test_home_names_what_may_go_further_with_a_button_for_each() -> None:
    assert at_home([]) == []
    drawn = str(at_home(["refunds", "triage"]))
    assert ": the evidence permits more." in drawn
    assert [name in drawn for name in ("certificate.0", "certificate.1", "certificate.2")] == [True, True, False]
