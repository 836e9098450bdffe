"""Earned autonomy in Slack: the owner is asked, lets it or not, and anybody who answers for it takes it back."""

from dataclasses import replace

import pytest

from bot.sandbox.client import ShownMessage
from store import schema
from store.learning import epochs as kept
from store.states import Level
from tests.slack.conftest import MakeStage
from tests.slack.earned import Earner, earner
from tests.slack.stage import ANA, KIM, MARIA, SUPPORT, Stage, buttons, words
from tests.slack.test_home import home
from tests.slack.test_readers import said
from tests.world import sure
from workflows.quality.autonomy import moves
from workflows.quality.autonomy.codes import News

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.95, queue="billing", reply="We look into it."))


@pytest.fixture
def asked(stage: Stage) -> Earner:
    """Return a workflow whose owner is asked whether 62% may go alone."""
    made = earner(stage)
    made.judged()
    made.asked()
    return made


def direct(stage: Stage) -> list[ShownMessage]:
    """Return the direct messages to the owner."""
    person = stage.person(MARIA)
    return person.messages(person.direct)


def press(stage: Stage, user: str, shown: ShownMessage, action: str, *, channel: str) -> None:
    assert stage.person(user).press(channel, shown.ts, action, confirmed=True).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    stage.send()


def stands(one: Earner) -> tuple[Level, float | None]:
    return one.epoch.level, one.epoch.floor


def acts(stage: Stage) -> list[str]:
    found = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [f"{row.action} {row.actor}" for row in found if row.action.startswith("epoch.")]


def test_the_owner_is_asked_directly_and_lets_it_and_the_card_says_who_did(asked: Earner) -> None:
    stage = asked.stage
    (shown,) = direct(stage)
    assert shown.text == "sample: The evidence permits 62% alone at no more than 5% wrong. Allow it?"
    assert "280 looked at" in words(shown.blocks)
    assert "no baseline" in words(shown.blocks)
    assert buttons(shown) == ["let_alone", "not_now", "certificate"]
    press(stage, MARIA, shown, "let_alone", channel=stage.person(MARIA).direct)
    (shown,) = direct(stage)
    assert words(shown.blocks).startswith("sample: allowed\nAllowed by @U0MARIA")
    assert "Guarded: 62% of the cases go alone." in words(shown.blocks)
    assert buttons(shown) == ["certificate"]
    assert (asked.epoch.level, asked.epoch.floor, asked.epoch.allowed_by) == (Level.GUARDED, 0.9, MARIA)


def test_what_is_let_at_the_command_line_is_told_on_the_card(asked: Earner) -> None:
    stage = asked.stage
    moves.let(stage.world.context, asked.epoch.id, change=asked.epoch.change, by="operator")
    stage.send()
    (shown,) = direct(stage)
    assert "Allowed by operator" in words(shown.blocks)
    assert buttons(shown) == ["certificate"]


def test_a_new_question_is_a_new_message(asked: Earner) -> None:
    stage = asked.stage
    asked.judged(floor=0.8, number=600)
    asked.asked()
    first, second = direct(stage)
    assert "62%" in first.text
    assert "71%" in second.text
    press(stage, MARIA, first, "let_alone", channel=stage.person(MARIA).direct)
    assert asked.epoch.floor == 0.9, "no more than was shown"


def test_the_question_waits_on_the_owners_home_until_it_is_answered(asked: Earner) -> None:
    stage = asked.stage
    assert "May it go further?" in words(home(stage, MARIA).blocks)
    assert "May it go further?" not in words(home(stage, KIM).blocks)
    assert stage.person(MARIA).press_in_home("certificate.0").acknowledged
    assert "Certificate of sample" in words(stage.view(MARIA).blocks)
    moves.leave(stage.world.context, asked.epoch.id, change=asked.epoch.change, by=MARIA)
    assert "May it go further?" not in words(home(stage, MARIA).blocks)


def test_status_says_in_a_line_how_far_it_goes(asked: Earner) -> None:
    told = said(asked.stage, MARIA, "/countersign", "status")
    assert "sample: a person decides every case, 280 looked at; the evidence permits more" in told


def test_not_now_is_kept_and_leaves_the_button_in_the_certificate(asked: Earner) -> None:
    stage = asked.stage
    (shown,) = direct(stage)
    press(stage, MARIA, shown, "not_now", channel=stage.person(MARIA).direct)
    assert "Not now, said @U0MARIA" in words(direct(stage)[0].blocks)
    assert stands(asked) == (Level.DRAFT, None)
    assert f"epoch.left {MARIA}" in acts(stage)
    said(stage, MARIA, "/countersign", "certificate sample")
    certificate = stage.person(MARIA).messages(SUPPORT)[-1]
    assert buttons(certificate) == ["let_in_certificate"]
    press(stage, MARIA, certificate, "let_in_certificate", channel=SUPPORT)
    assert stands(asked) == (Level.GUARDED, 0.9)
    assert "You allowed it." in words(stage.person(MARIA).messages(SUPPORT)[-1].blocks)


def test_whoever_has_no_right_lets_nothing_and_is_told_whom_to_ask(asked: Earner) -> None:
    """A reviewer sees the certificate without buttons; an engineer may take it back, and not let it."""
    stage = asked.stage
    told = said(stage, ANA, "/countersign", "certificate sample")
    assert "The promise\nOf what it resolves alone, at most 5% are wrong" in told
    assert buttons(stage.person(ANA).messages(SUPPORT)[-1]) == []
    assert "Only the owner of sample may let more of it go alone." in said(stage, KIM, "/countersign", "let sample")
    said(stage, MARIA, "/countersign", "let sample")
    shown = stage.person(MARIA).messages(SUPPORT)[-1]
    assert buttons(shown) == ["let_alone", "not_now", "certificate"]
    assert asked.epoch.level is Level.DRAFT
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert [row.actor for row in refused if row.details.get("wanted") == "let alone"] == [KIM]


def test_an_old_card_is_answered_in_words_and_changes_nothing(asked: Earner) -> None:
    stage = asked.stage
    (shown,) = direct(stage)
    context = stage.world.context
    moved = moves.let(context, asked.epoch.id, change=asked.epoch.change, by="operator")
    moves.withdraw(context, moved.epoch, change=moved.change, by=KIM, to=Level.DRAFT, reason="Later.")
    press(stage, MARIA, shown, "let_alone", channel=stage.person(MARIA).direct)
    assert "changed since" in stage.told(MARIA, stage.person(MARIA).direct)
    assert asked.epoch.level is Level.DRAFT


def test_an_engineer_takes_it_back_with_a_reason_and_the_owner_hears_of_it(asked: Earner) -> None:
    stage = asked.stage
    moves.let(stage.world.context, asked.epoch.id, change=asked.epoch.change, by=MARIA)
    said(stage, KIM, "/countersign", "certificate sample")
    shown = stage.person(KIM).messages(SUPPORT)[-1]
    assert buttons(shown) == ["take_alone_back"]
    assert stage.person(KIM).press(SUPPORT, shown.ts, "take_alone_back").acknowledged
    assert "All cases of sample go to people at once." in words(stage.view(KIM).blocks)
    stage.person(KIM).submit({"why": "The <!channel> rules changed."})
    assert "You took it back" in words(stage.view(KIM).blocks)
    stage.work()
    assert (asked.epoch.level, asked.epoch.floor) == (Level.DRAFT, None)
    told = words(direct(stage)[-1].blocks)
    assert told.startswith("sample: taken back\nTaken back by @U0KIM")
    assert "The <!channel> rules changed." in told
    assert "What was looked at still counts: its owner can allow it again" in told
    assert "To come back" not in told
    assert "sample: taken back" in words(stage.cards(ANA, SUPPORT)[-1].blocks)


def test_news_is_a_message_of_its_own_since_nobody_is_told_of_one_that_is_changed(asked: Earner) -> None:
    stage, context = asked.stage, asked.stage.world.context
    (shown,) = direct(stage)
    press(stage, MARIA, shown, "let_alone", channel=stage.person(MARIA).direct)
    for number, news in enumerate((News.HELD, News.FREE, News.DEMOTED)):
        with context.database.write() as session:
            kept.note(session, asked.epoch.id, team=context.team, change=10 + number)
        with context.database.write() as session:
            epoch = kept.get(session, asked.epoch.id, team=context.team)
            assert epoch is not None
            moves.tell(session, context, asked.workflow, epoch, news, {"behind": 3, "errors": 3, "checks": 9})
        stage.send()
    told = [words(one.blocks).partition("\n")[0] for one in direct(stage)]
    assert told == [
        "sample: allowed",
        "sample: nothing goes alone for now",
        "sample: cases go alone again",
        "sample: nothing goes alone any more",
    ]


def test_the_owner_who_reviews_looks_at_late_spot_checks_from_the_direct_message(asked: Earner) -> None:
    stage, context = asked.stage, asked.stage.world.context
    asked.workflow.review = replace(asked.workflow.review, reviewers=(MARIA,))
    with context.database.write() as session:
        epoch = kept.get(session, asked.epoch.id, team=context.team)
        assert epoch is not None
        epoch.held = "behind"
        moves.tell(session, context, asked.workflow, epoch, News.HELD, {"behind": 3})
    stage.send()
    press(stage, MARIA, direct(stage)[-1], "spot_checks", channel=stage.person(MARIA).direct)
    assert "Only reviewers" not in stage.told(MARIA, stage.person(MARIA).direct)


def test_withdraw_takes_it_back_at_once_and_nobody_hears_of_their_own_act(asked: Earner) -> None:
    stage = asked.stage
    moves.let(stage.world.context, asked.epoch.id, change=asked.epoch.change, by=MARIA)
    stage.send()
    before = len(direct(stage))
    assert "say why" in said(stage, MARIA, "/countersign", "withdraw sample")
    assert "Only engineers and the owner may take back" in said(stage, ANA, "/countersign", "withdraw sample Why not")
    told = said(stage, MARIA, "/countersign", "withdraw sample The product changed")
    assert "Taken back: sample, people decide every case" in told
    stage.send()
    assert asked.epoch.level is Level.DRAFT
    assert len(direct(stage)) == before


def test_a_demotion_is_told_in_plain_words_to_the_owner_and_to_the_channel(asked: Earner) -> None:
    stage = asked.stage
    context, epoch = stage.world.context, asked.epoch
    figures = {"errors": 3, "checks": 41, "cases": [17, 12], "alone_since": 212, "packed": 200}
    with context.database.write() as session:
        moves.tell(session, context, asked.workflow, epoch, News.DEMOTED, figures)
    stage.send()
    for shown in (direct(stage)[-1], stage.cards(ANA, SUPPORT)[-1]):
        told = words(shown.blocks)
        assert "3 of the last 41 looked at were wrong, the promise is 1 in 20." in told
        assert "All cases have gone to people since" in told
        assert "212 cases went alone since the last good evidence; 200 of them are to be looked through" in told
        assert "To come back it takes about 200 decisions of people." in told
        assert buttons(shown) == ["spot_checks", "certificate"]


def test_nothing_that_people_read_names_the_statistics(asked: Earner) -> None:
    stage = asked.stage
    told = " ".join(words(one.blocks) for one in direct(stage)) + said(
        stage, MARIA, "/countersign", "certificate sample"
    )
    for word in ("epoch", "wealth", "martingale", "e-value", "coin", "e-process"):
        assert word not in told.lower()
