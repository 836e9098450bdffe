"""`doctor` says what works, what does not, and what to do about it."""

import json

from store.migrate import newest
from tests.integration.bot.commandline import CommandLine, Said


def levels(said: Said) -> dict[str, str]:
    """What was looked at -> ok, note or bad."""
    lines = [line for line in said.out.splitlines() if not line.startswith(" ")]
    return {line.split(maxsplit=1)[1]: line.split()[0] for line in lines}


def test_a_new_set_up_is_all_right(empty: CommandLine) -> None:
    said = empty.done("doctor")
    found = levels(said)
    assert found[f"database {empty.folder / 'countersign.sqlite'}, schema {newest()}"] == "ok"
    assert found["workflow support-triage, owned by U0MARIA, resolves alone from 0.85"] == "ok"
    assert "bad" not in found.values()


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


def test_a_model_without_a_known_price_is_bad_and_one_with_it_is_fine(empty: CommandLine) -> None:
    key = {"ANTHROPIC_API_KEY": "sk-ant-planted-secret"}
    fine = empty.done("doctor", **key)
    assert any(what.startswith("model claude-") and level == "ok" for what, level in levels(fine).items())
    bad = empty("doctor", COUNTERSIGN_ANTHROPIC_MODEL="gpt-of-nobody", **key)
    assert bad.code == 1
    assert "gpt-of-nobody" in bad.out
    assert "set COUNTERSIGN_ANTHROPIC_MODEL to a model with a price" in bad.out
    assert "planted-secret" not in fine.out + fine.err + bad.out + bad.err


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
    assert levels(said)["1 cases wait for people"] == "note"
    assert "countersign cases --state failed" in said.out
    assert len(countersign.done("cases", "--state", "failed", "--json").json()) == 2


def test_a_workflow_without_examples_is_noted(countersign: CommandLine) -> None:
    said = countersign.done("doctor")
    assert any(what.startswith("parcels: no examples to learn from") for what in levels(said))


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
    """What a process left when it was stopped is not forgotten: somebody has to start one again."""
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
