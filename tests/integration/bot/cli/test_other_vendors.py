"""A server that speaks OpenAI's API, at the command line: checked, asked, refused in words, and on the data map."""

from collections.abc import Iterator

import pytest

from tests.integration.bot.cli.test_doctor import levels
from tests.integration.bot.cli.test_vendors import AUTOMATION
from tests.integration.bot.commandline import CommandLine
from tests.integration.model.openai_server import KEY, MODEL, OpenAIServer, completion, failed

pytestmark = pytest.mark.slow

OTHERS = "claude-haiku-5-5=0/0"
"""A price for the model that the prompts of the library name."""


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def countersign(empty: CommandLine, server: OpenAIServer) -> CommandLine:
    server.forget()
    (empty.folder / "asking.py").write_text(AUTOMATION)
    (empty.folder / "prompts").mkdir()
    (empty.folder / "prompts" / "ask.md").write_text("What is it?")
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS="asking.py",
        COUNTERSIGN_MODEL="openai_compatible",
        COUNTERSIGN_MODEL_PRICES=f"{OTHERS},{MODEL}=0/0",
        COUNTERSIGN_OPENAI_COMPATIBLE_URL=f"{server.url}/v1/",
        COUNTERSIGN_OPENAI_COMPATIBLE_KEY=KEY,
        COUNTERSIGN_OPENAI_COMPATIBLE_MODEL=MODEL,
    )
    return empty


def test_it_is_checked_asked_and_named_where_data_goes(countersign: CommandLine, server: OpenAIServer) -> None:
    found = levels(countersign.done("doctor"))
    where = f"{server.url}/v1, held to its form by response_format"
    assert found[f"model {MODEL} at {where}, priced as the settings say, for asking"] == "ok"
    server.will(completion('{"answer": {"text": "a bird"}, "confidence": {"text": 0.9}}'))
    countersign.done("submit", '{"text": "tweet"}', "--workflow", "asking")
    (run,) = countersign.case(1)["runs"]
    assert (run["proposal"]["output"], run["proposal"]["model"]) == ({"text": "a bird"}, f"{MODEL}-8b")
    told = countersign.done("data-map", "asking").out
    assert f"openai_compatible ({server.url.removeprefix('http://')})" in " ".join(told.split())


def test_doctor_says_what_is_wrong_at_the_server_and_never_the_key(
    countersign: CommandLine, server: OpenAIServer
) -> None:
    for reply, words in (
        (failed(401, f"bad key {KEY}"), "does not accept this API key"),
        (failed(404, "Not Found"), "see whether the URL ends in /v1"),
    ):
        before, server.models = server.models, reply
        said = countersign("doctor")
        server.models = before
        assert said.code == 1
        assert words in " ".join(said.out.split())
        assert KEY not in said.out + said.err


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("effort: xhigh", "has no effort xhigh, only low, medium, high"),
        ("thinking: disabled", "is told nothing of thinking"),
        ("model: llama", "no price is known for the model 'llama'"),
    ],
)
def test_a_prompt_that_it_cannot_be_asked_is_refused_at_the_start(
    countersign: CommandLine, server: OpenAIServer, front: str, words: str
) -> None:
    (countersign.folder / "prompts" / "ask.md").write_text(f"---\n{front}\n---\nWhat is it?")
    assert words in countersign("submit", '{"text": "tweet"}', "--workflow", "asking").error()
    assert server.requests == ()


def test_an_address_that_would_send_the_key_in_the_open_is_refused(countersign: CommandLine) -> None:
    for url in ("http://models.example/v1", "ftp://models.example", "https://name:word@models.example/v1"):
        refused = countersign("doctor", COUNTERSIGN_OPENAI_COMPATIBLE_URL=url).error()
        assert "url: has to be" in refused
        assert "word" not in refused.replace("password", "")
