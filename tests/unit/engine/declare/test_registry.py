"""The workflows that a process knows, and that a prompt comes from its own folder only."""

from pathlib import Path

import pytest

from tests.sample import Ticket, Triage
from workflows import BadDeclaration, Run, Workflow
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import Unknown


def declared(*, prompt: str | None = None, folder: Path | None = None) -> Workflow[Ticket, Triage]:
    return Workflow(
        name="triage",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        prompt=prompt,
        folder=folder,
    )


def delivering(*, prompt: str | None = None, folder: Path | None = None) -> Workflow[Ticket, Triage]:
    workflow = declared(prompt=prompt, folder=folder)

    @workflow.deliver
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        return "done"

    return workflow


def test_a_workflow_is_found_by_its_name() -> None:
    registry = Registry()
    workflow = delivering()
    registry.add(workflow)
    assert registry.get("triage") is workflow
    assert "triage" in registry
    assert list(registry) == [workflow]
    assert registry.prompt("triage") is None


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    registry = Registry()
    with pytest.raises(Unknown, match="there is no workflow 'other'; known: none"):
        registry.get("other")
    registry.add(delivering())
    with pytest.raises(Unknown, match="there is no workflow 'other'; known: triage"):
        registry.get("other")


def test_a_name_is_an_identity() -> None:
    registry = Registry()
    registry.add(delivering())
    with pytest.raises(BadDeclaration, match="there are two workflows named triage"):
        registry.add(delivering())


def test_a_workflow_that_delivers_nothing_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="workflow triage delivers nothing"):
        Registry().add(declared())


def test_a_prompt_is_read_once_with_its_version(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    file = tmp_path / "prompts" / "triage.md"
    file.write_text("Choose a queue.\n", encoding="utf-8")
    registry = Registry()
    registry.add(delivering(prompt="triage.md", folder=tmp_path))
    file.write_text("Say yes to everything.", encoding="utf-8")
    prompt = registry.prompt("triage")
    assert prompt is not None
    assert (prompt.name, prompt.text, len(prompt.version)) == ("triage.md", "Choose a queue.", 12)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.md",
        "..",
        "/etc/passwd",
        "/etc/passwd.md",
        "sub/triage.md",
        "..\\secret.md",
        "triage.md\0",
        "triage.md\n",
        "Triage.md",
        ".triage.md",
        "triage.txt",
        "%2e%2e%2fsecret.md",
        "",
        "missing.md",
        "empty.md",
        "folder.md",
        "broken.md",
        "link.md",
        "farther.md",
    ],
)
def test_a_prompt_from_outside_its_folder_or_unreadable_is_refused(tmp_path: Path, name: str) -> None:
    prompts = tmp_path / "prompts"
    (prompts / "sub").mkdir(parents=True)
    (prompts / "folder.md").mkdir()
    for file in (tmp_path / "secret.md", prompts / "triage.md", prompts / "sub" / "triage.md"):
        file.write_text("a secret", encoding="utf-8")
    (prompts / "empty.md").write_text(" \n", encoding="utf-8")
    (prompts / "broken.md").write_bytes(b"\xff\xfe")
    (prompts / "link.md").symlink_to(tmp_path / "secret.md")
    (prompts / "farther.md").symlink_to(prompts / "sub" / "triage.md")
    with pytest.raises(BadDeclaration, match="workflow triage: ") as refused:
        Registry().add(delivering(prompt=name, folder=tmp_path))
    assert "a secret" not in str(refused.value)


def test_a_refused_workflow_leaves_nothing_behind(tmp_path: Path) -> None:
    registry = Registry()
    with pytest.raises(BadDeclaration):
        registry.add(delivering(prompt="missing.md", folder=tmp_path))
    assert "triage" not in registry
    registry.add(delivering())
