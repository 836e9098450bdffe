"""A message with a newer block that Slack refuses is sent again without: in channels, in answers, on Home tabs."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.client import ShownMessage
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from bot.slack import sender
from bot.slack.renderer import Picture
from handlers.slack import newer_blocks
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.replies import Answer
from tests.slack.stage import ANA, SUPPORT, Stage

SECTION: Block = {"type": "section", "text": {"type": "plain_text", "text": "evidence"}}
FOLDED: Block = {
    "type": "container",
    "title": {"type": "plain_text", "text": "Details"},
    "is_collapsible": True,
    "child_blocks": [SECTION],
}


def plain() -> Drawn:
    return Drawn(text="a card", blocks=[SECTION])


def newer() -> Drawn:
    return Drawn(text="a card", blocks=[FOLDED], plain=plain)


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Let no test know what another one found out."""
    newer_blocks.forget()
    yield
    newer_blocks.forget()


def kinds(message: ShownMessage) -> list[object]:
    return [block["type"] for block in message.blocks]


def test_a_card_is_posted_plain_where_its_newer_block_is_refused_and_so_are_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack is asked once; nothing is given up."""
    monkeypatch.setattr(sender, "draw", lambda context, intents, may: Picture(drawn=newer(), waits=True))
    administrator = stage.running.administrator
    administrator.fault("refused", method="chat.postMessage", error="invalid_blocks")
    ana, before = stage.running.person(ANA), len(administrator.calls("chat.postMessage"))
    sample = stage.sample()
    stage.submit(sample, id=1, text="one")
    assert [kinds(message) for message in ana.messages(SUPPORT)] == [["section"]]
    assert [call.error for call in administrator.calls("chat.postMessage")[before:]] == ["invalid_blocks", None]
    stage.submit(sample, id=2, text="two")
    assert [kinds(message) for message in ana.messages(SUPPORT)] == [["section"], ["section"]]
    assert len(administrator.calls("chat.postMessage")) == before + 3


def test_where_it_is_taken_it_stays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "draw", lambda context, intents, may: Picture(drawn=newer(), waits=True))
    stage.submit(stage.sample(), id=1, text="one")
    assert [kinds(message) for message in stage.running.person(ANA).messages(SUPPORT)] == [["container"]]


def test_an_answer_is_given_plain_in_whichever_way_it_goes(running: Running) -> None:
    """In a message that the person alone sees; one that has no plain form is lost in that way."""
    running.reset()
    client = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    body = {"user": {"id": ANA}, "channel": {"id": SUPPORT}, "type": "block_actions"}
    answer = Answer(body, lambda **_: None, client)  # type: ignore[arg-type]  # acknowledging is not what this is about
    running.administrator.fault("refused", method="chat.postEphemeral", error="invalid_blocks")
    answer.tell(newer())
    (shown,) = running.person(ANA).messages(SUPPORT)
    assert (shown.ephemeral, kinds(shown)) == (True, ["section"])


def test_a_home_tab_is_published_plain_and_another_refusal_is_raised(running: Running) -> None:
    """Slack's code for a view is another one. What is refused for another reason is not sent again."""
    running.reset()
    running.sandbox.workspace.app.home = True
    client = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])

    def publish(shown: Drawn) -> object:
        return client.views_publish(user_id=ANA, view={"type": "home", "blocks": list(shown.blocks)})

    newer_blocks.send(newer(), publish)
    home = running.person(ANA).home()
    assert home is not None
    assert [block["type"] for block in home.blocks] == ["section"]
    assert newer_blocks.form_of(newer()).blocks == plain().blocks
    newer_blocks.forget()
    running.administrator.fault("refused", method="views.publish", error="not_enabled")
    with pytest.raises(SlackApiError):
        newer_blocks.send(newer(), publish)


def test_what_is_refused_without_newer_blocks_too_is_not_remembered(running: Running) -> None:
    running.reset()
    client = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    running.administrator.fault("refused", method="chat.postMessage", error="invalid_blocks", times=2)

    def post(shown: Drawn) -> object:
        return client.chat_postMessage(channel=SUPPORT, text=shown.text, blocks=list(shown.blocks))

    with pytest.raises(SlackApiError):
        newer_blocks.send(newer(), post)
    assert newer_blocks.form_of(newer()).blocks == newer().blocks
