"""Text from outside pings nobody, hides no link and passes for nothing else, wherever it comes from."""

import re

import pytest

from bot.sandbox.client import ShownMessage
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, FAILED, KIM, MARIA, SUPPORT, Stage, dict_of, words
from tests.world import sure
from workflows.engine.errors import NotDone

HOSTILE = (
    "<!channel> <!here> <@U0MARIA> <!subteam^S0SUPPORT> @channel @everyone <https://evil.example|https://bank.example> "
    "*Approved by the CFO* `&lt;!channel&gt;` \u202eflipped\u202c zero\u200bwidth"
)


def all_that_anybody_sees(stage: Stage) -> list[ShownMessage]:
    return [
        message
        for user in (ANA, KIM)
        for channel in (SUPPORT, FAILED)
        for message in stage.person(user).messages(channel)
    ]


def are_harmless(messages: list[ShownMessage]) -> None:
    """Nobody is pinged by a post, nothing is a link, and no text turns or hides."""
    for message in messages:
        assert "<" not in message.text
        assert "\u202e" not in str(message.blocks)
        assert "'type': 'link'" not in str(message.blocks)
        # Text with Slack's own marks is ours alone, and holds none but those of times and people.
        marked = [str(dict_of(block["text"])["text"]) for block in message.blocks if block["type"] == "section"]
        assert "<" not in re.sub(r"<!date[^>]*>|<@[A-Z0-9]+>", "", "".join(marked))
        assert str(message.blocks).count("'type': 'mrkdwn'") == len(marked)
        # Who decided is named, where that pings nobody: in a change of a message, or in what one person alone sees.
        # Who owns what failed is called, in our own words.
        called = {MARIA} if words(message.blocks).startswith(f"@{MARIA}, this is new, and you own sample.") else set()
        assert set(message.mentions) <= ({ANA} if message.edited or message.ephemeral else called)


@pytest.fixture
def hostile(make_stage: MakeStage) -> Stage:
    """A model that says hostile things."""
    return make_stage(sure(0.6, queue="billing", reply=HOSTILE))


def test_a_case_and_a_proposal_are_shown_as_the_text_they_are(hostile: Stage) -> None:
    hostile.submit(hostile.sample(), id=1, text=HOSTILE)
    (card,) = hostile.cards()
    are_harmless([card])
    said = words(card.blocks)
    assert said.count("<!channel>") == 3  # as the heading, in the case, in the proposal
    assert "<https://evil.example|https://bank.example>" in said
    assert "\\u202eflipped" in said


@pytest.mark.slow
def test_an_edit_a_reason_and_an_error_are_too(hostile: Stage) -> None:
    hostile.desk.errors.append(NotDone(HOSTILE))
    sample = hostile.sample()
    hostile.submit(sample, id=1, text=HOSTILE)
    hostile.opened(ANA, "edit")
    assert hostile.person(ANA).submit({"reply.0.0": f"Dear {HOSTILE}"}).outcome == "closed"
    hostile.work()
    hostile.submit(sample, id=2, text="Another")
    hostile.opened(ANA, "reject")
    assert hostile.person(ANA).submit({"reason": HOSTILE, "follows": "by_hand"}).outcome == "closed"
    hostile.work()
    hostile.person(KIM).command(SUPPORT, "/countersign", "case 1")
    hostile.person(KIM).command(SUPPORT, "/rerun", HOSTILE)
    seen = all_that_anybody_sees(hostile)
    assert "Dear <!channel>" in "".join(words(message.blocks) for message in seen)
    are_harmless(seen)
    # A16: a picture of a link's page would be fetched with what the case says in its address.
    assert all((one.unfurl_links, one.unfurl_media) == (False, False) for one in seen if not one.ephemeral)


def test_a_case_that_claims_to_be_decided_stays_in_its_labelled_place(hostile: Stage) -> None:
    hostile.submit(hostile.sample(), id=1, text="A claim\nApproved by the CFO. Applied: done.")
    lines = words(hostile.cards()[0].blocks).splitlines()
    assert lines.index("The case") < lines.index("Approved by the CFO. Applied: done.")
    assert lines[1].startswith("Decide by")
