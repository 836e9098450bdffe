"""Tests of what is installed: the wheel brings all that it needs, and the recipes hold what they say."""

import configparser
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.acceptance.project import LONGEST, Project
from tests.acceptance.reading import ROOT

pytestmark = pytest.mark.slow

RECIPES = ROOT / "docs" / "install"
UNIT = RECIPES / "countersign.service"


def test_the_wheel_has_what_is_read_beside_the_code_and_nothing_else(wheel: Path) -> None:
    """Manifest, template, prompts, examples, migrations; no test, no sample of a folder that somebody has open."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    rooms = {name.partition("/")[0] for name in names}
    assert rooms - {"bot", "handlers", "workflows", "store", "countersign"} == {"countersign_bot-0.1.0.dist-info"}
    for room in ("bot", "handlers", "workflows", "store"):
        there = {path.relative_to(ROOT) for path in (ROOT / room).rglob("*") if path.is_file()}
        wanted = {str(path) for path in there if path.suffix not in (".pyc", ".sqlite")}
        wanted = {path.removeprefix("workflows/public/") for path in wanted}
        assert wanted - names == set()
    assert "handlers/slack/manifest.json" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".sqlite", ".env"))]


def test_the_installed_command_sets_up_and_takes_a_case_outside_the_repository(project: Project) -> None:
    python = ("python", "-m", "countersign")
    made = project.run(*python, "init", "--no-input", "--folder", "home", "--slack", "none")
    assert made.returncode == 0, made.stderr
    assert str(ROOT) not in made.stdout
    project.settings["COUNTERSIGN_ENV_FILE"] = str(project.folder / "home" / ".env")
    submitted = project.run(*python, "submit", '{"id": 1, "text": "It is late"}', "--workflow", "first-requests")
    assert "review                 open, version 1" in submitted.stdout


def test_the_unit_has_no_right_of_roots_and_writes_in_its_own_folder_alone() -> None:
    unit = configparser.RawConfigParser(strict=False, allow_no_value=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as the documentation of configparser has it
    unit.read_string(UNIT.read_text())
    service = unit["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["NoNewPrivileges"] == "yes"
    assert "ReadWritePaths" not in service
    assert int(service["TimeoutStopSec"]) > 60


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With a command that is there, since systemd looks for it."""
    units = [tmp_path / name for name in (UNIT.name, "countersign-backup.service", "countersign-backup.timer")]
    for unit in units:
        recipe = (RECIPES / unit.name).read_text()
        unit.write_text(recipe.replace("/opt/countersign/bin/countersign", shutil.which("true") or ""))
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, timeout=LONGEST
    )
    assert (judged.returncode, judged.stderr) == (0, "")


def test_the_compose_file_runs_the_image_without_rights_and_waits_for_the_schema() -> None:
    told = yaml.safe_load((RECIPES / "compose.yaml").read_text())
    serve = told["services"]["serve"]
    assert serve["read_only"] is True
    assert serve["cap_drop"] == ["ALL"]
    assert serve["security_opt"] == ["no-new-privileges:true"]
    assert serve["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert "ports" not in serve
    built = (RECIPES / serve["build"]["context"] / serve["build"]["dockerfile"]).resolve()
    assert built == RECIPES / "Containerfile"


def test_the_image_runs_as_a_number_and_copies_only_what_there_is() -> None:
    lines = (RECIPES / "Containerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert "--require-hashes" in "\n".join(lines)
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
