"""`doctor` says what works, what does not, and what to do about it."""

import json
from collections.abc import Iterator

import pytest

from handlers.slack.manifest import manifest_file
from store.db.migration import newest
from tests.integration.bot.commandline import CommandLine, Said
from tests.integration.model.server import REVOKED_KEY, AnthropicServer

pytestmark = pytest.mark.slow


def levels(said: Said) -> dict[str, str]:
    """Return the findings of doctor: subject -> ok, note or bad."""
    lines = [line for line in said.out.splitlines() if not line.startswith(" ")]
    return {line.split(maxsplit=1)[1]: line.split()[0] for line in lines}


def test_a_new_set_up_is_all_right(empty: CommandLine) -> None:
    said = empty.done("doctor")
    found = levels(said)
    assert found[f"database {empty.folder / 'countersign.sqlite'}, schema {newest()}"] == "ok"
    assert found["workflow support-triage, owned by U0MARIA, resolves alone from 0.9"] == "ok"
    assert "bad" not in found.values()
    # Whoever forgot to name their settings looks at an empty database, and would find all well there.
    (level,) = (level for what, level in found.items() if what.startswith("no file of settings was found"))
    assert level == "note"
    (empty.folder / "kept.env").write_text("COUNTERSIGN_DATABASE_URL=sqlite:///countersign.sqlite\n")
    named = empty.done("--env-file", "kept.env", "doctor", "--json").json()
    (level,) = (one["level"] for one in named if one["what"].startswith(f"settings of {empty.folder / 'kept.env'}, "))
    assert level == "ok"


def test_without_slack_it_says_what_to_make_there_and_from_which_file(empty: CommandLine) -> None:
    findings = empty.done("doctor", "--json").json()
    (do,) = (one["do"] for one in findings if one["what"] == "no Slack workspace is connected")
    assert do.startswith(
        f"make an app at https://api.slack.com/apps from the manifest {manifest_file()}, and set SLACK_"
    )


def test_a_program_reads_the_same_as_json(empty: CommandLine) -> None:
    said = empty.done("doctor")
    findings = empty.done("doctor", "--json").json()
    assert {finding["what"]: finding["level"] for finding in findings} == levels(said)
    assert all(finding["do"] in said.out for finding in findings)


def test_a_vendor_without_a_key_is_bad(empty: CommandLine) -> None:
    said = empty("doctor", COUNTERSIGN_MODEL="anthropic")
    assert said.code == 1
    assert levels(said)["COUNTERSIGN_MODEL is anthropic, but there is no key"] == "bad"
    assert "set ANTHROPIC_API_KEY, or COUNTERSIGN_MODEL=local" in said.out


def test_an_empty_key_is_no_key(empty: CommandLine) -> None:
    """As a variable is left where a secret is not set, in CI or in a container."""
    said = empty("doctor", COUNTERSIGN_MODEL="anthropic", ANTHROPIC_API_KEY="")
    assert said.code == 1
    assert levels(said)["COUNTERSIGN_MODEL is anthropic, but there is no key"] == "bad"


AUTOMATION = """
from pydantic import BaseModel
from workflows import Run, Workflow

class Thing(BaseModel):
    text: str

asking = Workflow(
    name="asking", decision="What is it?", owner="U0MARIA", input=Thing, output=Thing, key=lambda thing: thing.text,
    prompt="ask.md",
)

@asking.deliver
def deliver(thing: Thing, run: Run[Thing]) -> str:
    return "done"
"""


@pytest.fixture
def asking(empty: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[CommandLine, AnthropicServer]]:
    """An automation of one's own, with a key for a server that speaks like Anthropic's."""
    (empty.folder / "asking.py").write_text(AUTOMATION)
    (empty.folder / "prompts").mkdir()
    (empty.folder / "prompts" / "ask.md").write_text("What is it?")
    with AnthropicServer() as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-planted-secret")
        monkeypatch.setenv("COUNTERSIGN_WORKFLOWS", "asking.py")
        yield empty, server


def test_a_model_that_the_provider_knows_and_that_has_a_price_is_fine(
    asking: tuple[CommandLine, AnthropicServer],
) -> None:
    countersign, _ = asking
    said = countersign.done("doctor")
    (model,) = [what for what in levels(said) if what.startswith("model claude-haiku-5-5 at http://127.0.0.1:")]
    assert "for support-triage, invoice-intake, asking" in model
    assert levels(said)["asking: $0.00 of $10 was spent today (UTC), $0.10 a case"] == "ok"
    assert any(what.startswith("asking: prompt ask.md, version ") for what in levels(said))
    assert "planted-secret" not in said.out + said.err


def test_a_model_without_a_known_price_is_bad_and_refused_at_start(asking: tuple[CommandLine, AnthropicServer]) -> None:
    countersign, server = asking
    said = countersign("doctor", COUNTERSIGN_ANTHROPIC_MODEL="gpt-of-nobody")
    assert said.code == 1
    assert "no price is known for the model 'gpt-of-nobody'" in said.out
    assert "name a model with a price in the prompt or the settings" in said.out
    for command in (("submit", '{"text": "a"}', "--workflow", "asking"), ("serve",)):
        refused = countersign(*command, COUNTERSIGN_ANTHROPIC_MODEL="gpt-of-nobody")
        assert refused.code == 1
        assert "asking: no price is known for the model 'gpt-of-nobody'" in refused.err
    assert server.requests == ()


def test_a_server_that_tells_of_no_model_is_not_taken_for_one_that_has_it_not(
    asking: tuple[CommandLine, AnthropicServer],
) -> None:
    """llama.cpp answers to any name, and has no page for one."""
    countersign, server = asking
    server.retired.add("/")
    own = {"COUNTERSIGN_ANTHROPIC_MODEL": "qwen3", "COUNTERSIGN_MODEL_PRICES": "qwen3=0/0"}
    said = countersign.done("doctor", **own)
    server.retired.clear()
    assert "model qwen3 at http://127.0.0.1:" in said.out
    assert "priced as the settings say, for asking" in said.out


def test_a_retired_model_and_a_revoked_key_are_bad(asking: tuple[CommandLine, AnthropicServer]) -> None:
    countersign, server = asking
    revoked = countersign("doctor", ANTHROPIC_API_KEY=REVOKED_KEY)
    server.retired.add("claude-haiku-5-5")
    retired = countersign("doctor")
    assert (revoked.code, retired.code) == (1, 1)
    assert "does not accept this API key or its organisation" in revoked.out
    assert "The model's provider does not know this model" in retired.out
    assert REVOKED_KEY not in revoked.out


def test_a_provider_that_is_not_there_is_bad(asking: tuple[CommandLine, AnthropicServer]) -> None:
    countersign, _ = asking
    said = countersign("doctor", ANTHROPIC_BASE_URL="http://127.0.0.1:1")
    assert said.code == 1
    assert "The connection to the model failed" in said.out


def test_cases_of_a_workflow_that_is_not_known_here_are_bad(countersign: CommandLine) -> None:
    countersign.submit(1)
    said = countersign("doctor", COUNTERSIGN_WORKFLOWS="")
    assert said.code == 1
    assert levels(said)["workflow parcels has cases here, but is not known to this process"] == "bad"
    assert "name its file in COUNTERSIGN_WORKFLOWS" in said.out


def test_what_stopped_and_what_waits_is_counted_with_the_command_that_lists_it(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    countersign.place("closed", "closed")
    countersign.submit(2)
    countersign.submit(3)
    said = countersign.done("doctor")
    assert levels(said)["2 cases are failed"] == "note"
    assert levels(said)["1 case waits for a person"] == "note"
    assert "countersign cases --state failed" in said.out
    assert len(countersign.done("cases", "--state", "failed", "--json").json()) == 2


def test_a_workflow_without_examples_is_noted(countersign: CommandLine) -> None:
    """Code of a workflow's own may propose without any model, so nothing is said of what people get."""
    said = countersign.done("doctor")
    assert (
        levels(said)["parcels: no examples to learn from, so its own propose gets no answer when it asks the model"]
        == "note"
    )
    assert "people get cases of parcels" not in said.out


def test_examples_that_cannot_be_read_are_bad(empty: CommandLine) -> None:
    (empty.folder / "asks.py").write_text(
        "from pydantic import BaseModel\n"
        "from workflows import Workflow\n"
        "class Thing(BaseModel):\n    text: str\n"
        "w = Workflow(name='asks', decision='?', owner='U0', input=Thing, output=Thing, key=lambda t: t.text)\n"
        "w.deliver(lambda answer, run: 'done')\n"
    )
    good = json.dumps({"input": {"text": "a"}, "output": {"text": "b"}})
    (empty.folder / "examples.jsonl").write_text(f"{good}\n{{}}\n")
    said = empty("doctor", COUNTERSIGN_WORKFLOWS="asks.py")
    assert said.code == 1
    assert f"{empty.folder / 'examples.jsonl'}, row 2: needs an input and an output" in said.out


def test_cases_that_nobody_works_on_are_noted(countersign: CommandLine) -> None:
    """Doctor names the cases of a process that was stopped: somebody has to start one again."""
    countersign.submit(1, "unsure")
    (countersign.folder / "more.csv").write_text("id,text\n2,two\n3,three\n")
    held = countersign.place("hold")
    worker = countersign.started("run", "more.csv", "--workflow", "parcels", COUNTERSIGN_MODEL="anthropic")
    assert worker.stderr is not None
    while not countersign.lines("attempts"):
        assert worker.poll() is None
    worker.kill()
    worker.communicate()
    held.unlink()
    said = countersign.done("doctor")
    assert any("2 cases" in what for what in levels(said)), said.out
